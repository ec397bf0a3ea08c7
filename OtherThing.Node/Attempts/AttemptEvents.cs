using OtherThing.Agent.Shims;
using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Attempts;

/// <summary>Puts what happened to an attempt into the words of the wire.</summary>
internal static class AttemptEvents
{
    private const long InlineBytes = 64 * 1024;

    internal static AttemptEvent Rejected(Assign assign, Refusal refusal) => new()
    {
        AttemptId = assign.AttemptId,
        Fence = assign.Fence,
        EventNo = 1,
        Kind = EventKind.Rejected,
        ReasonCode = refusal.Code,
        Reason = refusal.Words,
    };

    /// <summary>Nothing of this attempt is here, so nothing of it runs.</summary>
    internal static AttemptEvent NotHere(Cancel cancel) => new()
    {
        AttemptId = cancel.AttemptId,
        Fence = cancel.Fence,
        EventNo = Attempt.EndNo,
        Kind = EventKind.Killed,
        ReasonCode = "not_here",
        Reason = "The machine has no such attempt.",
    };

    internal static AttemptEvent Lost(Attempt attempt, string code, string words)
    {
        var lost = attempt.Event(Attempt.EndNo, EventKind.Lost);
        (lost.ReasonCode, lost.Reason) = (code, words);
        return lost;
    }

    /// <summary>How the job was really kept apart, and what it could reach.</summary>
    internal static void SayWalls(Attempt attempt, AttemptEvent happened) =>
        (happened.Sandbox, happened.Network) = (attempt.Sandbox, attempt.Network);

    internal static AttemptEvent Ended(Attempt attempt, ShimExit exit)
    {
        // Only an end that somebody asked for, or that a lease demands, is a kill; a limit is a failure of the job itself.
        var killed = exit.Killed is not null && !LimitCodes.IsLimit(exit.Killed);
        var ended = attempt.Event(Attempt.EndNo, killed ? EventKind.Killed : EventKind.Finished);
        ended.Started = exit.Started;
        ended.ExitCode = exit.ExitCode;
        ended.Signal = (uint)exit.Signal;
        ended.TimedOut = exit.TimedOut;
        ended.Oom = exit.OutOfMemory;
        ended.ReasonCode = exit.ReasonCode ?? "";
        ended.Reason = exit.Reason ?? "";
        SayWalls(attempt, ended);
        ended.StdoutEnd = (ulong)exit.Stdout.Total;
        ended.StderrEnd = (ulong)exit.Stderr.Total;
        ended.Usage = new AttemptUsage { CpuMs = (ulong)exit.CpuMs, WallMs = (ulong)exit.WallMs, MaxRssBytes = (ulong)exit.MaxResidentBytes };
        return ended;
    }

    /// <summary>The event with the rest of the log in it, when that is little: a short job needs no second way.</summary>
    internal static AttemptEvent WithLog(Attempt attempt)
    {
        var full = attempt.LastEvent.Clone();
        full.Log.Clear();
        if (attempt.HasEnded
            && attempt.Stdout.Rest(attempt.Id, attempt.Fence, InlineBytes / 2) is { } stdout
            && attempt.Stderr.Rest(attempt.Id, attempt.Fence, InlineBytes / 2) is { } stderr)
        {
            full.Log.Add(stdout);
            full.Log.Add(stderr);
        }

        return full;
    }
}
