using Microsoft.Extensions.Logging;
using OtherThing.Core.Access;
using OtherThing.Core.Runs.Grains;
using OtherThing.Core.Workspaces;

namespace OtherThing.Core.Runs;

/// <summary>Ends the runs of members who were removed or may not run flows any more, or hands them over when a member departs.</summary>
internal sealed partial class RunDeparture(IHolderStore<Run> holders, RunRights rights, IGrainFactory grains, ILogger<RunDeparture> logger)
    : IMemberDeparture, IAccessSweep
{
    private const int Round = 500;

    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var (ended, found) = (0, 0);
        do
        {
            var runs = await holders.FindWithoutRoleAsync(RunRights.Roles, Round, cancellationToken);
            found = runs.Count;
            var before = ended;
            foreach (var run in runs)
            {
                ended += await EndAsync(run, cancellationToken) ? 1 : 0;
            }

            if (ended == before)
            {
                break; // what resists is tried again by the next look
            }
        }
        while (found == Round);
        return ended;
    }

    public async Task HandOverAsync(Guid workspaceId, Guid userId, Guid toUserId, CancellationToken cancellationToken)
    {
        foreach (var runId in await holders.HandOverAsync(workspaceId, userId, toUserId, cancellationToken))
        {
            await grains.GetGrain<IRunGrain>(runId).HandOverAsync(toUserId);
        }
    }

    public Task OnDepartedAsync(Guid workspaceId, Guid userId, CancellationToken cancellationToken) => SweepAsync(cancellationToken);

    private async Task<bool> EndAsync(HeldWork run, CancellationToken cancellationToken)
    {
        if (await rights.RefuseAsync(run.WorkspaceId, run.UserId, cancellationToken) is not { } refusal)
        {
            return false; // they are back
        }

        try
        {
            var ended = await grains.GetGrain<IRunGrain>(run.Id).AbortAsync(refusal.Code, refusal.Message);
            if (ended)
            {
                LogEnded(run.Id, run.WorkspaceId, run.UserId, refusal.Code);
            }

            return ended;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogFailed(exception, run.Id);
            return false;
        }
    }

    [LoggerMessage(
        Level = LogLevel.Information, Message = "Run {RunId} of workspace {WorkspaceId} ended, because user {UserId} it acted for lost the right: {Code}")]
    private partial void LogEnded(Guid runId, Guid workspaceId, Guid userId, string code);

    [LoggerMessage(Level = LogLevel.Error, Message = "Run {RunId} could not be ended for its member who lost the right; trying again")]
    private partial void LogFailed(Exception exception, Guid runId);
}
