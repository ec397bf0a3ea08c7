using System.Text.Json;
using OtherThing.Core.Results;
using OtherThing.Core.Steps.Configs;

namespace OtherThing.Core.Runs;

/// <summary>Fits what a caller sends to the form of the flow's manual trigger.</summary>
internal static class RunInput
{
    internal const int MostBytes = 1024 * 1024;

    /// <summary>Fills in defaults and checks types; extra fields are kept.</summary>
    /// <returns>The input as JSON, or <c>run.input_invalid</c> naming every field at fault, <c>run.input_too_large</c>.</returns>
    public static Result<string> Fit(FlowPlan plan, string? triggerStepId, JsonElement? input)
    {
        var given = input is null or { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null } ? Json.EmptyObject : input.Value;
        if (given.GetRawText().Length > MostBytes)
        {
            return RunErrors.InputTooLarge;
        }

        var fields = triggerStepId is null ? plan.Forms.Values.FirstOrDefault([]) : plan.Forms.GetValueOrDefault(triggerStepId, []);
        if (fields.Count == 0)
        {
            return given.GetRawText();
        }

        if (given.ValueKind != JsonValueKind.Object)
        {
            return RunErrors.InputInvalid([new FieldError("input", $"The input is an object with {string.Join(", ", fields.Select(field => field.Name))}.")]);
        }

        var problems = new List<FieldError>();
        var values = given.EnumerateObject().ToDictionary(field => field.Name, field => field.Value, StringComparer.Ordinal);
        foreach (var field in fields)
        {
            if (!values.TryGetValue(field.Name, out var value) || value.ValueKind == JsonValueKind.Null)
            {
                if (field.Default is { } missing)
                {
                    values[field.Name] = missing;
                }
                else if (field.Required)
                {
                    problems.Add(new FieldError("input." + field.Name, $"{field.Name} is needed to start this flow."));
                }
            }
            else if (!Fits(field.Type, value))
            {
                problems.Add(new FieldError("input." + field.Name, $"{field.Name} must be {Describe(field.Type)}."));
            }
        }

        return problems.Count > 0 ? RunErrors.InputInvalid(problems) : JsonSerializer.Serialize(values, Json.Options);
    }

    private static bool Fits(InputFieldType type, JsonElement value) => type switch
    {
        InputFieldType.String or InputFieldType.Text => value.ValueKind == JsonValueKind.String,
        InputFieldType.Number => value.ValueKind == JsonValueKind.Number,
        InputFieldType.Boolean => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        _ => true,
    };

    private static string Describe(InputFieldType type) => type switch
    {
        InputFieldType.Number => "a number",
        InputFieldType.Boolean => "true or false",
        _ => "text",
    };
}
