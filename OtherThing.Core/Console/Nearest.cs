namespace OtherThing.Core.Console;

/// <summary>Finds what somebody probably meant.</summary>
public static class Nearest
{
    /// <summary>Up to three of the names, nearest first; none that is far off.</summary>
    public static IReadOnlyList<string> To(string word, IEnumerable<string> names) =>
    [
        .. names.Select(name => (Name: name, Distance: Distance(word.ToLowerInvariant(), name)))
            .Where(pair => pair.Distance <= Math.Max(2, pair.Name.Length / 3) || pair.Name.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            .OrderBy(pair => pair.Distance).ThenBy(pair => pair.Name, StringComparer.Ordinal).Take(3).Select(pair => pair.Name),
    ];

    /// <summary>How many letters must be changed, added or taken away.</summary>
    private static int Distance(string a, string b)
    {
        a = a.Length > 40 ? a[..40] : a;
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[b.Length];
    }
}
