using OtherThing.Agent.Sandboxes;
using OtherThing.Agent.Shims;
using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Attempts;

/// <summary>One try of a job on this machine, from its acceptance to the moment the server lets it be forgotten. Guarded by its own lock.</summary>
internal sealed class Attempt
{
    internal const uint AcceptedNo = 1;
    internal const uint RunningNo = 2;
    internal const uint EndNo = 3;
    private const long DefaultLogMax = 10 * 1024 * 1024;

    internal Attempt(Assign assign, string directory)
    {
        Assign = assign;
        Files = new AttemptFiles(directory);
        LogMaxBytes = assign.Spec.LogMaxBytes == 0 ? DefaultLogMax : (long)Math.Min(assign.Spec.LogMaxBytes, Ranges.MostLogBytes);
        var headMax = Math.Max(1, LogMaxBytes / 2);
        Stdout = new LogCursor(LogStream.Stdout, Files.Stdout, headMax);
        Stderr = new LogCursor(LogStream.Stderr, Files.Stderr, headMax);
        LastEvent = Event(AcceptedNo, EventKind.Accepted);
    }

    internal Lock Gate { get; } = new();

    internal Assign Assign { get; private set; }

    internal string Id => Assign.AttemptId;

    internal ulong Fence => Assign.Fence;

    internal long LogMaxBytes { get; }

    internal AttemptFiles Files { get; }

    internal AttemptState State { get; set; } = AttemptState.Accepted;

    internal AttemptEvent LastEvent { get; set; }

    internal LogCursor Stdout { get; }

    internal LogCursor Stderr { get; }

    /// <summary>The class it runs in; empty until it is known that there is one for it, and then it does not run.</summary>
    internal string Sandbox { get; set; } = "";

    /// <summary>Why it should end, once somebody wants that.</summary>
    internal string? KillReason { get; set; }

    internal int KillGraceMs { get; set; }

    /// <summary>The shim that runs it, while this agent is the one that started it.</summary>
    internal Shim? Shim { get; set; }

    /// <summary>The server has the last event.</summary>
    internal bool ResultAcked { get; set; }

    /// <summary>Nobody waits for its result: it goes away as soon as it has ended.</summary>
    internal bool Abandoned { get; set; }

    internal bool Journalled { get; set; }

    internal Reservation? Reservation { get; set; }

    /// <summary>Whom the job is, where the agent is root.</summary>
    internal uint? User { get; set; }

    /// <summary>What the job reaches beyond itself.</summary>
    internal string Network { get; set; } = NetworkReach.None;

    /// <summary>Whether its network leads to private networks too.</summary>
    internal bool ReachesPrivate { get; set; }

    internal bool HasEnded => State is AttemptState.Finished or AttemptState.Lost;

    internal AttemptEvent Event(uint number, EventKind kind) =>
        new() { AttemptId = Id, Fence = Fence, EventNo = number, Kind = kind };

    /// <summary>Gives it what the node has for it now: before it starts, and never after.</summary>
    internal void SetWalls(NodeTerms terms) =>
        (Sandbox, Network, ReachesPrivate) = (terms.SandboxFor(Assign.WorkspaceId) ?? "", terms.NetworkFor(Assign), terms.Local.PrivateNetworks);

    /// <summary>Follows the server's count; the work stays what was promised.</summary>
    internal void MoveFence(ulong fence)
    {
        Assign = Assign.Clone();
        Assign.Fence = fence;
        LastEvent.Fence = fence;
    }

    internal AttemptReport Report()
    {
        // The log travels apart: a Hello stays small.
        var last = LastEvent.Clone();
        last.Log.Clear();
        return new AttemptReport
        {
            AttemptId = Id,
            Fence = Fence,
            State = State,
            LastEvent = last,
            StdoutEnd = (ulong)Stdout.Total,
            StderrEnd = (ulong)Stderr.Total,
            Alive = State == AttemptState.Running,
        };
    }
}
