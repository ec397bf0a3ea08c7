using System.Text;
using System.Text.Json;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Core.Steps;

namespace OtherThing.Tests.Guide;

/// <summary>Writes the guide's pages about step types from the catalog: config, output, ports, behaviour, errors, an example.</summary>
internal static class StepGuide
{
    public static string WriteIndex()
    {
        var page =
            new StringBuilder(
                "# Step types\n\nEvery step type there is. The same catalog makes the builder's forms, the validation and the published schema (`/schemas/flow/v1.json`).\n\n");
        foreach (var kind in StepCatalog.All.GroupBy(type => type.Kind))
        {
            page.Append("## ")
                .Append(kind.Key == StepKind.Ai ? "AI" : kind.Key == StepKind.Http ? "HTTP" : kind.Key == StepKind.Node ? "Machine" : kind.Key.ToString())
                .Append("\n\n| Type | What it does |\n|---|---|\n");
            foreach (var type in kind)
            {
                page.Append("| [`").Append(type.Name).Append("`](steps/").Append(type.Name).Append(".md) | ").Append(Cell(type.Description)).Append(" |\n");
            }

            page.Append('\n');
        }

        page.Append("## What every step has\n\n| Field | What it says |\n|---|---|\n")
            .Append("| `id` | unique in the flow; templates read its output at `steps.<id>` |\n| `name` | what people call it |\n")
            .Append("| `parent` | the `logic.map` or `logic.loop` it is in |\n")
            .Append(
                FormattableString.Invariant(
                    $"| `retry` | `max` (0 to {FlowLimits.Retries}) further attempts; `backoffSeconds` before the first, doubled each time up to five minutes, with jitter; a Retry-After of the other side is honoured |\n"))
            .Append("| `timeoutSeconds` | how long one attempt may take |\n")
            .Append(
                "| `onError` | `fail` ends the run, `continue` goes on with `null`, `branch` continues on the port `error` with `{error:{code,message},output}` |\n")
            .Append(
                "| `effects` | `pure` may be repeated, `keyed` is repeated with the same key, `once` is never repeated by itself after it may have begun |\n\n")
            .Append("## Errors of every step\n\n");
        AppendErrors(page, StepErrorCodes.OfAll);
        return page.ToString();
    }

    public static string Write(StepType type)
    {
        var page = new StringBuilder();
        page.Append("# ").Append(type.Title).Append(" (`").Append(type.Name).Append("`)\n\n").Append(type.Description).Append("\n\n## Config\n\n");
        AppendConfig(page, type);
        var step = new FlowStep { Id = "step", Type = type.Name, Config = type.Example };
        page.Append("\n## Output\n\n```json\n").Append(JsonSerializer.Serialize(type.OutputSchema, Json.Indented).ReplaceLineEndings("\n")).Append("\n```\n\n")
            .Append(type.OutputSchema.GetRawText() == "{}" ? "Any JSON. " : "")
            .Append("It continues on ")
            .AppendJoin(", ", type.Ports(step).Select(port => $"`{port}`"))
            .Append("; with `onError: branch` also on `error`.\n");
        page.Append("\n## Behaviour\n\n")
            .Append(type.IsInline
                ? "Carried out by the engine itself, without an effect outside.\n"
                : FormattableString.Invariant(
                    $"Effects unless the step says otherwise: `{JsonSerializer.Serialize(type.DefaultEffects(step), Json.Options).Trim('"')}`. One attempt may take {Say(type.DefaultTimeout)} unless the step says otherwise.\n"));
        page.Append("\n## Example\n\n```json\n")
            .Append(JsonSerializer.Serialize(new { id = IdFor(type), type = type.Name, config = type.Example }, Json.Indented).ReplaceLineEndings("\n"))
            .Append("\n```\n");
        if (StepErrorCodes.Of(type.Name) is { Count: > 0 } errors)
        {
            page.Append("\n## Errors\n\n");
            AppendErrors(page, errors);
        }

        return page.Append("\nSee [all step types](../steps.md) for what every step has, and [templates](../templates.md).\n").ToString();
    }

    private static void AppendErrors(StringBuilder page, IReadOnlyList<StepErrorCode> errors)
    {
        page.Append("| Code | What it means |\n|---|---|\n");
        foreach (var error in errors)
        {
            page.Append("| `").Append(error.Code).Append("` | ").Append(Cell(error.Meaning)).Append(" |\n");
        }
    }

    private static void AppendConfig(StringBuilder page, StepType type)
    {
        var schema = type.ConfigSchema;
        var required = schema.TryGetProperty("required", out var names) ? names.EnumerateArray().Select(name => name.GetString()).ToHashSet() : [];
        page.Append("| Field | Takes | |\n|---|---|---|\n");
        foreach (var field in schema.GetProperty("properties").EnumerateObject())
        {
            var text = field.Value.ValueKind == JsonValueKind.Object && field.Value.TryGetProperty("description", out var description)
                ? description.GetString()
                : "";
            var note = type.ConditionFields.Contains(field.Name)
                ? " A condition without braces."
                : type.VerbatimFields.Contains(field.Name) ? " Taken as it is: no templates." : "";
            page.Append("| `").Append(field.Name).Append('`').Append(required.Contains(field.Name) ? " (required)" : "")
                .Append(" | ").Append(Cell(Takes(field.Value))).Append(" | ").Append(Cell(text + note)).Append(" |\n");
        }
    }

    private static string Takes(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return "any JSON";
        }

        if (schema.TryGetProperty("enum", out var choices))
        {
            return string.Join(
                ", ", choices.EnumerateArray().Where(choice => choice.ValueKind == JsonValueKind.String).Select(choice => $"`{choice.GetString()}`"));
        }

        var range = schema.TryGetProperty("minimum", out var least) && schema.TryGetProperty("maximum", out var most)
            ? FormattableString.Invariant($", {least.GetDouble():N0} to {most.GetDouble():N0}") : "";
        var types = !schema.TryGetProperty("type", out var type) ? []
            : type.ValueKind == JsonValueKind.Array
                ? type.EnumerateArray().Select(each => each.GetString()!).Where(each => each != "null").ToArray()
                : [type.GetString()!];
        return types switch
        {
            [] => "any JSON",
            ["array"] when schema.TryGetProperty("items", out var items) => $"a list of {Plural(items)}",
            ["array"] => "a list",
            ["object"] when schema.TryGetProperty("properties", out var fields) =>
                "{" + string.Join(", ", fields.EnumerateObject().Select(field => field.Name)) + "}",
            ["object"] => "an object",
            ["string"] => "text",
            ["integer"] => "a whole number" + range,
            ["number"] => "a number" + range,
            ["boolean"] => "true or false",
            _ => string.Join(" or ", types) + range,
        };
    }

    private static string Plural(JsonElement items) => Takes(items) switch
    {
        "text" => "texts",
        "any JSON" => "any JSON",
        var other => other,
    };

    private static string IdFor(StepType type) => type.Name.Split('.')[^1];

    private static string Say(TimeSpan time) => time.TotalSeconds < 120
        ? FormattableString.Invariant($"{time.TotalSeconds:0} seconds")
        : FormattableString.Invariant($"{time.TotalMinutes:0} minutes");

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("\n", " ", StringComparison.Ordinal);
}
