using System.Text.Json;
using OtherThing.Core.Templates;

namespace OtherThing.Web.Components.Shared.Values;

/// <summary>A place in a JSON value that a search found.</summary>
/// <param name="Path">As templates write it: <c>items[0].name</c>.</param>
/// <param name="Text">What is there, as JSON.</param>
internal sealed record JsonHit(string Path, string Text);

/// <summary>Finds names and values in a JSON value.</summary>
internal static class JsonSearch
{
    /// <summary>The most hits shown.</summary>
    public const int Most = 100;

    private const int MostVisited = 50_000;

    /// <summary>The places whose name or value has the text in it, in any case; in the value's order.</summary>
    public static IReadOnlyList<JsonHit> Find(JsonElement value, string text)
    {
        var hits = new List<JsonHit>();
        var visited = 0;
        Visit(value, [], text, hits, ref visited);
        return hits;
    }

    /// <summary>How many names and values there are, counted up to a number.</summary>
    public static int Count(JsonElement value, int most)
    {
        var count = 1;
        foreach (var child in value.ValueKind switch
        {
            JsonValueKind.Object => value.EnumerateObject().Select(member => member.Value),
            JsonValueKind.Array => value.EnumerateArray().AsEnumerable(),
            _ => [],
        })
        {
            if (count >= most)
            {
                return count;
            }

            count += Count(child, most - count);
        }

        return count;
    }

    private static void Visit(JsonElement value, List<string> path, string text, List<JsonHit> hits, ref int visited)
    {
        if (hits.Count >= Most || visited++ > MostVisited)
        {
            return;
        }

        var isLeaf = value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array);
        var named = path.Count > 0 && path[^1].Contains(text, StringComparison.OrdinalIgnoreCase);
        if (named || (isLeaf
            && (value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText()).Contains(text, StringComparison.OrdinalIgnoreCase)))
        {
            hits.Add(new JsonHit(new TemplatePath("", [.. path], 0, 0).ToString(), value.GetRawText()));
        }

        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in value.EnumerateObject())
            {
                path.Add(member.Name);
                Visit(member.Value, path, text, hits, ref visited);
                path.RemoveAt(path.Count - 1);
            }
        }
        else if (value.ValueKind == JsonValueKind.Array)
        {
            var index = 0;
            foreach (var item in value.EnumerateArray())
            {
                path.Add(index++.ToString(System.Globalization.CultureInfo.InvariantCulture));
                Visit(item, path, text, hits, ref visited);
                path.RemoveAt(path.Count - 1);
            }
        }
    }
}
