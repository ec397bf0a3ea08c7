using System.Text;

namespace OtherThing.Core.Payloads;

/// <summary>What a <c>Content-Type</c> says, as far as it can be understood: real ones end in <c>;</c>, are quoted or stand there twice.</summary>
/// <param name="Name">The media type, lower case: <c>application/json</c>; null when none is named.</param>
/// <param name="Charset">The charset, lower case; null when none is named.</param>
/// <param name="Boundary">What parts a multipart body; null when it is none.</param>
public readonly record struct PayloadType(string? Name, string? Charset = null, string? Boundary = null)
{
    private static readonly string[] s_textNames =
    [
        "application/xml", "application/javascript", "application/ecmascript", "application/x-javascript", "application/x-www-form-urlencoded",
        "application/yaml", "application/x-yaml", "application/toml", "application/sql", "application/graphql", "application/rtf",
        "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines", "application/json-seq", "application/x-sh",
        "image/svg+xml",
    ];

    /// <summary>True for JSON of any name: <c>application/json</c>, <c>text/json</c>, <c>application/hal+json</c>.</summary>
    public bool IsJson => Name is "application/json" or "text/json" or "application/x-json" or "text/x-json"
        || Name?.EndsWith("+json", StringComparison.Ordinal) == true;

    /// <summary>True when the bytes are meant as text, also when nothing is said of them.</summary>
    public bool IsText => Name is null || Charset is not null || IsJson || Name.StartsWith("text/", StringComparison.Ordinal)
        || Name.EndsWith("+xml", StringComparison.Ordinal) || Name.EndsWith("+yaml", StringComparison.Ordinal) || Array.IndexOf(s_textNames, Name) >= 0;

    /// <summary>Reads a header's value; what is not understood is left out.</summary>
    public static PayloadType Parse(string? header)
    {
        if (string.IsNullOrWhiteSpace(header))
        {
            return default;
        }

        var name = header.AsSpan();
        var end = name.IndexOfAny(';', ',');
        name = (end < 0 ? name : name[..end]).Trim(" \t\"'");
        string? charset = null;
        string? boundary = null;
        foreach (var (parameter, value) in Parameters(end < 0 ? "" : header[end..]))
        {
            switch (parameter)
            {
                case "charset" when value.Length > 0:
                    charset ??= value.ToLowerInvariant();
                    break;
                case "boundary" when value.Length > 0:
                    boundary ??= value;
                    break;
            }
        }

        return new PayloadType(name.Contains('/') ? name.ToString().ToLowerInvariant() : null, charset, boundary);
    }

    /// <summary>The parameters after a header's value, names in lower case: <c>; charset=utf-8; name="a b"</c>.</summary>
    internal static IEnumerable<(string Name, string Value)> Parameters(string text)
    {
        var at = 0;
        while ((at = text.IndexOf(';', at)) >= 0)
        {
            at++;
            var equals = text.IndexOf('=', at);
            var next = text.IndexOf(';', at);
            if (equals < 0 || (next >= 0 && next < equals))
            {
                continue; // a parameter without a value
            }

            var name = text[at..equals].Trim().ToLowerInvariant();
            yield return (name, ReadValue(text, equals + 1, out at));
        }
    }

    private static string ReadValue(string text, int from, out int end)
    {
        while (from < text.Length && (text[from] is ' ' or '\t'))
        {
            from++;
        }

        if (from >= text.Length || text[from] != '"')
        {
            end = text.IndexOfAny([';', ','], from);
            end = end < 0 ? text.Length : end;
            return text[from..end].Trim(' ', '\t', '\'');
        }

        var value = new StringBuilder();
        for (end = from + 1; end < text.Length && text[end] != '"'; end++)
        {
            // Old browsers write paths with single backslashes: only what has to be escaped is.
            if (text[end] == '\\' && end + 1 < text.Length && (text[end + 1] is '"' or '\\'))
            {
                end++;
            }

            value.Append(text[end]);
        }

        return value.ToString().Trim();
    }
}
