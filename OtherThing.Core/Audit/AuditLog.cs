using System.Globalization;
using Microsoft.Extensions.Logging;
using OtherThing.Core.Access;
using OtherThing.Core.Results;

namespace OtherThing.Core.Audit;

/// <summary>
/// Notes what was done by whom, and what was refused to whom. Entries that gather are committed together, in their order. Whoever awaits
/// an entry goes on once it is on disk.
/// </summary>
public sealed partial class AuditLog : IAsyncDisposable
{
    /// <summary>The longest <see cref="AuditEntry.Action"/>, in characters.</summary>
    public const int MaxAction = 60;

    /// <summary>The longest <see cref="AuditEntry.Target"/>, in characters.</summary>
    public const int MaxTarget = 200;

    /// <summary>The longest <see cref="AuditEntry.Detail"/>, in characters.</summary>
    public const int MaxDetail = 1_000;

    private const int MaxBatch = 256;

    // What nobody waits for may gather: one commit for many, so that the starts of runs do not take turns with the runs' own commits.
    private static readonly TimeSpan s_linger = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_seldom = TimeSpan.FromMinutes(10);

    private readonly IAuditStore _store;
    private readonly TimeProvider _clock;
    private readonly ILogger<AuditLog> _logger;
    private readonly RefusalLimiter _refusals;
    private readonly ITimer _minutes;
    private readonly Lock _gate = new();
    private readonly Dictionary<(Guid?, string), DateTime> _edits = [];
    private List<Entry> _waiting = [];
    private TaskCompletionSource _urgent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _pump = Task.CompletedTask;
    private bool _pumping;

    /// <summary>Made once, for the whole server.</summary>
    public AuditLog(IAuditStore store, TimeProvider clock, ILogger<AuditLog> logger)
    {
        (_store, _clock, _logger) = (store, clock, logger);
        _refusals = new RefusalLimiter(clock);
        _minutes = clock.CreateTimer(_ => CloseMinutes(all: false), null, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
    }

    /// <summary>
    /// Adds an entry and waits until it is kept; call it after the write it tells of, or before what must not happen unnoted. Nobody who hangs up
    /// takes it back: what it tells of has happened.
    /// </summary>
    /// <param name="actor">Who did it.</param>
    /// <param name="workspaceId">Where; null for what belongs to no workspace.</param>
    /// <param name="operation">What they were let in for.</param>
    /// <param name="target">What it was done to, <c>member:{id}</c>; cut at <see cref="MaxTarget"/>.</param>
    /// <param name="detail">What changed, for people: <c>viewer to member</c>. Never a secret. Cut at <see cref="MaxDetail"/>.</param>
    /// <param name="act">What it was, where the operation covers several acts; null takes <see cref="Operation.Act"/>.</param>
    public Task AppendAsync(
        Actor actor, Guid? workspaceId, Operation operation, string target, string? detail, string? act = null) =>
        AddAsync(Note(actor, workspaceId, act ?? operation.Act, target, AuditOutcome.Done, detail));

    /// <summary>
    /// Adds an entry about an account, which every workspace the person is in keeps too. What was done is waited for; a refusal is not, so that
    /// a wrong password for an account takes no longer than one for nobody's.
    /// </summary>
    /// <param name="actor">Who did it; <see cref="Actor.Anonymous"/> when nobody was signed in.</param>
    /// <param name="accountId">Whose account.</param>
    /// <param name="act">What, <c>account.sign_in</c>.</param>
    /// <param name="detail">More, for people.</param>
    /// <param name="refusal">Why it was refused; null when it was done.</param>
    public Task AppendAccountAsync(Actor actor, Guid accountId, string act, string? detail, Error? refusal = null)
    {
        var note = Note(
            actor, null, act, $"account:{accountId}", refusal is null ? AuditOutcome.Done : AuditOutcome.Refused,
            refusal is null ? detail : Tell(refusal)) with
        {
            AccountId = accountId,
        };
        if (refusal is null)
        {
            return AddAsync(note);
        }

        if (_refusals.Take(note))
        {
            Enqueue(new Entry(note, null));
        }

        return Task.CompletedTask;
    }

    /// <summary>
    /// Adds an entry that nobody waits for. For acts that leave a row of their own beside, made by the same person (a run, a job): a crash in
    /// the next moments may lose the entry, never the act.
    /// </summary>
    public void Post(Actor actor, Guid workspaceId, Operation operation, string target, string? detail, string? act = null)
    {
        // A run's records tell what it does; its start is what somebody did.
        if (actor.Kind is not (ActorKind.Run or ActorKind.Trigger))
        {
            Enqueue(new Entry(Note(actor, workspaceId, act ?? operation.Act, target, AuditOutcome.Done, detail), null));
        }
    }

    /// <summary>The same for what a person does over and over, as editing: one entry per person and thing in ten minutes.</summary>
    public void PostSeldom(Actor actor, Guid workspaceId, Operation operation, string target, string? detail)
    {
        var now = _clock.GetUtcNow().UtcDateTime;
        lock (_gate)
        {
            if (_edits.TryGetValue((actor.UserId, target), out var last) && now - last < s_seldom)
            {
                return;
            }

            _edits[(actor.UserId, target)] = now;
        }

        Post(actor, workspaceId, operation, target, detail);
    }

    /// <summary>Notes that somebody was refused something that changes, or takes out, what is guarded; of many within a minute most are only counted.</summary>
    /// <param name="actor">Who; a refusal of nobody who is signed in is not kept.</param>
    /// <param name="workspaceId">Where; null for what belongs to no workspace.</param>
    /// <param name="operation">What they asked for.</param>
    /// <param name="refusal">Why it was refused.</param>
    public void Refused(Actor actor, Guid? workspaceId, Operation operation, Error refusal)
    {
        if (actor.UserId is null || !operation.IsAudited)
        {
            return;
        }

        var request = RequestOrigin.Current?.Request is { } asked ? $" ({asked})" : "";
        var target = workspaceId is { } id ? $"workspace:{id}" : $"account:{actor.UserId}";
        var note = Note(actor, workspaceId, operation.Act, target, AuditOutcome.Refused, Tell(refusal) + request);
        if (_refusals.Take(note))
        {
            Enqueue(new Entry(note, null));
        }
    }

    /// <summary>Waits until everything added before is kept, so that a reader sees it.</summary>
    public Task FlushAsync(CancellationToken cancellationToken) => AddAsync(null).WaitAsync(cancellationToken);

    /// <summary>Keeps what is left, while the database may still be written.</summary>
    public Task CloseAsync()
    {
        CloseMinutes(all: true);
        return AddAsync(null);
    }

    /// <summary>Keeps what is left.</summary>
    public async ValueTask DisposeAsync()
    {
        await _minutes.DisposeAsync();
        await CloseAsync();
        await _pump;
    }

    private static string Tell(Error refusal) => $"{refusal.Code}: {refusal.Message}";

    private AuditNote Note(Actor actor, Guid? workspaceId, string act, string target, AuditOutcome outcome, string? detail) => new()
    {
        Id = Guid.CreateVersion7(),
        At = new DateTime(_clock.GetUtcNow().Ticks / TimeSpan.TicksPerMillisecond * TimeSpan.TicksPerMillisecond, DateTimeKind.Utc),
        WorkspaceId = workspaceId,
        Actor = actor,
        Action = TextCut.Name(act, MaxAction),
        Target = TextCut.Name(target, MaxTarget),
        Outcome = outcome,
        Detail = TextCut.Words(detail, MaxDetail),
        // A run goes on in the context of whoever it was started by, long after.
        Address = actor.Kind is ActorKind.Run or ActorKind.Trigger ? null : RequestOrigin.Current?.Address,
    };

    private void CloseMinutes(bool all)
    {
        foreach (var (count, last) in _refusals.Close(all))
        {
            var told = string.Create(CultureInfo.InvariantCulture, $"{count:N0} more refusals within the minute; the last: {last.Detail}");
            Enqueue(new Entry(last with { Id = Guid.CreateVersion7(), Detail = TextCut.Words(told, MaxDetail) }, null));
        }

        lock (_gate)
        {
            var now = _clock.GetUtcNow().UtcDateTime;
            foreach (var key in _edits.Where(edit => now - edit.Value >= s_seldom).Select(edit => edit.Key).ToArray())
            {
                _edits.Remove(key);
            }
        }
    }

    private Task AddAsync(AuditNote? note)
    {
        var kept = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Enqueue(new Entry(note, kept));
        return kept.Task;
    }

    private void Enqueue(Entry entry)
    {
        lock (_gate)
        {
            _waiting.Add(entry);
            if (entry.Kept is not null || _waiting.Count >= MaxBatch)
            {
                _urgent.TrySetResult();
            }

            if (!_pumping)
            {
                _pump = StartPump();
                _pumping = true;
            }
        }
    }

    /// <summary>It goes on for others than who started it, so it takes nothing of theirs along. Whoever did so already may not do it twice.</summary>
    private Task StartPump()
    {
        if (ExecutionContext.IsFlowSuppressed())
        {
            return Task.Run(PumpAsync);
        }

        using (ExecutionContext.SuppressFlow())
        {
            return Task.Run(PumpAsync);
        }
    }

    private async Task PumpAsync()
    {
        while (true)
        {
            await Task.WhenAny(_urgent.Task, Task.Delay(s_linger));
            List<Entry> batch;
            lock (_gate)
            {
                if (_waiting.Count == 0)
                {
                    _pumping = false;
                    return;
                }

                batch = _waiting;
                _waiting = [];
                _urgent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            foreach (var group in batch.Chunk(MaxBatch))
            {
                await KeepAsync(group);
            }
        }
    }

    /// <summary>Commits a group; of one that is refused each by itself, so that one bad entry costs no other.</summary>
    private async Task KeepAsync(Entry[] group)
    {
        try
        {
            AuditNote[] notes = [.. group.Select(entry => entry.Note).OfType<AuditNote>()];
            if (notes.Length > 0)
            {
                await AddOrWaitAsync(notes);
            }

            foreach (var entry in group)
            {
                entry.Kept?.TrySetResult();
            }
        }
        catch (Exception failure) when (group.Length > 1)
        {
            LogGroupNotKept(failure, group.Length);
            foreach (var entry in group)
            {
                await KeepAsync([entry]);
            }
        }
        catch (Exception failure)
        {
            // Nobody may be waiting: the log is then the only place that knows.
            if (group[0] is { Note: { } note })
            {
                LogNotKept(failure, note.Action, note.Target, note.Actor.UserId, note.WorkspaceId, note.Outcome);
            }

            group[0].Kept?.TrySetException(failure);
        }
    }

    /// <summary>A database that does not answer is asked again for some seconds; what it refuses, and a server that has stopped, come back at once.</summary>
    private async Task AddOrWaitAsync(AuditNote[] notes)
    {
        var began = _clock.GetTimestamp();
        for (var wait = TimeSpan.FromMilliseconds(100); ; wait = wait < TimeSpan.FromSeconds(2) ? wait * 2 : wait)
        {
            try
            {
                await _store.AddAsync(notes, CancellationToken.None);
                return;
            }
            catch (StoreUnavailableException failure) when (_clock.GetElapsedTime(began) < s_longestWait)
            {
                LogAskingAgain(failure, notes.Length, wait.TotalMilliseconds);
                await Task.Delay(wait, _clock);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} audit entries could not be saved; next try in {WaitMs} ms")]
    private partial void LogAskingAgain(Exception failure, int count, double waitMs);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} audit entries could not be kept together; trying each")]
    private partial void LogGroupNotKept(Exception failure, int count);

    [LoggerMessage(
        Level = LogLevel.Error, Message = "The audit entry {Action} on {Target} by {UserId} in workspace {WorkspaceId} ({Outcome}) could not be kept")]
    private partial void LogNotKept(Exception failure, string action, string target, Guid? userId, Guid? workspaceId, AuditOutcome outcome);

    private readonly record struct Entry(AuditNote? Note, TaskCompletionSource? Kept);
}
