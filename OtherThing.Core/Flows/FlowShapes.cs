using System.Text.Json;
using OtherThing.Core.Flows.Validation;
using OtherThing.Core.Results;
using OtherThing.Core.Steps;
using OtherThing.Core.Steps.Configs;

namespace OtherThing.Core.Flows;

/// <summary>
/// What is known of the shape of a flow's input and of its steps' outputs, as JSON Schemas. A shape counts as known only where it lists its
/// properties and nothing opens it to others.
/// </summary>
internal sealed class FlowShapes
{
    private const int MostDepth = 8;
    private const int MostNames = 8;

    // What a template may ask of any value.
    private static readonly HashSet<string> s_always = new(["size", "first", "last", "*"], StringComparer.Ordinal);

    private static readonly string[] s_opening = ["patternProperties", "allOf", "anyOf", "oneOf", "$ref", "$dynamicRef", "if"];

    private readonly FlowDocument _flow;
    private readonly Dictionary<string, FlowStep> _steps = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonElement> _outputs = new(StringComparer.Ordinal);
    private readonly List<FlowStep> _triggers;
    private readonly IReadOnlyList<string>? _input;

    public FlowShapes(FlowDocument flow)
    {
        _flow = flow;
        foreach (var step in flow.Steps.Where(step => step?.Id is not null))
        {
            _steps.TryAdd(step.Id, step);
        }

        _triggers = [.. _steps.Values.Where(step => step.Type is not null && StepCatalog.Find(step.Type) is { IsTrigger: true })];
        _input = InputNames();
    }

    public bool HasTriggers => _triggers.Count > 0;

    /// <summary>Where a path into a step's output leaves what is known of it; null when it may be right.</summary>
    public (string Of, string Name, string There)? MissingInStep(string stepId, IEnumerable<string> segments)
    {
        if (!_steps.TryGetValue(stepId, out var step))
        {
            return null; // said by the validator
        }

        var (at, of) = (OutputOf(step), FlowValidator.Called(step));
        foreach (var segment in segments)
        {
            if (PropertiesOf(at) is not { } properties || s_always.Contains(segment) || int.TryParse(segment, out _))
            {
                return null;
            }

            if (!properties.TryGetProperty(segment, out var next))
            {
                return (of, segment, Told(segment, [.. properties.EnumerateObject().Select(property => property.Name)], "it has"));
            }

            (at, of) = (next, $"{of}, in '{FlowValidator.Short(segment)}',");
        }

        return null;
    }

    /// <summary>What is to be said of a name that no trigger gives; null when it may be right.</summary>
    public string? MissingInInput(string name)
    {
        if (_input is not { } names || s_always.Contains(name) || names.Contains(name))
        {
            return null;
        }

        return _triggers is [{ Type: "trigger.manual" } start]
            ? $"{FlowValidator.Called(start)} declares no input '{FlowValidator.Short(name)}'; {Told(name, names, "it declares")} Declare it there, or "
                + "correct the name."
            : $"No trigger of this flow gives '{FlowValidator.Short(name)}' as input; {Told(name, names, "there is")}";
    }

    /// <summary>The names at the top of the input; null when it may be anything.</summary>
    private List<string>? InputNames()
    {
        var names = new List<string>();
        foreach (var trigger in _triggers)
        {
            if (PropertiesOf(OutputOf(trigger)) is not { } properties)
            {
                return null;
            }

            names.AddRange(properties.EnumerateObject().Select(property => property.Name));
        }

        return _triggers.Count == 0 ? null : [.. names.Distinct(StringComparer.Ordinal)];
    }

    private JsonElement OutputOf(FlowStep step)
    {
        if (!_outputs.TryGetValue(step.Id, out var schema))
        {
            _outputs[step.Id] = schema = ReadOutput(step);
        }

        return schema;
    }

    private JsonElement ReadOutput(FlowStep step)
    {
        if (step.Type is null || StepCatalog.Find(step.Type) is not { } type)
        {
            return default;
        }

        var schema = step.Type switch
        {
            "trigger.manual" => OfFields(step.Config),
            "data.set" => Field(step.Config, "value") is { ValueKind: JsonValueKind.Object } value ? OfValue(value, 0) : default,
            "logic.join" => Closed(_flow.Connections.Where(connection => connection?.To == step.Id && connection.From is not null)
                .Select(connection => connection.From).Distinct(StringComparer.Ordinal).Select(id => (id, default(JsonElement)))),
            "ai.chat" when Field(step.Config, "responseSchema") is { ValueKind: JsonValueKind.Object } answer =>
                Closed(type.OutputSchema.GetProperty("properties").EnumerateObject().Select(
                    property => (property.Name, property.Name == "json" ? answer : property.Value))),
            _ => type.OutputSchema,
        };

        // By the port error it leaves with what went wrong instead.
        return step.OnError == OnError.Branch && PropertiesOf(schema) is { } properties
            ? Closed([.. properties.EnumerateObject().Select(property => (property.Name, property.Value)), ("error", default), ("output", default)])
            : schema;
    }

    private static JsonElement OfFields(JsonElement config)
    {
        try
        {
            return config.ValueKind == JsonValueKind.Object && ConfigTemplates.ReadStatic<ManualTriggerConfig>(config).Fields is { Count: > 0 } fields
                && fields.All(field => !string.IsNullOrEmpty(field?.Name))
                ? Closed(fields.Select(field => (field.Name, default(JsonElement))))
                : default;
        }
        catch (JsonException)
        {
            return default; // the validator says what is wrong with it
        }
    }

    private static JsonElement OfValue(JsonElement value, int depth) =>
        value.ValueKind == JsonValueKind.Object && depth < MostDepth
            ? Closed(value.EnumerateObject().Select(member => (member.Name, OfValue(member.Value, depth + 1))))
            : default;

    /// <summary>The schema of an object with these members and no others.</summary>
    private static JsonElement Closed(IEnumerable<(string Name, JsonElement Schema)> members)
    {
        var properties = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var (name, schema) in members)
        {
            properties[name] = schema.ValueKind == JsonValueKind.Undefined ? Json.EmptyObject : schema;
        }

        return Json.ToElement(new { properties });
    }

    private static JsonElement? PropertiesOf(JsonElement schema) =>
        schema.ValueKind == JsonValueKind.Object
        && schema.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object
        && (!schema.TryGetProperty("additionalProperties", out var others) || others.ValueKind == JsonValueKind.False)
        && !s_opening.Any(word => schema.TryGetProperty(word, out _))
            ? properties
            : null;

    private static JsonElement Field(JsonElement config, string name) =>
        config.ValueKind == JsonValueKind.Object && config.TryGetProperty(name, out var value) ? value : default;

    private static string Told(string sought, IReadOnlyCollection<string> names, string has)
    {
        if (names.Count == 0)
        {
            return "it is empty.";
        }

        var nearest = Nearest.One(sought, names) is { } near ? $" Did you mean '{FlowValidator.Short(near)}'?" : "";
        return $"{has} {string.Join(", ", names.Take(MostNames).Select(FlowValidator.Short))}{(names.Count > MostNames ? " and more" : "")}.{nearest}";
    }
}
