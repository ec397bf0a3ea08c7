using OtherThing.Core.Jobs;
using OtherThing.Core.Jobs.Machine;
using OtherThing.Core.Nodes;

namespace OtherThing.Tests.Core.Jobs.Machine;

/// <summary>A job in the plainest way: a word for where it stands, and the rules one after the other.</summary>
internal sealed class PlainJob(JobEffects effects)
{
    private Guid _attempt;
    private Guid _node;
    private TimeSpan _lease;
    private TimeSpan _wait;
    private TimeSpan? _began;
    private TimeSpan? _started;
    private bool _asked;
    private bool _timedOut;
    private AttemptEvent? _final;
    private long _log;

    public string At { get; private set; } = "New";

    public long Fence { get; private set; }

    private bool HasEnded => At is "Succeeded" or "Failed" or "Cancelled" or "Lost" or "Unknown";

    private bool HasAttempt => Fence > 0 && At != "Queued" && !HasEnded;

    /// <summary>The same word for the machine's job.</summary>
    public static string WordOf(Job job) =>
        job.Status.IsFinal() ? job.Status.ToString() : job.AttemptStatus?.ToString() ?? (job.Revision == 0 ? "New" : "Queued");

    /// <summary>As a new owner finds it.</summary>
    public static PlainJob Recovered(Job row, TimeSpan now, TimeSpan sinceStart)
    {
        var lease = now + (JobWorld.Terms.Lease * 2);
        return new PlainJob(row.Effects)
        {
            At = WordOf(row),
            Fence = row.Fence,
            _attempt = row.AttemptId ?? Guid.Empty,
            _node = row.NodeId ?? Guid.Empty,
            _lease = lease,
            _wait = row.AttemptStatus == AttemptStatus.Disconnected ? lease + Window(row.Effects) : lease,
            _started = now - sinceStart,
            _asked = row.CancelRequestedAt is not null,
        };
    }

    public void Hear(JobEvent happened, TimeSpan now)
    {
        switch (happened)
        {
            case JobEvent.Submit or JobEvent.Assign when At is not ("New" or "Queued"):
                break;
            case JobEvent.Submit { Place: null }:
                At = "Queued";
                break;
            case JobEvent.Submit { Place: { } place }:
                Go(place, now);
                break;
            case JobEvent.Assign assign:
                Go(assign.Place, now);
                break;
            case JobEvent.Said said when IsMine(said.Word.Attempt, said.NodeId):
                Say(said, now);
                break;
            case JobEvent.Held held when IsMine(held.Attempt.Attempt, held.NodeId):
                _lease = now + JobWorld.Terms.Lease;
                if (At == "Disconnected" || (At == "Assigned" && held.Attempt.State is HeldState.Accepted or HeldState.Running && !_asked))
                {
                    Run(now, again: held.Attempt.State is HeldState.Accepted or HeldState.Running && !_asked);
                }

                break;
            case JobEvent.NotHeld when At == "Assigned":
                _wait = now + JobWorld.Terms.Answer;
                break;
            case JobEvent.NotHeld when HasAttempt && _final is { } final:
                Finish(final);
                break;
            case JobEvent.NotHeld when HasAttempt:
                Lose();
                break;
            case JobEvent.Beat beat when HasAttempt:
                _lease = now + JobWorld.Terms.Lease;
                if (beat.Named && At == "Disconnected")
                {
                    Run(now, again: true);
                }

                break;
            case JobEvent.LogGrew grew when HasAttempt:
                _log = grew.Ends.Stdout;
                if (At == "Finishing" && _final!.StdoutEnd <= _log)
                {
                    Finish(_final);
                }

                break;
            case JobEvent.Cancel when !HasEnded && !(_asked && !_timedOut):
                (_asked, _timedOut, _wait) = (true, false, now + TimeSpan.FromSeconds(2));
                At = At is "Queued" or "Assigned" ? "Cancelled" : "Cancelling";
                break;
            case JobEvent.Tick tick:
                Tick(tick.NodeIsHere, now);
                break;
        }
    }

    private bool IsMine(AttemptRef attempt, Guid nodeId) => HasAttempt && (attempt.Id, attempt.Fence, nodeId) == (_attempt, Fence, _node);

    private void Go(JobPlace place, TimeSpan now)
    {
        (At, Fence, _attempt, _node) = ("Assigned", Fence + 1, place.AttemptId, place.NodeId);
        (_final, _log, _began, _started, _asked, _timedOut) = (null, 0, null, null, false, false);
        (_wait, _lease) = (now + JobWorld.Terms.Answer, now + JobWorld.Terms.Lease);
    }

    private void Run(TimeSpan now, bool again)
    {
        At = "Running";
        if (again)
        {
            (_began, _started, _lease) = (_began ?? now, _started ?? now, now + JobWorld.Terms.Lease);
        }
    }

    private void Say(JobEvent.Said said, TimeSpan now)
    {
        var word = said.Word;
        switch (word.Kind)
        {
            case AttemptEventKind.Rejected when At == "Assigned":
                At = Fence == 5 ? "Failed" : "Queued";
                break;
            case AttemptEventKind.Rejected:
                break;
            case AttemptEventKind.Lost:
                Lose();
                break;
            case AttemptEventKind.Finished or AttemptEventKind.Killed when word.StdoutEnd > _log:
                (At, _final, _wait) = ("Finishing", word, now + TimeSpan.FromMinutes(2));
                break;
            case AttemptEventKind.Finished or AttemptEventKind.Killed:
                Finish(word);
                break;
            default:
                if (At is "Assigned" or "Disconnected")
                {
                    Run(now, again: true);
                }

                break;
        }
    }

    private void Finish(AttemptEvent final) =>
        At = _asked && !_timedOut ? "Cancelled"
            : _timedOut || final.ReasonCode.StartsWith("limit.", StringComparison.Ordinal) ? "Failed"
            : final.Kind == AttemptEventKind.Killed ? (effects != JobEffects.Once && Fence < 5 ? "Queued" : "Failed")
            : final is { Started: true, ExitCode: 0 } ? "Succeeded"
            : "Failed";

    private void Lose() => At = _asked ? "Cancelled" : effects == JobEffects.Once ? "Unknown" : Fence == 5 ? "Lost" : "Queued";

    private void Tick(bool nodeIsHere, TimeSpan now)
    {
        switch (At)
        {
            case "Assigned" when now >= _wait:
                At = Fence == 5 ? "Failed" : "Queued";
                break;
            case "Running" when now >= _lease:
                (At, _wait) = ("Disconnected", now + Window(effects));
                break;
            case "Running" when nodeIsHere && now - (_began ?? _started) >= TimeSpan.FromSeconds(70):
                (At, _asked, _timedOut, _wait) = ("Cancelling", true, true, now + TimeSpan.FromSeconds(2));
                break;
            case "Disconnected" when now >= _wait:
                Lose();
                break;
            case "Cancelling" when now >= _wait:
                At = _timedOut ? "Failed" : "Cancelled";
                break;
            case "Finishing" when now >= _wait:
                Finish(_final!);
                break;
        }
    }

    private static TimeSpan Window(JobEffects effects) => effects == JobEffects.Exclusive ? TimeSpan.FromSeconds(10) : JobWorld.Terms.Reconnect;
}
