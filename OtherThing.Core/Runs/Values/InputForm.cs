using System.Text.Json;
using OtherThing.Core.Results;
using OtherThing.Core.Steps.Configs;

namespace OtherThing.Core.Runs.Values;

/// <summary>Fits values to the fields of a form: a run's input, what a person fills in on an approval.</summary>
public static class InputForm
{
    /// <summary>Fills in defaults and checks types; values no field names are kept.</summary>
    /// <param name="fields">The form.</param>
    /// <param name="values">What was given; null is nothing.</param>
    /// <param name="root">What the values are called in messages: <c>input</c>.</param>
    /// <param name="complete">False when required fields may be missing.</param>
    /// <returns>The values as JSON, or <c>form.invalid</c> naming every field at fault.</returns>
    public static Result<string> Fit(IReadOnlyList<InputField> fields, JsonElement? values, string root, bool complete = true)
    {
        var given = values is null or { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null } ? Json.EmptyObject : values.Value;
        if (given.ValueKind != JsonValueKind.Object)
        {
            var names = fields.Count == 0 ? "the fields' values" : string.Join(", ", fields.Select(field => field.Name));
            return Invalid([new FieldError(root, $"{root} is an object with {names}.")]);
        }

        var problems = new List<FieldError>();
        var filled = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var value in given.EnumerateObject())
        {
            filled[value.Name] = value.Value;
        }

        foreach (var field in fields)
        {
            if (!filled.TryGetValue(field.Name, out var value) || value.ValueKind == JsonValueKind.Null)
            {
                if (field.Default is { } missing)
                {
                    filled[field.Name] = missing;
                }
                else if (field.Required && complete)
                {
                    problems.Add(new FieldError($"{root}.{field.Name}", $"{field.Name} is required."));
                }
            }
            else if (!Fits(field, value))
            {
                problems.Add(new FieldError($"{root}.{field.Name}", $"{field.Name} must be {Describe(field)}."));
            }
            else if (field.Type == InputFieldType.Date && TimeText.TryReadDay(value.GetString(), out var day))
            {
                // However the day was written, steps and people read it in one form.
                filled[field.Name] = Json.ToElement(day);
            }
        }

        return problems.Count > 0 ? Invalid(problems) : JsonSerializer.Serialize(filled, Json.Options);
    }

    /// <summary>Whether a field takes a value.</summary>
    public static bool Fits(InputField field, JsonElement value) => field.Type switch
    {
        InputFieldType.String or InputFieldType.Text => value.ValueKind == JsonValueKind.String,
        InputFieldType.Number => value.ValueKind == JsonValueKind.Number,
        InputFieldType.Boolean => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        InputFieldType.Choice => value.ValueKind == JsonValueKind.String && field.Choices.Contains(value.GetString()),
        InputFieldType.Date => value.ValueKind == JsonValueKind.String
            && TimeText.TryReadDay(value.GetString(), out _),
        _ => true,
    };

    /// <summary>What a field takes, in words.</summary>
    public static string Describe(InputField field) => field.Type switch
    {
        InputFieldType.Number => "a number",
        InputFieldType.Boolean => "true or false",
        InputFieldType.Choice => "one of " + string.Join(", ", field.Choices),
        InputFieldType.Date => "a day such as 2026-01-31",
        _ => "text",
    };

    private static Error Invalid(List<FieldError> problems) => Error.Invalid("form.invalid", problems[0].Message, problems);
}
