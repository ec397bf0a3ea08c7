using System.Globalization;
using System.Text.Json;
using OtherThing.Core.Results;
using OtherThing.Core.Steps;
using OtherThing.Core.Steps.Configs;
using OtherThing.Core.Templates;

namespace OtherThing.Core.Flows.Preview;

/// <summary>A path a template may read.</summary>
/// <param name="Path">As one writes it: <c>steps.ask.text</c>.</param>
/// <param name="Type">What is there: <c>text</c>, <c>number</c>, <c>list of 3</c>.</param>
/// <param name="Sample">What was there in the last run, short; null when that is not known.</param>
public sealed record PathSuggestion(string Path, string Type, string? Sample);

/// <summary>The paths a step's templates can read, from the schemas of the steps before it and the values of a run.</summary>
public static class PathSuggestions
{
    /// <summary>The most paths offered.</summary>
    public const int Most = 400;

    private const int MostDepth = 4;
    private const int MostMembers = 40;
    private const int SampleLength = 60;
    private static readonly string[] s_run = ["id", "flowId", "flowName", "flowVersion", "trigger", "startedBy", "startedAt"];
    private static readonly string[] s_workspace = ["id", "name", "slug"];

    /// <summary>The paths, nearest steps first.</summary>
    /// <param name="flow">The document.</param>
    /// <param name="stepId">The step whose template is written.</param>
    /// <param name="values">A run's values; null when the flow has not run.</param>
    public static IReadOnlyList<PathSuggestion> For(FlowDocument flow, string stepId, FlowValues? values)
    {
        var around = new StepSurroundings(flow, stepId);
        var found = new Collector();
        if (around.Map(stepId) is { } map)
        {
            found.Value("item", values?.FirstItemOf(flow, map), default, 0);
            found.Add("index", "number", null);
        }

        if (around.Loop is not null)
        {
            found.Add("iteration", "number", null);
        }

        foreach (var step in around.Before)
        {
            var schema = StepCatalog.Find(step.Type) is { IsTrigger: false } type ? type.OutputSchema : default;
            found.Value("steps." + step.Id, values?.Outputs.TryGetValue(step.Id, out var output) == true ? output : null, schema, 0);
        }

        Input(flow, values, found);
        foreach (var name in s_run)
        {
            found.Add("run." + name, "text", values is not null && values.Run.TryGetProperty(name, out var value) ? Sample(value) : null);
        }

        foreach (var name in s_workspace)
        {
            found.Add("workspace." + name, "text", null);
        }

        return found.Suggestions;
    }

    private static void Input(FlowDocument flow, FlowValues? values, Collector found)
    {
        found.Value("input", values?.Input, default, 0);
        foreach (var trigger in flow.Steps.Where(step => step.Type == "trigger.manual" && step.Config.ValueKind == JsonValueKind.Object))
        {
            foreach (var field in ManualFields(trigger))
            {
                found.Add(Join("input", field.Name), field.Type.ToString().ToLowerInvariant(), null);
            }
        }

        foreach (var trigger in flow.Steps.Select(step => StepCatalog.Find(step.Type)).Where(type => type is { IsTrigger: true }).Distinct())
        {
            found.Value("input", null, trigger!.OutputSchema, 0);
        }
    }

    private static IReadOnlyList<InputField> ManualFields(FlowStep trigger)
    {
        try
        {
            return [.. trigger.Config.Deserialize<ManualTriggerConfig>(Json.Options)?.Fields.Where(field => !string.IsNullOrEmpty(field?.Name)) ?? []];
        }
        catch (JsonException)
        {
            return []; // the validator says what is wrong with it
        }
    }

    private static string Join(string path, string member)
    {
        var text = new System.Text.StringBuilder(path);
        PathText.Append(text, member);
        return text.ToString();
    }

    private static string Sample(JsonElement value)
    {
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        text = string.Join(' ', TextCut.Head(text, 400).Split());
        return TextCut.Shown(text, SampleLength + 1);
    }

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => "text",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "yes or no",
        JsonValueKind.Array => string.Create(CultureInfo.InvariantCulture, $"list of {value.GetArrayLength()}"),
        JsonValueKind.Object => "object",
        _ => "nothing",
    };

    private static string TypeOfSchema(JsonElement schema) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String
            ? type.GetString() switch
            { "string" => "text", "integer" => "number", "boolean" => "yes or no", "array" => "list", { } other => other, null => "value" }
            : "value";

    private sealed class Collector
    {
        private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

        public List<PathSuggestion> Suggestions { get; } = [];

        public void Add(string path, string type, string? sample)
        {
            if (Suggestions.Count < Most && _seen.Add(path))
            {
                Suggestions.Add(new PathSuggestion(path, type, sample));
            }
        }

        /// <summary>A value with its members; where the run had none, the members its schema names.</summary>
        public void Value(string path, JsonElement? value, JsonElement schema, int depth)
        {
            Add(path, value is { } there ? TypeOf(there) : TypeOfSchema(schema), value is { } shown ? Sample(shown) : null);
            if (depth >= MostDepth)
            {
                return;
            }

            var properties = schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("properties", out var known) ? known : default;
            if (value is { ValueKind: JsonValueKind.Object } group)
            {
                foreach (var member in group.EnumerateObject().Take(MostMembers))
                {
                    Value(Join(path, member.Name), member.Value, default, depth + 1);
                }
            }
            else if (value is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 0)
            {
                Add(path + ".size", "number", list.GetArrayLength().ToString(CultureInfo.InvariantCulture));
                Value(path + "[0]", list[0], default, depth + 1);
            }

            if (properties.ValueKind == JsonValueKind.Object)
            {
                foreach (var member in properties.EnumerateObject().Take(MostMembers))
                {
                    Value(Join(path, member.Name), null, member.Value, depth + 1);
                }
            }
        }
    }
}
