using OtherThing.Core.Jobs;
using OtherThing.Core.Jobs.Machine;
using OtherThing.Core.Nodes;

namespace OtherThing.Tests.Core.Jobs.Machine;

/// <summary>
/// One owner with its journal, three nodes and several jobs, all by hand: what commits when, who hears what when. It keeps what really ran,
/// and says so when what must always hold does not.
/// </summary>
internal sealed class JobWorld
{
    private const int MostJobs = 6;

    private static readonly TimeSpan[] s_waits =
        [.. new[] { 1, 3, 16, 60, 70, 95, 130, 181, 605, 5_000 }.Select(seconds => TimeSpan.FromSeconds(seconds))];

    private readonly JobMachine _machine = new(Terms);
    private readonly List<WorldJob> _jobs = [];
    private readonly WorldNode[] _nodes = [new(), new(), new()];
    private readonly Queue<Entry> _journal = new();
    private readonly List<(WorldNode Node, AttemptEvent Word)> _said = [];
    private readonly HashSet<Guid> _recent = [];
    private readonly DateTime _began = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private TimeSpan _clock = TimeSpan.FromDays(1);

    public static JobTerms Terms { get; } = new(TimeSpan.FromSeconds(90), TimeSpan.FromSeconds(600), TimeSpan.FromSeconds(15), QueueHours: 24);

    private JobTime Now => new(_began + _clock, _clock);

    /// <summary>One thing happens.</summary>
    public void Play(int dice)
    {
        var (act, pick) = (dice % 24, dice / 24);
        var node = _nodes[pick % _nodes.Length];
        switch (act)
        {
            case 0 or 1 when _jobs.Count < MostJobs:
                Submit(pick);
                break;
            case 2 or 3 when Queued(pick) is { } job && node.IsHere:
                Feed(job, new JobEvent.Assign(Place(node)));
                break;
            case 4 or 5 or 6:
                Hear(node, pick);
                break;
            case 7 when _said.Count > 0:
                HearAgain(pick);
                break;
            case 8:
                Commit(1 + (pick % 3));
                break;
            case 9 or 10 or 11:
                Commit(_journal.Count);
                break;
            case 12 or 13 when node.Alive(pick) is { } held:
                End(node, held, pick);
                break;
            case 14:
                node.Mood = (pick / 3 % 3) switch { 0 => null, 1 => "no_capacity", _ => "kind_not_allowed" };
                break;
            case 15 when _jobs.Count > 0:
                Cancel(_jobs[pick % _jobs.Count]);
                break;
            case 16:
                node.Cut();
                break;
            case 17 or 18:
                Connect(node);
                break;
            case 19:
                Beat(node);
                break;
            case 20 or 21:
                Wait(s_waits[pick % s_waits.Length]);
                break;
            case 22 when pick % 3 == 0:
                Crash(pick);
                break;
            case 22:
                Reboot(node, wiped: pick % 3 == 1);
                break;
            case 23 when _jobs.Count > 0:
                Print(_jobs[pick % _jobs.Count]);
                break;
        }
    }

    /// <summary>Everybody comes back and does what is left; then every job must have ended, as what ran says.</summary>
    public void Settle()
    {
        for (var round = 0; round < 400 && _jobs.Any(job => job.Committed is not { } row || !row.Status.IsFinal()); round++)
        {
            Commit(_journal.Count);
            foreach (var node in _nodes)
            {
                node.Mood = null;
                if (!node.IsHere)
                {
                    Connect(node);
                }

                while (node.Outbox.Count > 0)
                {
                    Hear(node, 0);
                }

                Beat(node);
                while (node.Alive(0) is { } held)
                {
                    End(node, held, 0);
                }
            }

            _jobs.ForEach(Print);
            while (Queued(0) is { } job)
            {
                Feed(job, new JobEvent.Assign(Place(_nodes[round % _nodes.Length])));
            }

            Wait(TimeSpan.FromSeconds(1));
        }

        Commit(_journal.Count);
        Assert.All(_jobs, job => Assert.True(job.Committed?.Status.IsFinal() == true, $"A job stays {PlainJob.WordOf(job.State.Job)}."));
    }

    private void Submit(int pick)
    {
        var row = JobMachineModelTests.NewJob((JobEffects)(pick % 3), pick / 3 % 5 == 0 ? JobKind.Noop : JobKind.Command, _began + _clock);
        var job = new WorldJob(row);
        _jobs.Add(job);
        var node = _nodes[pick / 15 % _nodes.Length];
        Feed(job, new JobEvent.Submit(node.IsHere && pick % 2 == 0 ? Place(node) : null));
    }

    private static JobPlace Place(WorldNode node) => new(node.Id, Guid.NewGuid(), null, 64);

    private WorldJob? Queued(int pick)
    {
        var queued = _jobs.Where(job => job.State.Job.Status == JobStatus.Queued).ToArray();
        return queued.Length == 0 ? null : queued[pick % queued.Length];
    }

    private void Cancel(WorldJob job)
    {
        if (!job.State.Job.Status.IsFinal())
        {
            Feed(job, new JobEvent.Cancel("Enough."), heard: () => job.IsCancelled = true);
        }
    }

    private void Hear(WorldNode node, int pick)
    {
        if (node.IsHere && node.Outbox.Count > 0)
        {
            var at = pick / 3 % node.Outbox.Count;
            var word = node.Outbox[at];
            node.Outbox.RemoveAt(at);
            Hear(node, node, word);
        }
    }

    /// <summary>Something that was said before comes again: from the same node, under an old or a coming fence, or from another node.</summary>
    private void HearAgain(int pick)
    {
        var (node, word) = _said[pick % _said.Count];
        var (fence, speaker) = (pick / 7 % 4) switch
        {
            0 => (word.Attempt.Fence - 1, node),
            1 => (word.Attempt.Fence + 1, node),
            2 => (word.Attempt.Fence, _nodes[(Array.IndexOf(_nodes, node) + 1) % _nodes.Length]),
            _ => (word.Attempt.Fence, node),
        };
        if (speaker.IsHere)
        {
            Hear(speaker, node, word with { Attempt = word.Attempt with { Fence = fence } });
        }
    }

    private void Hear(WorldNode speaker, WorldNode author, AttemptEvent word)
    {
        var heard = _recent.Contains(word.Attempt.Id);
        var open = _jobs.Find(job => job.State.Job.AttemptId == word.Attempt.Id);
        if (open is null)
        {
            Queue(new Entry(null, null, JobMachine.Stray(speaker.Id, word, heard).Then, speaker, speaker.Session, null));
            return;
        }

        var (before, mine) = (open.State, speaker == author && open.State.Attempt == word.Attempt);
        Feed(open, new JobEvent.Said(speaker.Id, word, new NodeNote("node", HasOthers: true), heard), speaker);
        if (!mine)
        {
            Assert.Same(before, open.State); // what is another's changes nothing
        }
    }

    private void Connect(WorldNode node)
    {
        node.Connect();
        var verdicts = new List<Reconciled>();
        foreach (var held in node.Attempts.Values)
        {
            var report = new HeldAttempt(held.Attempt, held.State, held.Last);
            var open = _jobs.Find(job => job.State.Job.AttemptId == held.Attempt.Id);
            var verdict = open is null
                ? JobMachine.Stray(node.Id, report, _recent.Contains(held.Attempt.Id)).Verdict
                : Feed(open, new JobEvent.Held(node.Id, report, _recent.Contains(held.Attempt.Id)), node).Verdict;
            verdicts.Add(new Reconciled(held.Attempt, verdict, 0, 0));
        }

        Queue(new Entry(null, null, [new NodeCommand.Welcome(1, "", verdicts, new NodePolicy(new NodeLimits(), [], false))], node, node.Session, null));
        foreach (var job in On(node).Where(job => !node.Attempts.ContainsKey(job.State.Attempt.Id)).ToArray())
        {
            Feed(job, JobEvent.NotHeld.Event, node);
        }
    }

    private IEnumerable<WorldJob> On(WorldNode node) =>
        _jobs.Where(job => job.State.Job is { AttemptId: not null, Status: JobStatus.Assigned or JobStatus.Running } row && row.NodeId == node.Id);

    private void Beat(WorldNode node)
    {
        if (!node.IsHere)
        {
            return;
        }

        foreach (var job in On(node).ToArray())
        {
            Feed(job, node.Attempts.TryGetValue(job.State.Attempt.Id, out var held) && held.IsAlive ? JobEvent.Beat.Naming : JobEvent.Beat.NotNaming, node);
        }

        foreach (var held in node.Attempts.Values.Where(held => held.IsAlive).ToArray())
        {
            if (held.Job.State is { Job.Status: JobStatus.Running } state && state.Has(held.Attempt, node.Id))
            {
                held.Lease = _clock + Terms.Lease;
            }
            else
            {
                node.Attempts.Remove(held.Attempt.Id); // not its own any more: stopped and wiped
            }
        }
    }

    private void Wait(TimeSpan span)
    {
        _clock += span;
        foreach (var node in _nodes)
        {
            // The supervisor ends what may not outlive its lease, whoever else is there.
            foreach (var held in node.Attempts.Values.Where(held => held.IsAlive && held.Job.Effects == JobEffects.Exclusive
                && _clock >= held.Lease - TimeSpan.FromSeconds(5)))
            {
                held.Killed();
                Say(node, held.Last);
            }
        }

        foreach (var job in _jobs.ToArray())
        {
            var isHere = _nodes.Any(node => node.IsHere && node.Id == job.State.Job.NodeId);
            Feed(job, isHere ? JobEvent.Tick.WithNode : JobEvent.Tick.WithoutNode);
        }
    }

    private void Print(WorldJob job)
    {
        if (job.State.Job is { AttemptId: not null } row && !row.Status.IsFinal())
        {
            Feed(job, new JobEvent.LogGrew(new LogEnds(10, 0)));
        }
    }

    private void End(WorldNode node, HeldWork held, int pick)
    {
        var (code, limit) = (pick / 5 % 3 == 1 ? 3 : 0, pick / 5 % 7 == 3 ? "limit.memory" : "");
        held.Ended(code, limit, pick / 2 % 2 * 10);
        held.Job.ExitCodes[held.Attempt.Id] = limit.Length > 0 ? 137 : code;
        Say(node, held.Last);
    }

    private void Reboot(WorldNode node, bool wiped)
    {
        node.Cut();
        foreach (var held in node.Attempts.Values.Where(held => held.IsAlive))
        {
            held.Lost();
        }

        if (wiped)
        {
            node.Attempts.Clear();
        }
    }

    /// <summary>The owner dies: of what was queued for the journal a part was committed, and nobody heard of it.</summary>
    private void Crash(int pick)
    {
        for (var kept = pick / 3 % (_journal.Count + 1); kept > 0; kept--)
        {
            Write(_journal.Dequeue());
        }

        _journal.Clear();
        _recent.Clear();
        _jobs.RemoveAll(job => job.Committed is null);
        Array.ForEach(_nodes, node => node.Cut());
        foreach (var job in _jobs)
        {
            var row = job.Committed!;
            job.State = _machine.Recover(row, default, Now);
            job.Plain = PlainJob.Recovered(row, _clock, Now.Utc - (row.StartedAt ?? Now.Utc));
        }
    }

    private JobStep Feed(WorldJob job, JobEvent happened, WorldNode? speaker = null, Action? heard = null)
    {
        var (before, step) = (job.State, _machine.Apply(job.State, happened, Now));
        job.Plain.Hear(happened, _clock);
        job.State = step.State;
        Assert.Equal((job.Plain.At, job.Plain.Fence), (PlainJob.WordOf(step.State.Job), step.State.Job.Fence));
        if (before.Job.Status.IsFinal())
        {
            Assert.Equal((before, null), (step.State, step.Write)); // an ended job never changes
        }

        if (before.Job.AttemptId is { } left && (step.State.Job.AttemptId != left || step.State.Job.Status.IsFinal()))
        {
            _recent.Add(left);
        }

        var nodeId = before.Job.NodeId ?? step.State.Job.NodeId;
        var node = speaker ?? Array.Find(_nodes, node => node.Id == nodeId);
        foreach (var stop in step.AtOnce.OfType<JobCommand.Stop>())
        {
            Assert.Equal((before.Attempt, before.Job.NodeId), (stop.Frame.Attempt, stop.NodeId));
            Stop(node!, stop.Frame);
        }

        if (step.Write is not null || step.Then.Count > 0 || heard is not null)
        {
            Queue(new Entry(job, step.Write, step.Then, node, node?.Session ?? 0, heard));
        }

        return step;
    }

    private void Queue(Entry entry) => _journal.Enqueue(entry);

    private void Commit(int count)
    {
        for (; count > 0 && _journal.TryDequeue(out var entry); count--)
        {
            Write(entry);
            entry.Heard?.Invoke();
            foreach (var frame in entry.Frames)
            {
                CheckCommitted(frame);
                if (entry.Node is { IsHere: true } node && node.Session == entry.Session)
                {
                    Take(node, frame);
                }
            }
        }
    }

    private static void Write(Entry entry)
    {
        switch (entry.Write)
        {
            case JobWrite.Insert insert:
                Assert.Null(entry.Job!.Committed);
                Assert.Equal((1, 0), (insert.Job.Revision, insert.Job.EarlierAttempts.Count));
                entry.Job.Committed = insert.Job;
                break;
            case JobWrite.Update update:
                var before = entry.Job!.Committed!;
                Assert.False(before.Status.IsFinal(), "an ended job was written again");
                Assert.Equal((before.Revision + 1, before.Status, before.Fence), (update.Job.Revision, update.From, update.FromFence));
                Assert.InRange(update.Job.Fence, before.Fence, before.Fence + 1);
                Assert.Equal(before.EarlierAttempts, update.Job.EarlierAttempts.Take(before.EarlierAttempts.Count));
                entry.Job.Committed = update.Job;
                entry.Job.CheckRow();
                break;
        }
    }

    /// <summary>A frame tells of nothing that is not committed.</summary>
    private void CheckCommitted(NodeCommand frame)
    {
        switch (frame)
        {
            case NodeCommand.Assign assign:
                Assert.Contains(Row(assign.Job.Id).Attempts(), attempt => (attempt.Id, attempt.Fence) == (assign.Job.AttemptId, assign.Job.Fence));
                Assert.True(assign.Job.Revision <= Row(assign.Job.Id).Revision, "an assignment of a state that is not committed");
                break;
            case NodeCommand.Ack { NotYours: false } ack when WordOf(ack).Kind is AttemptEventKind.Finished or AttemptEventKind.Killed or AttemptEventKind.Lost:
                Assert.Contains(_jobs, job => job.Committed is { } row && (row.EarlierAttempts.Any(attempt => attempt.Id == ack.Attempt.Id)
                    || (row.AttemptId == ack.Attempt.Id && row.Status.IsFinal())));
                break;
        }
    }

    private AttemptEvent WordOf(NodeCommand.Ack ack) =>
        _said.Last(said => (said.Word.Attempt.Id, said.Word.EventNo) == (ack.Attempt.Id, ack.EventNo)).Word;

    private Job Row(Guid jobId) => _jobs.Single(job => job.Id == jobId).Committed!;

    private void Say(WorldNode node, AttemptEvent word)
    {
        node.Outbox.Add(word);
        _said.Add((node, word));
    }

    private void Take(WorldNode node, NodeCommand frame)
    {
        switch (frame)
        {
            case NodeCommand.Assign assign:
                TakeOn(node, assign.Job);
                break;
            case NodeCommand.Ack ack when node.Find(ack.Attempt) is { } held:
                if (ack.NotYours || ack.EventNo == 3)
                {
                    node.Attempts.Remove(held.Attempt.Id);
                }
                else if (ack.EventNo == 1)
                {
                    Start(node, held);
                }

                break;
            case NodeCommand.Welcome welcome:
                foreach (var verdict in welcome.Verdicts)
                {
                    Obey(node, verdict);
                }

                break;
        }
    }

    private void TakeOn(WorldNode node, Job row)
    {
        var attempt = new AttemptRef(row.AttemptId!.Value, row.Fence);
        var job = _jobs.Single(job => job.Id == row.Id);
        if (row.Kind == JobKind.Noop)
        {
            job.ExitCodes[attempt.Id] = 0;
            Say(node, new AttemptEvent { Attempt = attempt, EventNo = 1, Kind = AttemptEventKind.Finished });
        }
        else if (node.Find(attempt) is { } known)
        {
            Say(node, known.Last);
        }
        else if (node.Mood is { } code)
        {
            Say(node, new AttemptEvent { Attempt = attempt, EventNo = 1, Kind = AttemptEventKind.Rejected, ReasonCode = code });
        }
        else
        {
            var held = new HeldWork(job, attempt) { Lease = _clock + Terms.Lease };
            node.Attempts[attempt.Id] = held;
            Say(node, held.Last);
        }
    }

    private void Start(WorldNode node, HeldWork held)
    {
        if (held.State != HeldState.Accepted)
        {
            return;
        }

        var job = held.Job;
        Assert.Contains(job.Committed!.Attempts(), attempt => attempt.Id == held.Attempt.Id && attempt.StartedAt is not null); // accepted, and written
        job.Starts++;
        Assert.True(job.Starts == 1 || job.Effects != JobEffects.Once, "a once job ran twice");
        Assert.False(
            job.Effects == JobEffects.Exclusive && _nodes.Any(each => each.Attempts.Values.Any(other => other.Job == job && other.IsAlive)),
            "two attempts of an exclusive job are alive");
        Say(node, held.Started());
    }

    private void Obey(WorldNode node, Reconciled verdict)
    {
        if (node.Find(verdict.Attempt) is not { } held)
        {
            return;
        }

        switch (verdict.Verdict)
        {
            case ReconcileVerdict.Keep when held.State == HeldState.Accepted:
                Start(node, held);
                break;
            case ReconcileVerdict.Keep or ReconcileVerdict.SendResult:
                Say(node, held.Last);
                break;
            case ReconcileVerdict.Stop:
                Stop(node, new NodeCommand.Cancel(held.Attempt, ""));
                break;
            case ReconcileVerdict.Forget:
                node.Attempts.Remove(held.Attempt.Id);
                break;
        }
    }

    private void Stop(WorldNode node, NodeCommand.Cancel stop)
    {
        if (!node.IsHere)
        {
            return;
        }

        if (node.Find(stop.Attempt) is not { } held)
        {
            Say(node, new AttemptEvent { Attempt = stop.Attempt, EventNo = 3, Kind = AttemptEventKind.Killed, ReasonCode = "not_here" });
        }
        else
        {
            if (held.State is HeldState.Accepted or HeldState.Running)
            {
                held.Killed();
            }

            Say(node, held.Last);
        }
    }

    private sealed record Entry(WorldJob? Job, JobWrite? Write, IReadOnlyList<NodeCommand> Frames, WorldNode? Node, int Session, Action? Heard);
}
