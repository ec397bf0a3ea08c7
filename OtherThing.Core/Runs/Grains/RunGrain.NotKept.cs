using System.Data.Common;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using OtherThing.Core.Results;
using OtherThing.Core.Runs.Journal;
using OtherThing.Core.Runs.Machine;
using OtherThing.Core.Usage;

namespace OtherThing.Core.Runs.Grains;

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
    /// What happened cannot be kept, now or later: the run ends by name instead of being tried for ever. Should the steps be what
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

    /// <summary>Writes down a run and what happened in it.</summary>
    /// <returns>False when another owner or a final state was in the way.</returns>
    /// <exception cref="RowRefusedException">It cannot be written, now or later, for whatever reason.</exception>
    private async Task<bool> KeepAsync(Run next, List<StepRun> records, UsageEntry[] used, DateTime now)
    {
        try
        {
            return await journal.CommitAsync(new RunWrite
            {
                Run = next,
                IsNew = _isNew,
                Entry = records.Count == 0 ? null : new RunJournalEntry
                {
                    RunId = next.Id,
                    Sequence = next.LastSequence,
                    At = now,
                    Steps = JsonSerializer.SerializeToUtf8Bytes(records, Json.Options),
                },
                Usage = used,
            });
        }
        catch (Exception fault) when (fault is not RowRefusedException && !MayPass(fault))
        {
            // Tried again it would only happen again, in a run that stands for ever and holds its place in the queue.
            LogNotKept(fault, next.Id);
            throw new RowRefusedException("", null, $"{fault.GetType().Name}: {fault.Message}", fault);
        }
    }

    /// <summary>A database or a disk that does not answer, and a server that stops: the run's next owner tries that again.</summary>
    private static bool MayPass(Exception fault) =>
        fault is StoreUnavailableException or IOException or TimeoutException or OperationCanceledException or ObjectDisposedException or DbException
        || fault.InnerException is DbException;

    /// <summary>This activation writes nothing more: what no commit took is owed all the same.</summary>
    private void OweTheRest()
    {
        usage.Owe([.. _usage]);
        _usage.Clear();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "What happened in run {RunId} cannot be written down; the run ends as failed")]
    private partial void LogNotKept(Exception exception, Guid runId);
}
