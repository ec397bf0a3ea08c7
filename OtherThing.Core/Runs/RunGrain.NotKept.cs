using Microsoft.Extensions.Logging;
using OtherThing.Core.Results;
using OtherThing.Core.Usage;

namespace OtherThing.Core.Runs;

/// <summary>What becomes of a run whose write the database refuses.</summary>
internal sealed partial class RunGrain
{
    private async Task<bool> CommitAsync(List<StepRun> records, List<MachineCommand> commands)
    {
        UsageEntry[] used = _usage.Count == 0 ? [] : [.. _usage];
        _usage.Clear();
        try
        {
            return await WriteAsync(records, used, _machine!.Status, _machine.Error);
        }
        catch (RowRefusedException refused) when (!_isNew)
        {
            var committed = await FailAsync(records, used, refused);
            commands.AddRange(_machine!.TakeCommands());
            return committed;
        }
    }

    /// <summary>
    /// The database cannot keep what happened, now or later: the run ends by name instead of being tried for ever. What it used is owed all
    /// the same, so each entry is written by itself. Should the steps be what cannot be kept, the run ends without them.
    /// </summary>
    private async Task<bool> FailAsync(List<StepRun> records, UsageEntry[] owed, RowRefusedException refused)
    {
        var error = new StepError("run.not_kept", "What happened could not be written down: " + refused.Message);
        _machine!.Abort(error, Now);
        bool committed;
        try
        {
            committed = await WriteAsync([.. records, .. _machine.TakeRecords()], [], RunStatus.Failed, error);
        }
        catch (RowRefusedException)
        {
            committed = await WriteAsync([], [], RunStatus.Failed, error);
        }

        foreach (var entry in owed)
        {
            try
            {
                await usage.AddLateAsync([entry]);
            }
            catch (RowRefusedException unkept)
            {
                LogUsageRefused(unkept, entry.CallId, _run!.Id); // it is in what the journal put aside
            }
        }

        return committed;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The usage of the call {CallId} of run {RunId} could not be written down")]
    private partial void LogUsageRefused(Exception exception, string callId, Guid runId);
}
