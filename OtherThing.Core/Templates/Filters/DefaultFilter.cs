using OtherThing.Core.Templates.Values;

namespace OtherThing.Core.Templates.Filters;

/// <summary>The one filter that takes what does not exist.</summary>
internal static class DefaultFilter
{
    public static TemplateFilter Filter { get; } =
        new("default",
            "The fallback, when the value does not exist or is null, false, \"\" or an empty list or object. Every other filter refuses a path that does not "
                + "exist, and is passed by when a default follows it.",
            Apply)
        {
            TakesMissing = true,
            Arguments = [new("fallback"), new("allow_false", "false", IsNamed: true)],
            Examples =
        [
            new("{{ input.nickname | default: input.title }}", "\"Hello, world\""),
            new("{{ input.count | default: 1 }}", "7"),
            new("{{ input.nickname | upcase | default: \"NOBODY\" }}", "\"NOBODY\""),
            new("{{ false | default: true, allow_false: true }}", "false"),
        ],
        };

    /// <summary>True for a value that is there and not empty.</summary>
    public static bool Keeps(Value value) => value.Kind switch
    {
        ValueKind.Missing or ValueKind.Null or ValueKind.False or ValueKind.Empty or ValueKind.Blank => false,
        ValueKind.List => value.List.Length > 0,
        ValueKind.Text => value.TryText(0, out var text) && text.Length > 0,
        ValueKind.Json when value.IsList => value.Json.GetArrayLength() > 0,
        ValueKind.Json when value.IsObject => value.Json.GetPropertyCount() > 0,
        ValueKind.Json when value.IsText => JsonReads.ByteLength(value.Json) > 2,
        _ => true,
    };

    private static Value Apply(Value input, FilterCall call)
    {
        var keepsFalse = input.Kind == ValueKind.False && call.Count > 1 && call.Argument(1).IsTruthy;
        return keepsFalse || Keeps(input) ? input : call.Argument(0);
    }
}
