using System.Globalization;
using Microsoft.AspNetCore.Components;
using OtherThing.Core.Results;
using OtherThing.Core.Retention;
using OtherThing.Web.Components.Layout;

namespace OtherThing.Web.Features.Workspaces;

/// <summary>What a workspace holds, and how large the server's database file is.</summary>
public sealed partial class WorkspaceStorage
{
    private WorkspaceHoldings? _holdings;
    private FileFigures? _file;
    private Error? _error;

    [CascadingParameter]
    public required WorkspaceContext Workspace { get; set; }

    [Inject]
    public required HoldingsService Holdings { get; init; }

    protected override async Task OnInitializedAsync()
    {
        if ((await Holdings.ReadAsync(Workspace.Actor, Workspace.Id, CancellationToken.None)).TryGet(out var read, out _error))
        {
            (_holdings, _file) = read;
        }
    }

    private static IEnumerable<(string Name, string Figure)> Figures(WorkspaceHoldings holds)
    {
        yield return ("Runs", Number(holds.Runs));
        yield return ("Their inputs, outputs and logs", holds.RunBytes is { } bytes ? Size(bytes) : "Not measured yet");
        yield return ("Jobs", Number(holds.Jobs));
        yield return ("Usage entries", Number(holds.UsageEntries));
        yield return ("Tasks", Number(holds.Tasks));
        yield return ("Audit entries", Number(holds.AuditEntries));
    }

    private static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Size(long bytes)
    {
        var (value, units) = ((double)bytes, new[] { "bytes", "KiB", "MiB", "GiB" });
        var unit = 0;
        for (; value >= 1024 && unit < units.Length - 1; unit++)
        {
            value /= 1024;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {units[unit]}");
    }
}
