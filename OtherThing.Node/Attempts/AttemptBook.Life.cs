using Microsoft.Extensions.Logging;
using OtherThing.Agent.Native;
using OtherThing.Agent.Shims;
using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Attempts;

/// <summary>How an attempt comes into the book, starts, ends and leaves.</summary>
internal sealed partial class AttemptBook
{
    /// <summary>Removes what is in the work directory and in no journal: left by a crash between two steps.</summary>
    internal void WipeStrangers()
    {
        foreach (var group in runner.StrangeGroups(_attempts.Keys))
        {
            janitor.EndGroup(group);
        }

        var known = _attempts.Values.Select(attempt => attempt.Files.Directory).ToHashSet();
        foreach (var workspace in Below(data.Attempts))
        {
            Folder.Reclaim(workspace);
            foreach (var path in Directory.Exists(workspace) ? Below(workspace).Where(path => !known.Contains(path)) : [workspace])
            {
                janitor.Discard(path);
            }
        }
    }

    private string[] Below(string folder)
    {
        try
        {
            return Directory.Exists(folder) ? Directory.GetFileSystemEntries(folder) : [];
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            LogUnreadable(folder, ex.Message);
            return [];
        }
    }

    /// <summary>Says a wish to the attempt's shim. A job that spoilt its own directory does not hear it from there, but the agent goes on.</summary>
    private void Tell(Attempt attempt, ShimControl wish)
    {
        try
        {
            if (Directory.Exists(attempt.Files.Directory))
            {
                attempt.Files.WriteControl(wish);
            }
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            LogUnreadable(attempt.Files.Directory, ex.Message);
        }
    }

    private static NodeFrame Frame(AttemptEvent happened) => new() { Event = happened };

    private void TakeOn(Assign assign)
    {
        var refusal = Admission.Check(assign, terms);
        Reservation? reservation = null;
        if (refusal is null)
        {
            (reservation, var problem) = capacity.TryReserve(assign.Spec.Limits ?? new Limits(), terms.Caps, terms.Local.GpuCount is not 0);
            refusal = problem is null ? null : new Refusal("no_capacity", problem);
        }

        if (refusal is not null)
        {
            LogRefused(assign.AttemptId, refusal.Code, refusal.Words);
            Send(Frame(AttemptEvents.Rejected(assign, refusal)));
            return;
        }

        var attempt = new Attempt(assign, data.Attempt(assign.WorkspaceId, assign.AttemptId)) { Reservation = reservation };
        attempt.SetWalls(terms);
        if (_attempts.TryAdd(attempt.Id, attempt))
        {
            _ = Guarded(attempt, () => PromiseAsync(attempt));
        }
    }

    private void AssignAgain(Attempt known, Assign assign)
    {
        lock (known.Gate)
        {
            if (assign.Fence < known.Fence)
            {
                return;
            }

            if (assign.Fence > known.Fence)
            {
                if (Ranges.Check(assign) is { } wrong)
                {
                    Send(Frame(AttemptEvents.Rejected(assign, wrong)));
                    return;
                }

                if (known.State != AttemptState.Accepted)
                {
                    Send(Frame(AttemptEvents.Rejected(assign, new Refusal("already_started", "The machine has started it under an older fence."))));
                    return;
                }

                // Only the fence is new: what to run was looked at, measured and promised the first time.
                known.MoveFence(assign.Fence);
                known.Journalled = false;
            }
            else if (!known.Journalled)
            {
                return;
            }
        }

        if (known.Journalled)
        {
            SendLast(known);
        }
        else
        {
            _ = Guarded(known, () => PromiseAsync(known));
        }
    }

    private async Task PromiseAsync(Attempt attempt)
    {
        try
        {
            await journal.AcceptAsync(attempt.Assign);
        }
        catch (IOException ex)
        {
            _attempts.TryRemove(attempt.Id, out _);
            capacity.Release(attempt.Reservation);
            Send(Frame(AttemptEvents.Rejected(attempt.Assign, new Refusal("disk", $"The machine cannot write: {ex.Message}"))));
            return;
        }

        lock (attempt.Gate)
        {
            attempt.Journalled = true;
            AttemptEvents.SayWalls(attempt, attempt.LastEvent);
            Send(Frame(attempt.LastEvent.Clone()));
        }
    }

    private void Start(Attempt attempt)
    {
        Refusal? refusal;
        lock (attempt.Gate)
        {
            if (attempt.State != AttemptState.Accepted)
            {
                return;
            }

            // Between its promise and now the agent may have started anew on a machine that lost its sandbox, or its owner changed their mind.
            refusal = Admission.CheckPromised(attempt.Assign, terms);
            if (refusal is null)
            {
                attempt.SetWalls(terms);
                attempt.State = AttemptState.Running;
            }
        }

        if (refusal is not null)
        {
            LogRefused(attempt.Id, refusal.Code, refusal.Words);
            Ended(attempt, new ShimExit { Started = false, ExitCode = 126, ReasonCode = refusal.Code, Reason = refusal.Words });
            return;
        }

        _ = Guarded(attempt, () => runner.RunAsync(attempt, terms.Caps, this, stopping));
    }

    private void SendLast(Attempt attempt)
    {
        lock (attempt.Gate)
        {
            SendLastLocked(attempt);
        }

        LogReady(attempt);
    }

    private void SendLastLocked(Attempt attempt)
    {
        if (attempt.HasEnded)
        {
            attempt.LastEvent = AttemptEvents.WithLog(attempt);
            // What is not there any more nobody should wait for.
            (attempt.LastEvent.StdoutEnd, attempt.LastEvent.StderrEnd) = ((ulong)attempt.Stdout.Total, (ulong)attempt.Stderr.Total);
        }

        Send(Frame(attempt.LastEvent.Clone()));
    }

    private void EndAs(Attempt attempt, AttemptEvent last, AttemptState state)
    {
        lock (attempt.Gate)
        {
            if (attempt.HasEnded)
            {
                return;
            }

            attempt.State = state;
            attempt.LastEvent = last;
            // Of a lost one there is what its shim had written until then.
            attempt.Stdout.Extent ??= new LogExtent(attempt.Stdout.Total, attempt.Stdout.Total, attempt.Stdout.Total);
            attempt.Stderr.Extent ??= new LogExtent(attempt.Stderr.Total, attempt.Stderr.Total, attempt.Stderr.Total);
            (last.StdoutEnd, last.StderrEnd) = ((ulong)attempt.Stdout.Total, (ulong)attempt.Stderr.Total);
            capacity.Release(attempt.Reservation);
            if (!attempt.Abandoned)
            {
                SendLastLocked(attempt);
            }
        }

        LogEnded(attempt.Id, last.Kind, last.ExitCode);
        if (attempt.Abandoned)
        {
            Forget(attempt);
        }
        else
        {
            LogReady(attempt);
        }
    }

    private void Forget(Attempt attempt)
    {
        if (_attempts.TryRemove(attempt.Id, out _))
        {
            journal.Forget(attempt.Id);
            janitor.Discard(attempt.Files.Directory);
            runner.Forget(attempt);
        }
    }

    private async Task Guarded(Attempt attempt, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The agent goes; the shim goes on, and the next agent takes it up.
        }
        catch (Exception ex)
        {
            LogBroken(ex, attempt.Id);
            EndAs(attempt, AttemptEvents.Lost(attempt, "agent_error", "The agent failed while it looked after it."), AttemptState.Lost);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Attempt {AttemptId} refused: {Code}: {Words}")]
    private partial void LogRefused(string attemptId, string code, string words);

    [LoggerMessage(Level = LogLevel.Information, Message = "Attempt {AttemptId} taken up again")]
    private partial void LogAdopted(string attemptId);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Attempt {AttemptId} ended: {Kind}, exit code {ExitCode}")]
    private partial void LogEnded(string attemptId, EventKind kind, int exitCode);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Directory} could not be used: {Reason}")]
    private partial void LogUnreadable(string directory, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Looking after attempt {AttemptId} failed")]
    private partial void LogBroken(Exception exception, string attemptId);
}
