namespace OtherThing.Core.Results;

/// <summary>Finds what somebody probably meant, for an error that helps.</summary>
public static class Nearest
{
    // Longer words are not typing slips of a name, and the distance costs the product of both lengths.
    private const int Longest = 40;

    /// <summary>Up to three of the names, nearest first: those few edits away, and those that begin with the word. None that is far off.</summary>
    public static IReadOnlyList<string> To(string word, IEnumerable<string> names) => word.Length > Longest ? [] :
    [
        .. names.Where(name => name.Length <= Longest)
            .Select(name => (Name: name, Edits: Edits(word.ToLowerInvariant(), name.ToLowerInvariant())))
            .Where(pair => pair.Edits <= Math.Max(2, pair.Name.Length / 3) || pair.Name.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            .OrderBy(pair => pair.Edits).ThenBy(pair => pair.Name, StringComparer.Ordinal).Take(3).Select(pair => pair.Name),
    ];

    /// <summary>The one name that few edits lead to (a third of the word, at least one); null when none is so near.</summary>
    public static string? One(string word, IEnumerable<string> names) => word.Length > Longest ? null
        : names.Where(name => name.Length <= Longest)
            .Select(name => (Name: name, Edits: Edits(word.ToLowerInvariant(), name.ToLowerInvariant())))
            .Where(pair => pair.Edits <= Math.Max(1, word.Length / 3))
            .OrderBy(pair => pair.Edits)
            .Select(pair => pair.Name)
            .FirstOrDefault();

    /// <summary>How many letters must be changed, added or taken away.</summary>
    private static int Edits(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[b.Length];
    }
}
