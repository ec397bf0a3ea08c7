using OtherThing.Core.Nodes;
using OtherThing.Core.Runs;
using OtherThing.Core.Usage;
using OtherThing.Web.Components.Layout;

namespace OtherThing.Web.Features.Resources;

/// <summary>A workspace in a few numbers; null is a number this person may not see.</summary>
/// <param name="NodesReady">Machines that take work.</param>
/// <param name="Nodes">Machines in all.</param>
/// <param name="RunsNow">Runs that have not ended.</param>
/// <param name="Today">Spent since midnight UTC, as far as it has a price.</param>
/// <param name="Month">Spent since the first of the month UTC.</param>
public sealed record WorkspaceFigures(int? NodesReady, int? Nodes, int? RunsNow, Money? Today, Money? Month)
{
    public static async Task<WorkspaceFigures> ReadAsync(
        WorkspaceContext workspace, NodeService nodes, RunService runs, UsageService usage, TimeProvider clock, CancellationToken cancellationToken)
    {
        var today = clock.GetUtcNow().UtcDateTime.Date;
        (await nodes.ListAsync(workspace.Actor, workspace.Id, cancellationToken)).TryGet(out var machines, out _);
        return new WorkspaceFigures(
            machines?.Count(node => node.Status == NodeStatus.Ready),
            machines?.Count,
            await CountRunsAsync(workspace, runs, cancellationToken),
            await SpentAsync(workspace, usage, today, cancellationToken),
            await SpentAsync(workspace, usage, today.AddDays(1 - today.Day), cancellationToken));
    }

    /// <summary>Runs that have not ended.</summary>
    public static async Task<int?> CountRunsAsync(WorkspaceContext workspace, RunService runs, CancellationToken cancellationToken) =>
        (await runs.CountLiveAsync(workspace.Actor, workspace.Id, cancellationToken)).TryGet(out var count, out _) ? count : null;

    /// <summary>Spent since a time.</summary>
    public static async Task<Money?> SpentAsync(
        WorkspaceContext workspace, UsageService usage, DateTime from, CancellationToken cancellationToken) =>
        (await usage.SummarizeAsync(
            workspace.Actor, workspace.Id, new UsageFilter { From = from }, UsageGrouping.Type, byDay: false, cancellationToken)).TryGet(out var sums, out _)
            ? new Money(sums.Total.Cost.Known)
            : null;
}
