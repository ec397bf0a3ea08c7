using System.Text.Json;

namespace OtherThing.Core.Results;

/// <summary>One place where two JSON values differ.</summary>
/// <param name="Path">Where: <c>body.items[2].name</c>; empty for the whole value.</param>
/// <param name="Before">What the first has there; null when it has nothing.</param>
/// <param name="After">What the second has there; null when it has nothing.</param>
public sealed record JsonDifference(string Path, JsonElement? Before, JsonElement? After);

/// <summary>Compares two JSON values place by place. Order of fields does not count, numbers are compared by value.</summary>
public static class JsonDiff
{
    /// <summary>The differences in reading order.</summary>
    /// <param name="before">The first value; null for none.</param>
    /// <param name="after">The second value; null for none.</param>
    /// <param name="most">At most this many are looked for.</param>
    public static IReadOnlyList<JsonDifference> Compare(JsonElement? before, JsonElement? after, int most = 200)
    {
        var found = new List<JsonDifference>();
        Gather("", before, after, most, found);
        return found;
    }

    private static void Gather(string path, JsonElement? before, JsonElement? after, int most, List<JsonDifference> found)
    {
        if (found.Count >= most || (before is null && after is null))
        {
            return;
        }

        if (before is not { } left || after is not { } right || left.ValueKind != right.ValueKind)
        {
            found.Add(new JsonDifference(path, before, after));
            return;
        }

        switch (left.ValueKind)
        {
            case JsonValueKind.Object:
                GatherFields(path, left, right, most, found);
                break;
            case JsonValueKind.Array:
                GatherItems(path, left, right, most, found);
                break;
            case var _ when !JsonElement.DeepEquals(left, right):
                found.Add(new JsonDifference(path, left, right));
                break;
        }
    }

    private static void GatherFields(string path, JsonElement before, JsonElement after, int most, List<JsonDifference> found)
    {
        foreach (var field in before.EnumerateObject())
        {
            Gather(Join(path, field.Name), field.Value, after.TryGetProperty(field.Name, out var other) ? other : null, most, found);
        }

        foreach (var field in after.EnumerateObject())
        {
            if (!before.TryGetProperty(field.Name, out _))
            {
                Gather(Join(path, field.Name), null, field.Value, most, found);
            }
        }
    }

    private static void GatherItems(string path, JsonElement before, JsonElement after, int most, List<JsonDifference> found)
    {
        using var left = before.EnumerateArray();
        using var right = after.EnumerateArray();
        for (var at = 0; found.Count < most; at++)
        {
            JsonElement? first = left.MoveNext() ? left.Current : null;
            JsonElement? second = right.MoveNext() ? right.Current : null;
            if (first is null && second is null)
            {
                return;
            }

            Gather(FormattableString.Invariant($"{path}[{at}]"), first, second, most, found);
        }
    }

    private static string Join(string path, string name) =>
        name.Length == 0 || name.AsSpan().ContainsAny(".[]\"") ? $"{path}[\"{name}\"]" : path.Length == 0 ? name : $"{path}.{name}";
}
