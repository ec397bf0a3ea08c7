namespace OtherThing.Core.Templates.Parsing;

/// <summary>Finds the name a person probably meant.</summary>
internal static class Nearest
{
    /// <summary>The candidate with the fewest edits from the text; null when none is near.</summary>
    public static string? To(string text, IEnumerable<string> candidates)
    {
        if (text.Length > 40)
        {
            return null;
        }

        var limit = Math.Max(1, text.Length / 3);
        return candidates.Where(c => c.Length <= 40)
            .Select(c => (Name: c, Edits: Edits(text.ToLowerInvariant(), c.ToLowerInvariant())))
            .Where(c => c.Edits <= limit)
            .OrderBy(c => c.Edits)
            .Select(c => c.Name)
            .FirstOrDefault();
    }

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
                row[j] = a[i - 1] == b[j - 1] ? diagonal : 1 + Math.Min(diagonal, Math.Min(above, row[j - 1]));
                diagonal = above;
            }
        }

        return row[b.Length];
    }
}
