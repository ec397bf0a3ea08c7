using System.Text.Json;
using OtherThing.Core.Results;
using OtherThing.Core.Runs.Machine;
using OtherThing.Core.Workspaces;

namespace OtherThing.Core.Runs.Repeat;

/// <summary>Gathers the template roots that are the same for a whole run.</summary>
internal sealed class RunFactsReader(IWorkspaceStore workspaces)
{
    public async ValueTask<RunFacts> ReadAsync(Run run, FlowPlan plan)
    {
        var workspace = plan.ReadsWorkspace
            ? (await workspaces.FindAsync(run.WorkspaceId, run.StartedBy, CancellationToken.None))?.Workspace
            : null;
        return new RunFacts(
            run.Input.Read(),
            Json.ToElement(new { run.Id, run.FlowId, run.FlowName, run.FlowVersion, run.Trigger, run.StartedBy, StartedAt = run.CreatedAt }),
            Json.ToElement(new { Id = run.WorkspaceId, Name = workspace?.Name, Slug = workspace?.Slug }),
            run.TriggerStepId,
            run.Id,
            run.Givens is { } givens ? JsonSerializer.Deserialize<RunGivens>(givens, Json.Options) : null);
    }
}
