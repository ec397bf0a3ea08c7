using OtherThing.Core.Jobs;
using OtherThing.Core.Jobs.Machine;
using OtherThing.Core.Nodes;

namespace OtherThing.Tests.Core.Jobs.Machine;

/// <summary>A job in a <see cref="JobWorld"/>: as its owner has it, as it is committed, as the reference has it, and what really ran.</summary>
internal sealed class WorldJob(Job row)
{
    public Guid Id { get; } = row.Id;

    public JobEffects Effects { get; } = row.Effects;

    public JobState State { get; set; } = new(row);

    public Job? Committed { get; set; }

    public PlainJob Plain { get; set; } = new(row.Effects);

    public int Starts { get; set; }

    /// <summary>How attempts ended by themselves.</summary>
    public Dictionary<Guid, int> ExitCodes { get; } = [];

    /// <summary>True once a caller was told that it is stopped.</summary>
    public bool IsCancelled { get; set; }

    /// <summary>What a row must be, whatever happened.</summary>
    public void CheckRow()
    {
        var row = Committed!;
        Assert.Equal(row.Fence, row.EarlierAttempts.Count + (row.AttemptId is null ? 0 : 1)); // an attempt for each fence, one of which counts
        Assert.Equal(row.Attempts().Select(attempt => attempt.Fence), Enumerable.Range(1, (int)row.Fence).Select(fence => (long)fence));
        Assert.Equal(row.Status == JobStatus.Queued, row.AttemptId is null && !row.Status.IsFinal());
        Assert.False(
            row.Effects == JobEffects.Once && row.EarlierAttempts.Any(attempt => attempt.StartedAt is not null), "a once job was given to another attempt");
        if (row.Status == JobStatus.Succeeded)
        {
            Assert.False(IsCancelled, "a stopped job succeeded");
            Assert.Equal(0, ExitCodes[row.AttemptId!.Value]);
        }
    }
}

/// <summary>A node in a <see cref="JobWorld"/>.</summary>
internal sealed class WorldNode
{
    public Guid Id { get; } = Guid.NewGuid();

    public bool IsHere { get; private set; }

    public int Session { get; private set; }

    /// <summary>Why it refuses what it is given; null while it takes it.</summary>
    public string? Mood { get; set; }

    public Dictionary<Guid, HeldWork> Attempts { get; } = [];

    /// <summary>What it said that is on the way.</summary>
    public List<AttemptEvent> Outbox { get; } = [];

    public HeldWork? Find(AttemptRef attempt) => Attempts.GetValueOrDefault(attempt.Id) is { } held && held.Attempt == attempt ? held : null;

    public HeldWork? Alive(int pick)
    {
        var alive = Attempts.Values.Where(held => held.IsAlive).ToArray();
        return alive.Length == 0 ? null : alive[pick / 3 % alive.Length];
    }

    public void Connect() => (IsHere, Session) = (true, Session + 1);

    /// <summary>What was on the way is lost; what matters is said again when it comes back.</summary>
    public void Cut()
    {
        IsHere = false;
        Outbox.Clear();
    }
}

/// <summary>An attempt as its node has it.</summary>
internal sealed class HeldWork(WorldJob job, AttemptRef attempt)
{
    public WorldJob Job { get; } = job;

    public AttemptRef Attempt { get; } = attempt;

    public HeldState State { get; private set; } = HeldState.Accepted;

    public AttemptEvent Last { get; private set; } = new() { Attempt = attempt, EventNo = 1, Kind = AttemptEventKind.Accepted };

    public TimeSpan Lease { get; set; }

    public bool IsAlive => State == HeldState.Running;

    public AttemptEvent Started()
    {
        (State, Last) = (HeldState.Running, new AttemptEvent { Attempt = Attempt, EventNo = 2, Kind = AttemptEventKind.Running });
        return Last;
    }

    public void Ended(int code, string limit, int printed)
    {
        State = HeldState.Finished;
        Last = new AttemptEvent
        {
            Attempt = Attempt,
            EventNo = 3,
            Kind = AttemptEventKind.Finished,
            ExitCode = code,
            ReasonCode = limit,
            StdoutEnd = printed,
        };
    }

    public void Killed() => (State, Last) = (HeldState.Finished, new AttemptEvent { Attempt = Attempt, EventNo = 3, Kind = AttemptEventKind.Killed });

    public void Lost() => (State, Last) = (HeldState.Lost, new AttemptEvent { Attempt = Attempt, EventNo = 3, Kind = AttemptEventKind.Lost });
}
