using OtherThing.Core.Access;

namespace OtherThing.Tests.Web.Access.Rights;

/// <summary>What the code takes for the table against the table as it was decided.</summary>
public sealed class RightsTableTests
{
    /// <summary>Rows of things that are not built: files, connections, virtual keys, flows as tools.</summary>
    private static readonly string[] s_notBuilt = [.. Enumerable.Range(79, 12).Select(number => $"A{number:00}")];

    /// <summary>Rows that the code has beyond the table, each with its rights.</summary>
    private static readonly Dictionary<string, (Grant Owner, Grant Admin, Grant Member, Grant Viewer)> s_beyond = new()
    {
        ["A91"] = (Grant.Allow, Grant.Allow, Grant.Allow, Grant.Deny), // record usage by hand
    };

    [Fact]
    public void Operations_AgainstTheTable_HaveEachRowAndNoOther() => Assert.Equal(
        RightsTable.Rows.Keys.Except(s_notBuilt).Concat(s_beyond.Keys).Order(StringComparer.Ordinal),
        Operations.All.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void Operations_AgainstTheTable_GrantTheSameToEachRole()
    {
        List<string> wrong = [];
        var cells = 0;
        foreach (var row in RightsTable.Rows.Values.Where(row => !s_notBuilt.Contains(row.Id)))
        {
            var operation = Operations.All[row.Id];
            foreach (var role in Enum.GetValues<Role>())
            {
                cells++;
                if (operation.For(role) != row.For(role))
                {
                    wrong.Add($"{row.Id} {row.Text}, {role}: the table says {row.Marks[role]}, the code {operation.For(role)}");
                }
            }

            if (operation.Fresh != row.IsFresh)
            {
                wrong.Add($"{row.Id} {row.Text}: a fresh sign-in is asked for by {(row.IsFresh ? "the table" : "the code")} alone");
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{cells} cells of the table, {wrong.Count} mismatches");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Operations_BeyondTheTable_HaveTheRightsListedHere() => Assert.All(s_beyond, row =>
    {
        var operation = Operations.All[row.Key];
        Assert.Equal(row.Value, (operation.Owner, operation.Admin, operation.Member, operation.Viewer));
    });
}
