using System.Globalization;
using System.Text;
using OtherThing.Core.Access;

namespace OtherThing.Tests.Guide;

/// <summary>Writes the table of rights as a page of the guide.</summary>
internal static class RightsGuide
{
    private static readonly (string Title, string From, string To)[] s_parts =
    [
        ("Workspaces", "A01", "A08"), ("Members", "A09", "A16"), ("Invites", "A17", "A20"), ("Tasks", "A21", "A26"), ("Flows and triggers", "A27", "A36"),
        ("Runs", "A37", "A43"), ("Console", "A44", "A47"), ("Machines and jobs", "A48", "A58"), ("Keys", "A59", "A67"), ("Usage and budgets", "A68", "A74"),
        ("Audit and tokens", "A75", "A78"), ("Others", "A79", "A99"),
    ];

    public static string Write()
    {
        var page = new StringBuilder("""
            # Who may do what

            A member has one role in a workspace: Viewer, Member, Admin or Owner. Every page, REST call, console line and webhook asks the same table, each
            time anew: a role that is taken away is gone at once.

            "own" means: with one's own only (a task one made, a machine or key one brought, a run one started). *Fresh* asks for a sign-in within the last five
            minutes. *Scope* is what a personal token needs.

            """.ReplaceLineEndings("\n"));
        foreach (var (title, from, to) in s_parts)
        {
            page.Append("\n## ").Append(title).Append("\n| | May | Owner | Admin | Member | Viewer | Scope |\n|---|---|---|---|---|---|---|\n");
            foreach (var row in Operations.All.Values.Where(row => string.CompareOrdinal(row.Id, from) >= 0 && string.CompareOrdinal(row.Id, to) <= 0)
                .OrderBy(row => row.Id, StringComparer.Ordinal))
            {
                page.Append(
                    CultureInfo.InvariantCulture,
                    $"| {row.Id} | {row.Text}{(row.Fresh ? " (fresh)" : "")} | {Mark(row.Owner)} | {Mark(row.Admin)} | {Mark(row.Member)} | {Mark(row.Viewer)} | {row.Scope.ToString().ToLowerInvariant()} |\n");
            }
        }

        return page.ToString();
    }

    private static string Mark(Grant grant) => grant switch { Grant.Allow => "yes", Grant.Own => "own", _ => "no" };
}
