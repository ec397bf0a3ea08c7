using System.Collections.Immutable;
using OtherThing.Core.Access;
using OtherThing.Core.Live;
using OtherThing.Core.Results;

namespace OtherThing.Core.Flows;

/// <summary>One open flow: the document everybody sees, the order of their acts, and what of it is not saved yet.</summary>
internal sealed class FlowSession : IDisposable
{
    private const int Colours = 8;
    private readonly FlowEditing _editing;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _saving = new(1, 1);
    private readonly LiveSubscription _subscription;
    private readonly ITimer _timer;
    private readonly RememberedActs _acts;
    private readonly FieldWrites _writes = new();
    private ImmutableArray<FlowEditor> _editors = [];
    private List<(Actor Actor, IReadOnlyList<FlowEdit> Edits)> _unsaved = [];
    private FlowSnapshot _snapshot;
    private int _revision;
    private bool _scheduled;
    private bool _closed;

    public FlowSession(FlowEditing editing, Flow flow)
    {
        (_editing, FlowId, WorkspaceId, _revision) = (editing, flow.Id, flow.WorkspaceId, flow.Revision);
        _acts = new RememberedActs(flow.RecentActs);
        _snapshot = new FlowSnapshot(flow.ReadDefinition(), 0, Guid.CreateVersion7(), 0);
        _timer = editing.Clock.CreateTimer(_ => _ = SaveByTimerAsync(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _subscription = editing.Feed.Subscribe(Topic.Flow(FlowId), capacity: 1024);
        _ = FollowAsync();
    }

    public Guid FlowId { get; }

    public Guid WorkspaceId { get; }

    public FlowSnapshot Snapshot => Volatile.Read(ref _snapshot);

    public IReadOnlyList<FlowPresence> Present =>
        [.. _editors.Select(editor => new FlowPresence(editor.Id, editor.Name, editor.Selection, editor.Colour))];

    public bool TryJoin(FlowEditor editor)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return false;
            }

            // The first colour nobody has: people who are here together never look the same while there are colours left.
            editor.Colour = Enumerable.Range(0, Colours).FirstOrDefault(colour => _editors.All(other => other.Colour != colour), _editors.Length % Colours);
            _editors = _editors.Add(editor);
        }

        SayWhoIsHere();
        return true;
    }

    public void SayWhoIsHere() => Say(FlowEditor.PresenceEvent);

    public void Say(string type, object? payload = null) => _editing.Feed.Publish(Topic.Flow(FlowId), type, payload);

    public LiveSubscription Follow(int capacity) => _editing.Feed.Subscribe(Topic.Flow(FlowId), capacity);

    /// <summary>Applies an act; an act that is known already changes nothing and has no inverse.</summary>
    public async Task<Result<(FlowSnapshot Snapshot, FlowEdit? Inverse)>> ApplyAsync(
        FlowEditor editor, string actId, FlowEdit edit, bool whatFits, long? basedOn, CancellationToken cancellationToken)
    {
        if (await _editing.MayEditAsync(editor.Actor, WorkspaceId, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        lock (_gate)
        {
            if (_acts.Contains(actId))
            {
                return (_snapshot, (FlowEdit?)null);
            }

            var before = _snapshot.Definition;
            var applied = whatFits ? FlowDocument.ApplyWhatFits(before, edit) : FlowDocument.Apply(before, edit);
            if (!applied.TryGet(out var change, out var error))
            {
                return error;
            }

            _acts.Add(actId);
            _snapshot = _snapshot with { Definition = change.Definition, Sequence = _snapshot.Sequence + 1 };
            _unsaved.Add((editor.Actor, change.Applied));
            Schedule();
            // Inside the lock, so that listeners hear acts in the order of their sequence.
            Say(FlowEditor.EditedEvent, new FlowEdited(_snapshot.Sequence, editor.Id, actId, change.Applied));
            foreach (var conflict in _writes.Write(editor, change.Applied, before, _snapshot.Sequence, basedOn, _editing.Clock.GetUtcNow().UtcDateTime))
            {
                Say(FlowEditor.ConflictEvent, conflict);
            }

            return (_snapshot, change.Inverse);
        }
    }

    public async Task<Error?> SaveAsync(CancellationToken cancellationToken)
    {
        await _saving.WaitAsync(cancellationToken);
        try
        {
            for (var attempt = 0; ; attempt++)
            {
                var (snapshot, acts, actors, revision, count) = Begin();
                if (count == 0)
                {
                    return null;
                }

                var saved = await SaveAsAnyAsync(actors, snapshot.Definition, acts, revision, cancellationToken);
                if (saved.TryGet(out var flow, out var error))
                {
                    Finish(flow, snapshot, count);
                    return null;
                }

                // Somebody saved the flow by another way: our edits are put on top of theirs and saved again.
                if (error.Code != "flow.changed" || attempt == 20 || await RebaseAsync(cancellationToken) is not null)
                {
                    _editing.LogNotSaved(FlowId, error.Code);
                    return error;
                }
            }
        }
        finally
        {
            _saving.Release();
        }
    }

    /// <summary>Takes in what was stored since the flow was read.</summary>
    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        await _saving.WaitAsync(cancellationToken);
        try
        {
            await RebaseAsync(cancellationToken);
        }
        finally
        {
            _saving.Release();
        }
    }

    public async ValueTask LeaveAsync(FlowEditor editor)
    {
        lock (_gate)
        {
            _editors = _editors.Remove(editor);
        }

        SayWhoIsHere();
        if (!_editors.IsEmpty)
        {
            return;
        }

        await SaveByTimerAsync();
        lock (_gate)
        {
            // While we saved, somebody may have come back, or the save may be due again.
            if (!_editors.IsEmpty || _unsaved.Count > 0 || _closed)
            {
                return;
            }

            _closed = true;
        }

        Dispose();
    }

    public async Task CloseAsync()
    {
        await SaveByTimerAsync();
        lock (_gate)
        {
            _closed = true;
        }

        Dispose();
    }

    public void Dispose()
    {
        _editing.Forget(this);
        _subscription.Dispose();
        _timer.Dispose();
    }

    private void Schedule()
    {
        if (!_scheduled && !_closed)
        {
            _scheduled = true;
            _timer.Change(FlowEditing.SaveAfter, Timeout.InfiniteTimeSpan);
        }
    }

    private (FlowSnapshot Snapshot, string Acts, IReadOnlyList<Actor> Actors, int Revision, int Count) Begin()
    {
        lock (_gate)
        {
            _scheduled = false;
            return (_snapshot, _acts.Write(), [.. _unsaved.Select(edit => edit.Actor).Reverse().Distinct()], _revision, _unsaved.Count);
        }
    }

    // Each edit was allowed when it was made; that one of the editors has lost the right since must not cost the others theirs.
    private async Task<Result<Flow>> SaveAsAnyAsync(
        IReadOnlyList<Actor> actors, FlowDefinition definition, string acts, int revision, CancellationToken cancellationToken)
    {
        Result<Flow> saved = FlowErrors.NotFound;
        foreach (var actor in actors)
        {
            saved = await _editing.Flows.SaveDraftAsync(actor, WorkspaceId, FlowId, definition, acts, revision, cancellationToken);
            if (saved.Error is not { Kind: ErrorKind.Forbidden or ErrorKind.NotFound })
            {
                break;
            }
        }

        return saved;
    }

    private void Finish(Flow flow, FlowSnapshot saved, int count)
    {
        var kept = flow.Definition == FlowJson.Write(saved.Definition) ? null : flow.ReadDefinition();
        lock (_gate)
        {
            _revision = flow.Revision;
            _unsaved.RemoveRange(0, count);
            _snapshot = _snapshot with { Saved = Math.Max(_snapshot.Saved, saved.Sequence) };
            Say(FlowEditor.KeptEvent, saved.Sequence);
            if (kept is not null)
            {
                StartFrom(kept); // something was put in another form on its way to the store, as a secret is
            }

            if (_unsaved.Count > 0)
            {
                Schedule();
            }
        }
    }

    // Inside the lock: the stored document is the ground, the unsaved edits go on top of it.
    private void StartFrom(FlowDefinition stored)
    {
        foreach (var (_, edits) in _unsaved)
        {
            stored = FlowDocument.ApplyWhatFits(stored, new BatchEdit(edits)).TryGet(out var change, out _) ? change.Definition : stored;
        }

        _snapshot = _snapshot with { Definition = stored, Sequence = _snapshot.Sequence + 1 };
        Say(FlowEditor.ResetEvent, _snapshot.Sequence);
    }

    private async Task SaveByTimerAsync()
    {
        try
        {
            if (await SaveAsync(CancellationToken.None) is { } refusal)
            {
                if (refusal.Code == "flow.changed")
                {
                    Again(); // others save faster than we do; nothing is lost by waiting
                }
                else
                {
                    await DropAsync();
                }
            }
        }
        catch (Exception exception)
        {
            // The database may be busy or away; the edits stay in memory and are tried again.
            _editing.LogSaveFailed(exception, FlowId);
            Again();
        }
    }

    private void Again()
    {
        lock (_gate)
        {
            _scheduled = false;
            Schedule();
        }
    }

    /// <summary>The edits may not be saved (the right is gone, the flow is deleted): everybody sees what is stored again.</summary>
    private async Task DropAsync()
    {
        lock (_gate)
        {
            _unsaved = [];
        }

        await RebaseAsync(CancellationToken.None, always: true);
    }

    /// <summary>Takes the stored document as the new ground and puts the unsaved edits on it.</summary>
    private async Task<Error?> RebaseAsync(CancellationToken cancellationToken, bool always = false)
    {
        if (await _editing.Store.FindAsync(WorkspaceId, FlowId, cancellationToken) is not { } flow)
        {
            return FlowErrors.NotFound;
        }

        lock (_gate)
        {
            if (flow.Revision <= _revision && !always)
            {
                return null;
            }

            _acts.AddStored(flow.RecentActs);
            _revision = flow.Revision;
            StartFrom(flow.ReadDefinition());
        }

        return null;
    }

    private async Task FollowAsync()
    {
        var missed = 0L;
        await foreach (var happened in _subscription.Events.ReadAllAsync())
        {
            var overrun = _subscription.Missed > missed;
            missed = _subscription.Missed;
            if (!overrun && happened is not { Type: "flow.saved", Payload: int })
            {
                continue;
            }

            await _saving.WaitAsync();
            try
            {
                // Our own save has its revision by now; anything newer came by REST or from another server.
                if (overrun || happened.Payload is int revision && revision > _revision)
                {
                    await RebaseAsync(CancellationToken.None);
                }
            }
            catch (Exception exception)
            {
                // The next save meets the other change again.
                _editing.LogSaveFailed(exception, FlowId);
            }
            finally
            {
                _saving.Release();
            }
        }
    }
}
