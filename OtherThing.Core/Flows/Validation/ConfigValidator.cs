using System.Text.Json;
using System.Text.Json.Serialization;
using OtherThing.Core.Results;
using OtherThing.Core.Runs.Values;
using OtherThing.Core.Steps;
using OtherThing.Core.Steps.Configs;
using OtherThing.Core.Steps.Schemas;
using OtherThing.Core.Triggers;

namespace OtherThing.Core.Flows.Validation;

/// <summary>Reads a config into its record, as the engine will, and says what does not fit. A template may stand for any scalar.</summary>
internal static class ConfigValidator
{
    private static readonly JsonSerializerOptions s_tolerant = CreateTolerant();

    public static void Check(StepType type, JsonElement config, SayConfigProblem problem)
    {
        if (config.ValueKind != JsonValueKind.Object)
        {
            problem("config", "The config is a JSON object.");
            return;
        }

        if (type.ConfigType == typeof(SwitchConfig)
            && config.TryGetProperty("cases", out var cases) && cases.ValueKind == JsonValueKind.Array && cases.GetArrayLength() > StepCatalog.MostCases)
        {
            problem("config.cases", $"1 to {StepCatalog.MostCases} cases.");
            return; // not read into a list first
        }

        try
        {
            CheckMeaning(config.Deserialize(type.ConfigType, s_tolerant)!, problem);
        }
        catch (JsonException exception)
        {
            problem(
                FieldOf(exception.Path), Explain(exception, type),
                MissingOf(exception) is [var first, ..] && exception.Path is null or "$" ? "config." + first : null);
        }
    }

    /// <summary>Reads a checked config; a template in a number or choice counts as left out.</summary>
    public static T ReadTolerant<T>(JsonElement config)
        where T : class => config.Deserialize<T>(s_tolerant)!;

    /// <summary>What a type cannot say: one of two fields, both or none.</summary>
    private static void CheckMeaning(object config, SayConfigProblem problem)
    {
        switch (config)
        {
            case PlaceholderConfig placeholder:
                problem(
                    "type",
                    $"This stands for {FlowValidator.Short(placeholder.Type)} of {FlowValidator.Short(placeholder.Source)}, which has no match here. Put a "
                        + "step of this server in its place, or delete it.");
                break;
            case NodeCommandConfig { Command: null or { Count: 0 }, Script: null or "" }:
                problem("config.command", "Give a command (program and arguments) or a script.");
                break;
            case NodeCommandConfig { Command.Count: > 0, Script.Length: > 0 }:
                problem("config.script", "Give a command or a script, not both.");
                break;
            case NodeCommandConfig { Command: { } command } when command.Any(part => part is null):
                problem("config.command", "Each part of a command is text.");
                break;
            case WaitConfig { Seconds: null, Until: null or "" }:
                problem("config.seconds", "Give seconds or until.");
                break;
            case WaitConfig { Seconds: not null, Until.Length: > 0 }:
                problem("config.until", "Give seconds or until, not both.");
                break;
            case WaitConfig { Seconds: not null and not (>= 0 and <= 31_536_000) }:
                problem("config.seconds", "0 to 31,536,000 seconds (a year).");
                break;
            case MapConfig { Concurrency: < 0 or > 1000 }:
                problem("config.concurrency", "1 to 1,000 items at once.");
                break;
            case MapConfig map when map.Items.ValueKind != JsonValueKind.Array && !IsTemplate(map.Items):
                problem("config.items", "Give the list to go through: an array, or a template that gives one, such as {{ input.items }}.");
                break;
            case LoopConfig { While: "" }:
                problem("config.while", "Give a condition, such as iteration < 3.");
                break;
            case LoopConfig { MaxIterations: < 0 or > 10_000 }:
                problem("config.maxIterations", "1 to 10,000 iterations.");
                break;
            case AiChatConfig { Temperature: not null and not (>= 0 and <= 2) }:
                problem("config.temperature", "0 to 2.");
                break;
            case AiChatConfig { MaxTokens: < 0 }:
                problem("config.maxTokens", "1 or more.");
                break;
            case AiChatConfig { Model: "" }:
                problem("config.model", "Name the model.");
                break;
            case AiChatConfig { ResponseSchema: { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } schema }:
                CheckSchema(schema, "config.responseSchema", problem);
                break;
            case HttpRequestConfig { Url: "" }:
                problem("config.url", "Give the address to call.");
                break;
            case FlowCallConfig call when (!Guid.TryParse(call.FlowId, out var id) || id == Guid.Empty)
                && !call.FlowId.Contains("{{", StringComparison.Ordinal):
                problem("config.flowId", "Choose the flow to call.");
                break;
            case SwitchConfig { Value.ValueKind: JsonValueKind.String } choice when choice.Value.GetString() is "":
                problem("config.value", "Give the value that is compared with the cases, such as {{ input.kind }}.");
                break;
            case SwitchConfig { Cases.Count: 0 }:
                problem("config.cases", $"1 to {StepCatalog.MostCases} cases.");
                break;
            case IfConfig { Condition: "" }:
                problem("config.condition", "Give a condition, such as input.count > 2.");
                break;
            case ScheduleTriggerConfig schedule when Schedule.Parse(schedule.Cron, schedule.Timezone).Error is { Fields: [var field, ..] }:
                problem("config." + field.Path, field.Message);
                break;
            case WebhookTriggerConfig { Secret.Length: > 1_000 }:
                problem("config.secret", "A secret has up to 1,000 characters.");
                break;
            case ApprovalConfig { Title: "" } or CreateTaskConfig { Title: "" }:
                problem("config.title", "Give the card a title.");
                break;
            case ApprovalConfig { TimeoutSeconds: not null and not (>= 1 and <= 31_536_000) }:
                problem("config.timeoutSeconds", "1 to 31,536,000 seconds (a year).");
                break;
            case ApprovalConfig approval:
                CheckForm(approval.Form, "config.form", problem);
                break;
            case ManualTriggerConfig manual:
                CheckForm(manual.Fields, "config.fields", problem);
                break;
        }
    }

    private static bool IsTemplate(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.GetString()!.Contains("{{", StringComparison.Ordinal);

    private static void CheckSchema(JsonElement schema, string field, SayConfigProblem problem)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            if (!IsTemplate(schema))
            {
                problem(field, "A JSON Schema object.");
            }

            return;
        }

        foreach (var wrong in UserSchema.Problems(schema))
        {
            problem(field, wrong.ToString());
        }
    }

    private static void CheckForm(IReadOnlyList<InputField> fields, string path, SayConfigProblem problem)
    {
        for (var i = 0; i < fields.Count; i++)
        {
            var (field, at) = (fields[i], $"{path}[{i}]");
            if (field is null || string.IsNullOrEmpty(field.Name))
            {
                problem(path, "Each field needs a name.");
                return;
            }

            if (fields.Take(i).Any(other => other.Name == field.Name))
            {
                problem(path, "Two fields have the same name.");
            }

            if (field.Type == InputFieldType.Choice && field.Choices.Count is 0 or > 100)
            {
                problem(at + ".choices", "A choice needs 1 to 100 choices.");
            }

            if (field.Default is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } value
                && !InputForm.Fits(field, value)
                && !IsTemplate(value))
            {
                problem(at + ".default", $"The default must be {InputForm.Describe(field)}.");
            }
        }
    }

    /// <summary><c>$.headers.x</c> is <c>config.headers.x</c>.</summary>
    private static string FieldOf(string? path) => path is null or "$" ? "config" : "config" + path[1..];

    /// <summary>The required fields that are left out.</summary>
    private static List<string> MissingOf(JsonException exception) =>
        exception.Message.Contains("missing required properties", StringComparison.Ordinal)
            ? [.. exception.Message[(exception.Message.IndexOf("including:", StringComparison.Ordinal) + 10)..].Split(',').Select(
                name => name.Trim(' ', '.', '\''))]
            : [];

    private static string Explain(JsonException exception, StepType type)
    {
        var message = exception.Message;
        if (MissingOf(exception) is { Count: > 0 } missing)
        {
            return $"{type.Title} needs {string.Join(", ", missing)}.";
        }

        if (message.Contains("could not be mapped", StringComparison.Ordinal))
        {
            var known = type.ConfigType.GetProperties().Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name));
            return $"{type.Title} has no such field; it has {string.Join(", ", known)}.";
        }

        var property = type.ConfigType.GetProperties().FirstOrDefault(candidate =>
            exception.Path is { Length: > 2 } path && path[2..].Split('.', '[')[0] == JsonNamingPolicy.CamelCase.ConvertName(candidate.Name));
        return property is null ? "This is not what is expected here." : $"Expected {Describe(property.PropertyType)}.";
    }

    private static string Describe(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type switch
        {
            { IsEnum: true } => "one of " + string.Join(", ", Enum.GetValues(type).Cast<object>()
                .Select(value => JsonSerializer.Serialize(value, type, Json.Options).Trim('"'))),
            _ when type == typeof(string) => "text",
            _ when type == typeof(int) => "a whole number",
            _ when type == typeof(double) => "a number",
            _ when type == typeof(Guid) => "an id",
            _ when type.IsAssignableTo(typeof(System.Collections.IEnumerable)) && type.Name.Contains("List", StringComparison.Ordinal) => "a list",
            _ => "an object",
        };
    }

    private static JsonSerializerOptions CreateTolerant()
    {
        var options = new JsonSerializerOptions(ConfigSchemas.Strict);
        options.Converters.Insert(0, new TemplateTolerantFactory());
        return options;
    }

    private sealed class TemplateTolerantFactory : JsonConverterFactory
    {
        public override bool CanConvert(Type typeToConvert) =>
            typeToConvert == typeof(int) || typeToConvert == typeof(double) || typeToConvert == typeof(bool)
            || typeToConvert == typeof(Guid) || typeToConvert.IsEnum;

        public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
            (JsonConverter)Activator.CreateInstance(typeof(TemplateTolerant<>).MakeGenericType(typeToConvert))!;
    }

    private sealed class TemplateTolerant<T> : JsonConverter<T>
        where T : struct
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.String && reader.GetString()!.Contains("{{", StringComparison.Ordinal))
            {
                return default;
            }

            try
            {
                return JsonSerializer.Deserialize<T>(ref reader, ConfigSchemas.Strict);
            }
            catch (JsonException exception)
            {
                throw new JsonException(exception.Message); // without the inner path, so that the outer one is named
            }
        }

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value, ConfigSchemas.Strict);
    }
}
