using OtherThing.Core.Results;
using OtherThing.Core.Usage;

namespace OtherThing.Core.Runs;

/// <summary>What becomes of a run whose write the database refuses, and of what was used by one whose write is not made.</summary>
internal sealed partial class RunGrain
{
    private async Task<bool> CommitAsync(List<StepRun> records, List<MachineCommand> commands)
    {
        // Taken out at once: what comes meanwhile is for the next commit.
        UsageEntry[] used = _usage.Count == 0 ? [] : [.. _usage];
        _usage.Clear();
        var written = false;
        try
        {
            return written = await WriteAsync(records, used, _machine!.Status, _machine.Error);
        }
        catch (RowRefusedException refused)
        {
            var committed = await FailAsync(records, refused);
            commands.AddRange(_machine!.TakeCommands());
            return committed;
        }
        finally
        {
            if (!written)
            {
                usage.Owe(used); // whoever owns the run now has not heard of it
            }
        }
    }

    /// <summary>
    /// The database cannot keep what happened, now or later: the run ends by name instead of being tried for ever. Should the steps be what
    /// cannot be kept, the run ends without them. A new run whose own row is refused never was: nothing of it is kept, nothing of it has begun.
    /// </summary>
    /// <exception cref="RowRefusedException">Not even the run's own row can be kept.</exception>
    private async Task<bool> FailAsync(List<StepRun> records, RowRefusedException refused)
    {
        var error = new StepError("run.not_kept", "What happened could not be written down: " + refused.Message);
        _machine!.Abort(error, Now);
        try
        {
            return await WriteAsync([.. records, .. _machine.TakeRecords()], [], RunStatus.Failed, error);
        }
        catch (RowRefusedException)
        {
            return await WriteAsync([], [], RunStatus.Failed, error);
        }
    }

    /// <summary>This activation writes nothing more: what no commit took is owed all the same.</summary>
    private void OweTheRest()
    {
        usage.Owe([.. _usage]);
        _usage.Clear();
    }
}
