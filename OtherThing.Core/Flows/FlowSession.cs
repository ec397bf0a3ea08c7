using System.Collections.Immutable;
using OtherThing.Core.Access;
using OtherThing.Core.Live;
using OtherThing.Core.Results;

namespace OtherThing.Core.Flows;

/// <summary>One open flow: the document everybody sees, the order of their acts, and what of it is not saved yet.</summary>
internal sealed class FlowSession : IDisposable
{
    private const int RememberedActs = 2_000;
    private readonly FlowEditing _editing;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _saving = new(1, 1);
    private readonly LiveSubscription _subscription;
    private readonly ITimer _timer;
    private readonly Queue<string> _actOrder = new();
    private readonly HashSet<string> _acts = new(StringComparer.Ordinal);
    private ImmutableArray<FlowEditor> _editors = [];
    private List<FlowEdit> _unsaved = [];
    private FlowSnapshot _snapshot;
    private Actor? _lastActor;
    private int _revision;
    private bool _scheduled;
    private bool _closed;

    public FlowSession(FlowEditing editing, Flow flow)
    {
        (_editing, FlowId, WorkspaceId, _revision) = (editing, flow.Id, flow.WorkspaceId, flow.Revision);
        _snapshot = new FlowSnapshot(flow.ReadDefinition(), 0);
        _timer = editing.Clock.CreateTimer(_ => _ = SaveByTimerAsync(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _subscription = editing.Feed.Subscribe(Topic.Flow(FlowId), capacity: 256);
        _ = FollowAsync();
    }

    public Guid FlowId { get; }

    public Guid WorkspaceId { get; }

    public FlowSnapshot Snapshot => Volatile.Read(ref _snapshot);

    public IReadOnlyList<FlowPresence> Present => [.. _editors.Select(editor => new FlowPresence(editor.Id, editor.Name, editor.Selection))];

    public bool TryJoin(FlowEditor editor)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return false;
            }

            _editors = _editors.Add(editor);
        }

        SayWhoIsHere();
        return true;
    }

    public void SayWhoIsHere() => _editing.Feed.Publish(Topic.Flow(FlowId), FlowEditor.PresenceEvent);

    public async Task<Result<(FlowSnapshot Snapshot, FlowEdit? Inverse)>> ApplyAsync(
        FlowEditor editor, string actId, FlowEdit edit, bool whatFits, CancellationToken cancellationToken)
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

            var applied = whatFits
                ? FlowDocument.ApplyWhatFits(_snapshot.Definition, edit)
                : FlowDocument.Apply(_snapshot.Definition, edit);
            if (!applied.TryGet(out var change, out var error))
            {
                return error;
            }

            Remember(actId);
            _snapshot = new FlowSnapshot(change.Definition, _snapshot.Sequence + 1);
            _unsaved.Add(edit);
            _lastActor = editor.Actor;
            Schedule();
            // Inside the lock, so that listeners hear acts in the order of their sequence.
            _editing.Feed.Publish(Topic.Flow(FlowId), FlowEditor.EditedEvent, new FlowEdited(_snapshot.Sequence, editor.Id, actId, [edit]));
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
                var (snapshot, actor, revision, count) = Begin();
                if (count == 0 || actor is null)
                {
                    return null;
                }

                var saved = await _editing.Flows.SaveDraftAsync(actor, WorkspaceId, FlowId, snapshot.Definition, revision, cancellationToken);
                if (saved.TryGet(out var flow, out var error))
                {
                    Finish(flow.Revision, count);
                    return null;
                }

                // Somebody saved the flow by another way: our edits are put on top of theirs and saved again.
                if (error.Code != "flow.changed" || attempt == 3 || await RebaseAsync(actor, cancellationToken) is not null)
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
        _saving.Dispose();
    }

    private void Remember(string actId)
    {
        _acts.Add(actId);
        _actOrder.Enqueue(actId);
        if (_actOrder.Count > RememberedActs)
        {
            _acts.Remove(_actOrder.Dequeue());
        }
    }

    private void Schedule()
    {
        if (!_scheduled && !_closed)
        {
            _scheduled = true;
            _timer.Change(FlowEditing.SaveAfter, Timeout.InfiniteTimeSpan);
        }
    }

    private (FlowSnapshot Snapshot, Actor? Actor, int Revision, int Count) Begin()
    {
        lock (_gate)
        {
            _scheduled = false;
            return (_snapshot, _lastActor, _revision, _unsaved.Count);
        }
    }

    private void Finish(int revision, int count)
    {
        lock (_gate)
        {
            _revision = revision;
            _unsaved.RemoveRange(0, count);
            if (_unsaved.Count > 0)
            {
                Schedule();
            }
        }
    }

    private async Task SaveByTimerAsync()
    {
        try
        {
            if (await SaveAsync(CancellationToken.None) is not null)
            {
                await DropAsync();
            }
        }
        catch (Exception exception)
        {
            // The database may be busy or away; the edits stay in memory and are tried again.
            _editing.LogSaveFailed(exception, FlowId);
            lock (_gate)
            {
                _scheduled = false;
                Schedule();
            }
        }
    }

    /// <summary>The edits may not be saved (the right is gone, the flow is deleted): everybody sees what is stored again.</summary>
    private async Task DropAsync()
    {
        lock (_gate)
        {
            _unsaved = [];
        }

        if (_lastActor is { } actor)
        {
            await RebaseAsync(actor, CancellationToken.None);
        }
    }

    /// <summary>Takes the stored document as the new ground and puts the unsaved edits on it.</summary>
    private async Task<Error?> RebaseAsync(Actor actor, CancellationToken cancellationToken)
    {
        var found = await _editing.Flows.GetAsync(actor, WorkspaceId, FlowId, cancellationToken);
        if (!found.TryGet(out var flow, out var error))
        {
            return error;
        }

        lock (_gate)
        {
            var definition = flow.ReadDefinition();
            foreach (var edit in _unsaved)
            {
                definition = FlowDocument.ApplyWhatFits(definition, edit).TryGet(out var change, out _) ? change.Definition : definition;
            }

            _revision = flow.Revision;
            _snapshot = new FlowSnapshot(definition, _snapshot.Sequence + 1);
            _editing.Feed.Publish(Topic.Flow(FlowId), FlowEditor.ResetEvent);
        }

        return null;
    }

    private async Task FollowAsync()
    {
        await foreach (var happened in _subscription.Events.ReadAllAsync())
        {
            if (happened is not { Type: "flow.saved", Payload: int revision })
            {
                continue;
            }

            await _saving.WaitAsync();
            try
            {
                // Our own save has its revision by now; anything newer came by REST or from another server.
                if (revision > _revision && _editors.FirstOrDefault() is { } editor)
                {
                    await RebaseAsync(editor.Actor, CancellationToken.None);
                }
            }
            finally
            {
                _saving.Release();
            }
        }
    }
}
