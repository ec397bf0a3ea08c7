using OtherThing.Core.Access;

namespace OtherThing.Tests.Web.Access.Rights;

/// <summary>One row of the table as it was decided, read from <c>rights.tsv</c> and not from the code under test.</summary>
internal sealed record RightsRow(string Id, string Text, IReadOnlyDictionary<Role, string> Marks)
{
    /// <summary>Whether it asks for a sign-in of the last minutes.</summary>
    public bool IsFresh => Marks.Values.Any(mark => mark.EndsWith('R'));

    public Grant For(Role role) => Marks[role] switch
    {
        "✔" or "✔R" or "✔*" or "KC, ✔R" => Grant.Allow,
        // Whoever is signed in may try; the code decides.
        "–" => Grant.Allow,
        // The last Owner is kept by a rule of its own, whose answer is not one about rights.
        "✖ last" => Grant.Allow,
        "o" or "o/assigned" or "o/KC" or "NO" or "KC" or "named" => Grant.Own,
        "✖" => Grant.Deny,
        var mark => throw new InvalidDataException($"{Id}: what does '{mark}' mean for {role}?"),
    };
}

/// <summary>The table of rights as test data.</summary>
internal static class RightsTable
{
    public static IReadOnlyDictionary<string, RightsRow> Rows { get; } = Read();

    private static Dictionary<string, RightsRow> Read()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Web", "Access", "Rights", "rights.tsv");
        return File.ReadAllLines(path).Skip(1).Select(line => line.Split('\t')).ToDictionary(
            cells => cells[0],
            cells => new RightsRow(cells[0], cells[1], new Dictionary<Role, string>
            {
                [Role.Owner] = cells[2],
                [Role.Admin] = cells[3],
                [Role.Member] = cells[4],
                [Role.Viewer] = cells[5],
            }));
    }
}
