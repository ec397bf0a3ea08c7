using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using OtherThing.Core.Results;

namespace OtherThing.Web.Hosting.Rest;

/// <summary>What is wrong with a JSON body that could not be read, in the caller's terms: the field and what it takes.</summary>
internal static class BodyFault
{
    /// <param name="fault">What the serializer said.</param>
    /// <param name="body">What the endpoint reads the body as; null when it is not known.</param>
    /// <returns>The field, and the reason as a sentence.</returns>
    public static (string Path, string Message) Explain(JsonException fault, Type? body)
    {
        var path = fault.Path is { Length: > 2 } whole ? whole[2..] : "";
        // The serializer names our types where a value does not fit, and the place where the text is no JSON.
        var isWrongType = fault.Message.Contains("could not be converted", StringComparison.Ordinal);
        var reason = isWrongType ? Takes(TypeAt(body, path)) : FirstSentence(fault.Message);
        return (path, path.Length == 0 ? $"The body {reason}" : $"{path} {reason}");
    }

    private static string FirstSentence(string text)
    {
        var reason = text.Split(" Path:", 2)[0];
        return reason.Contains("OtherThing.", StringComparison.Ordinal) ? "has a field that is missing or given twice." : $"cannot be read: {reason}";
    }

    /// <summary>The type a path such as <c>steps[2].config</c> leads to.</summary>
    private static Type? TypeAt(Type? type, string path)
    {
        foreach (var part in path.Split(['.', '['], StringSplitOptions.RemoveEmptyEntries))
        {
            if (type is null || Json.Options.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type) is not { } known)
            {
                return null;
            }

            type = known.Kind == JsonTypeInfoKind.Object
                ? known.Properties.FirstOrDefault(property => property.Name == part)?.PropertyType
                : known.ElementType;
        }

        return type is null ? null : Nullable.GetUnderlyingType(type) ?? type;
    }

    /// <param name="type">What a value is read as.</param>
    /// <returns>What it must be, as the end of a sentence.</returns>
    public static string Takes(Type? type) => type switch
    {
        null => "has a value of the wrong type.",
        { IsEnum: true } => $"must be one of {string.Join(", ", Enum.GetNames(type).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName))}.",
        _ when type == typeof(string) => "must be a text.",
        _ when type == typeof(bool) => "must be true or false.",
        _ when type == typeof(Guid) => "must be a UUID.",
        _ when type == typeof(DateTime) => "must be a time in ISO 8601, such as 2026-01-31T12:00:00Z.",
        _ when type == typeof(DateOnly) => "must be a day, such as 2026-01-31.",
        _ when type == typeof(int) || type == typeof(long) => "must be a whole number.",
        _ when type == typeof(double) || type == typeof(decimal) => "must be a number.",
        _ when Json.Options.GetTypeInfo(type).Kind == JsonTypeInfoKind.Enumerable => "must be a list.",
        _ => "must be an object.",
    };
}
