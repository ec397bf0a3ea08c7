using System.Text.Json;
using System.Text.Json.Nodes;
using OtherThing.Core.Results;

namespace OtherThing.Web.Features.Flows.Panels;

/// <summary>How a config value reads in a text field, and what a person's text means as a value.</summary>
internal static class ConfigText
{
    /// <summary>JSON as a person would type it: plain text stays plain, everything else is JSON.</summary>
    public static string Show(JsonNode? value) => value switch
    {
        null => "",
        JsonValue text when text.GetValueKind() == JsonValueKind.String =>
            IsPlain(text.GetValue<string>()) ? text.GetValue<string>() : text.ToJsonString(Json.Options),
        _ => value.ToJsonString(Json.Indented),
    };

    /// <summary>The value a text stands for: JSON when it is JSON, a string (a template perhaps) when it is plain.</summary>
    /// <returns>False with the reason when it begins like JSON and is not.</returns>
    public static bool TryRead(string text, out JsonNode? value, out string? problem)
    {
        (value, problem) = (null, null);
        if (string.IsNullOrWhiteSpace(text))
        {
            return true;
        }

        if (IsPlain(text))
        {
            value = JsonValue.Create(text);
            return true;
        }

        try
        {
            value = JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { MaxDepth = 32 });
            return true;
        }
        catch (JsonException exception)
        {
            problem = $"This is not JSON yet: line {exception.LineNumber + 1}, character {exception.BytePositionInLine + 1}.";
            return false;
        }
    }

    /// <summary>Name and value, one per line.</summary>
    public static string ShowPairs(JsonNode? value) => value is JsonObject pairs
        ? string.Join('\n', pairs.Select(
            pair => $"{pair.Key}: {(pair.Value?.GetValueKind() == JsonValueKind.String ? pair.Value.GetValue<string>() : pair.Value?.ToJsonString())}"))
        : "";

    /// <summary>Reads what <see cref="ShowPairs"/> shows; a line without a colon is a name with no value.</summary>
    public static JsonObject? ReadPairs(string text)
    {
        var pairs = new JsonObject();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var name = (colon < 0 ? line : line[..colon]).Trim();
            if (name.Length > 0)
            {
                pairs[name] = colon < 0 ? "" : line[(colon + 1)..].Trim();
            }
        }

        return pairs.Count == 0 ? null : pairs;
    }

    /// <summary>One item per line.</summary>
    public static string ShowLines(JsonNode? value) => value is JsonArray items
        ? string.Join('\n', items.Select(item => item?.GetValueKind() == JsonValueKind.String ? item.GetValue<string>() : item?.ToJsonString()))
        : "";

    /// <summary>Reads what <see cref="ShowLines"/> shows.</summary>
    public static JsonArray? ReadLines(string text)
    {
        var lines = text.Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0).ToList();
        return lines.Count == 0 ? null : new JsonArray([.. lines.Select(line => JsonValue.Create(line))]);
    }

    // Braces of a template are no JSON object; a word that JSON knows (true, 12) is meant as JSON.
    private static bool IsPlain(string text)
    {
        var trimmed = text.Trim();
        return trimmed.Length == 0
            || trimmed.StartsWith("{{", StringComparison.Ordinal)
            || trimmed.StartsWith("{%", StringComparison.Ordinal)
            || (trimmed[0] is not ('{' or '[' or '"') && !IsScalar(trimmed));
    }

    private static bool IsScalar(string text)
    {
        if (text is "true" or "false" or "null")
        {
            return true;
        }

        if (text[0] is not ('-' or (>= '0' and <= '9')))
        {
            return false;
        }

        try
        {
            return JsonNode.Parse(text) is not null;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
