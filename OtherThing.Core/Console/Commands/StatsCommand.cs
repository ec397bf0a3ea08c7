using System.Text.Json.Nodes;
using OtherThing.Core.Nodes;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Tasks;

namespace OtherThing.Core.Console.Commands;

/// <summary>Counts what there is.</summary>
public sealed class StatsCommand(TaskService tasks, RunService runs, NodeService nodes, TimeProvider clock) : ConsoleCommand(
    "stats", "Count tasks, runs and machines", "stats --since 7d", new ConsoleFlag("since", "Runs of this time, 24h when not said", TakesValue: true))
{
    /// <inheritdoc/>
    public override async Task<Result<ConsoleOutput>> RunAsync(ConsoleCall call, CancellationToken cancellationToken)
    {
        if (!call.Arguments.Span("since").TryGet(out var since, out var error)
            || !(await tasks.ListBoardAsync(call.Actor, call.WorkspaceId, cancellationToken)).TryGet(out var board, out error)
            || !(await nodes.ListAsync(call.Actor, call.WorkspaceId, cancellationToken)).TryGet(out var machines, out error)
            || !(await runs.ListAsync(call.Actor, call.WorkspaceId, new RunFilter(), new PageRequest(PageRequest.MaxLimit), cancellationToken))
                .TryGet(out var page, out error))
        {
            return error;
        }

        var from = clock.GetUtcNow().UtcDateTime - (since ?? TimeSpan.FromHours(24));
        var recent = page.Items.Where(run => run.CreatedAt >= from).ToList();
        var rows = new List<JsonObject>();
        foreach (var status in Enum.GetValues<TaskState>())
        {
            rows.Add(Row("tasks", Json.ToElement(status).GetString()!, board.Count(card => card.Status == status)));
        }

        foreach (var group in recent.GroupBy(run => run.Status).OrderBy(group => group.Key))
        {
            rows.Add(Row("runs", Json.ToElement(group.Key).GetString()!, group.Count()));
        }

        foreach (var group in machines.GroupBy(node => node.Status).OrderBy(group => group.Key))
        {
            rows.Add(Row("nodes", Json.ToElement(group.Key).GetString()!, group.Count()));
        }

        return ConsoleOutput.Table(["what", "status", "count"], rows) with
        {
            // The list of runs ends at 200; a busier time than that is said, not hidden.
            Message = page.Next is not null && recent.Count == page.Items.Count ? "Runs: only the latest 200 are counted." : null,
        };
    }

    private static JsonObject Row(string what, string status, int count) => new() { ["what"] = what, ["status"] = status, ["count"] = count };
}
