using System.Collections.Immutable;
using OtherThing.Core.Access;
using OtherThing.Core.Live;
using OtherThing.Core.Results;

namespace OtherThing.Core.Flows.Editing;

/// <summary>One open flow: the document everybody sees, the order of their acts, and what of it is not saved yet.</summary>
internal sealed partial class FlowSession : IDisposable
{
    private const int Colours = 8;
    private readonly FlowSessions _editing;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _saving = new(1, 1);
    private readonly LiveSubscription _subscription;
    private readonly ITimer _timer;
    private readonly RememberedActs _acts;
    private readonly FieldWrites _writes = new();
    private ImmutableArray<FlowEditor> _editors = [];
    private List<(Actor Actor, FlowEdited Act)> _unsaved = [];
    private FlowSnapshot _snapshot;
    private int _revision;
    private bool _scheduled;
    private bool _closed;

    public FlowSession(FlowSessions editing, Flow flow)
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

    /// <summary>The version of the draft that is stored.</summary>
    public int Revision => Volatile.Read(ref _revision);

    public FlowSnapshot Snapshot => Volatile.Read(ref _snapshot);

    /// <summary>The document and, of the same moment, an editor's acts in it that are not stored.</summary>
    public (FlowSnapshot Snapshot, IReadOnlyList<FlowEdited> Unsaved) Look(FlowEditor editor)
    {
        lock (_gate)
        {
            return (_snapshot, [.. _unsaved.Select(unsaved => unsaved.Act).Where(act => act.EditorId == editor.Id)]);
        }
    }

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

    public void SayWhoIsHere() => Say(new FlowPresenceChanged());

    public void Say(LiveEvent happened) => _editing.Feed.Publish(Topic.Flow(FlowId), happened);

    public LiveSubscription Follow(int capacity) => _editing.Feed.Subscribe(Topic.Flow(FlowId), capacity);

    /// <summary>Applies an act; an act that is known already changes nothing and has no inverse.</summary>
    public async Task<Result<(FlowSnapshot Snapshot, FlowEdit? Inverse)>> ApplyAsync(
        FlowEditor editor, string actId, FlowEdit edit, bool whatFits, long? basedOn, CancellationToken cancellationToken)
    {
        if (await _editing.Admission.MayEditAsync(editor.Actor, WorkspaceId, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        // Before anybody else hears of it.
        if (!(await _editing.Admission.AdmitAsync(WorkspaceId, Snapshot.Definition, edit, cancellationToken)).TryGet(out edit!, out refusal))
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
            var applied = whatFits ? FlowEdits.ApplyWhatFits(before, edit) : FlowEdits.Apply(before, edit);
            if (!applied.TryGet(out var change, out var error))
            {
                return error;
            }

            _acts.Add(actId);
            _editing.Tell(editor.Actor, WorkspaceId, FlowId);
            _snapshot = _snapshot with { Definition = change.Definition, Sequence = _snapshot.Sequence + 1 };
            var act = new FlowEdited(_snapshot.Sequence, editor.Id, actId, change.Applied);
            _unsaved.Add((editor.Actor, act));
            Schedule();
            // Inside the lock, so that listeners hear acts in the order of their sequence.
            Say(act);
            foreach (var conflict in _writes.Write(editor, change.Applied, before, _snapshot.Sequence, basedOn, _editing.Clock.GetUtcNow().UtcDateTime))
            {
                Say(conflict);
            }

            return (_snapshot, change.Inverse);
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
}
