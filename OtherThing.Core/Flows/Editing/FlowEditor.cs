using OtherThing.Core.Access;
using OtherThing.Core.Live;
using OtherThing.Core.Results;

namespace OtherThing.Core.Flows.Editing;

/// <summary>Published on the flow's topic as <c>flow.edited</c>: an act that was applied.</summary>
/// <param name="Sequence">Dense per session, from 1.</param>
/// <param name="EditorId">Whose act.</param>
/// <param name="ActId">The act, as its editor named it.</param>
/// <param name="Edits">What was done, change by change, with every place spelled out.</param>
public sealed record FlowEdited(long Sequence, Guid EditorId, string ActId, IReadOnlyList<FlowEdit> Edits) : LiveEvent;

/// <summary>Somebody who has the flow open.</summary>
/// <param name="EditorId">Their builder.</param>
/// <param name="Name">What people call them.</param>
/// <param name="Selection">The ids they have selected; at most 500.</param>
/// <param name="Colour">Which of the eight colours of people is theirs, 0 to 7.</param>
public sealed record FlowPresence(Guid EditorId, string Name, IReadOnlyList<string> Selection, int Colour);

/// <summary>Where somebody's pointer is.</summary>
/// <param name="EditorId">Their builder.</param>
/// <param name="X">Canvas pixels from the origin, right; null when it left the canvas.</param>
/// <param name="Y">Canvas pixels from the origin, down.</param>
public sealed record FlowCursor(Guid EditorId, double? X, double? Y) : LiveEvent;

/// <summary>The document at one moment of its session.</summary>
/// <param name="Definition">The document.</param>
/// <param name="Sequence">The last act in it.</param>
/// <param name="Session">Which session counts so: after a restart of the server another one does, from 0.</param>
/// <param name="Saved">The last act that is stored.</param>
public sealed record FlowSnapshot(FlowDocument Definition, long Sequence, Guid Session, long Saved);

/// <summary>One open builder: its edits, and the way back through them.</summary>
public sealed class FlowEditor : IAsyncDisposable
{
    private const int MaxActIdLength = 64;
    private const int MaxSelection = 500;
    private readonly FlowSession _session;
    private readonly Stack<FlowEdit> _undo = new();
    private readonly Stack<FlowEdit> _redo = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private (string ActId, Error Refusal)? _forgotten;

    internal FlowEditor(FlowSession session, Actor actor, string name) => (_session, Actor, Name) = (session, actor, name);

    /// <summary>Which builder.</summary>
    public Guid Id { get; } = Guid.CreateVersion7();

    /// <summary>Who edits.</summary>
    public Actor Actor { get; }

    /// <summary>What people call them.</summary>
    public string Name { get; }

    /// <summary>Which of the colours of people is theirs, 0 to 7.</summary>
    public int Colour { get; internal set; }

    /// <summary>The ids they have selected.</summary>
    public IReadOnlyList<string> Selection { get; private set; } = [];

    /// <summary>The document now.</summary>
    public FlowSnapshot Snapshot => _session.Snapshot;

    /// <summary>The document now, and one's own acts in it that are not stored yet: what has to be said again when the server ends before it stores
    /// them.</summary>
    public (FlowSnapshot Snapshot, IReadOnlyList<FlowEdited> Unsaved) Look() => _session.Look(this);

    /// <summary>The version of the draft that is stored: what one has seen when one chooses to publish after <see cref="SaveAsync"/>.</summary>
    public int StoredRevision => _session.Revision;

    /// <summary>Everybody who has the flow open, this builder too.</summary>
    public IReadOnlyList<FlowPresence> Present => _session.Present;

    /// <summary>True when there is something of one's own to take back.</summary>
    public bool CanUndo => _undo.Count > 0;

    /// <summary>True when there is something to do again.</summary>
    public bool CanRedo => _redo.Count > 0;

    /// <summary>Applies an act (A28): all of its edits or none. The same act twice is applied once.</summary>
    /// <param name="actId">The caller's name for it, 1 to 64 letters, digits and dashes.</param>
    /// <param name="edits">The edits.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <param name="basedOn">The sequence the person had seen when they made it; null when that is not known.</param>
    /// <returns>The document after it, or what <see cref="FlowEdits.Apply"/> refuses, or <c>flow.act_invalid</c>.</returns>
    public Task<Result<FlowSnapshot>> ApplyAsync(
        string actId, IReadOnlyList<FlowEdit> edits, CancellationToken cancellationToken, long? basedOn = null) =>
        DoAsync(actId, edits, whatFits: false, basedOn, cancellationToken);

    /// <summary>Applies what still fits of an act that an earlier session took but may not have saved (A28).</summary>
    /// <inheritdoc cref="ApplyAsync"/>
    public Task<Result<FlowSnapshot>> ReplayAsync(string actId, IReadOnlyList<FlowEdit> edits, CancellationToken cancellationToken) =>
        DoAsync(actId, edits, whatFits: true, basedOn: null, cancellationToken);

    /// <summary>Takes one's own last act back, as far as other people's later edits allow.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <param name="actId">The caller's name for the undoing itself: the same twice is done once. Null for once.</param>
    /// <returns>Null when done or when there is nothing to undo; otherwise why not. The act is then forgotten, except when the person may not edit
    /// now or the server cannot.</returns>
    public Task<Error?> UndoAsync(CancellationToken cancellationToken, string? actId = null) => GoAsync(_undo, _redo, actId, cancellationToken);

    /// <summary>Does again what was taken back.</summary>
    /// <inheritdoc cref="UndoAsync"/>
    public Task<Error?> RedoAsync(CancellationToken cancellationToken, string? actId = null) => GoAsync(_redo, _undo, actId, cancellationToken);

    /// <summary>Listens to what happens to this flow; dispose the subscription to stop.</summary>
    /// <param name="capacity">How many unread events are kept.</param>
    public LiveSubscription Follow(int capacity = 4096) => _session.Follow(capacity);

    /// <summary>Tells the others where one's pointer is.</summary>
    /// <param name="x">Canvas pixels from the origin, right; null when it left the canvas.</param>
    /// <param name="y">Canvas pixels from the origin, down.</param>
    public void PointAt(double? x, double? y) => _session.Say(new FlowCursor(Id, x, y));

    /// <summary>Tells the others what one has selected.</summary>
    public void Select(IReadOnlyList<string> ids)
    {
        Selection = [.. ids.Where(id => id is { Length: > 0 and <= 80 }).Take(MaxSelection)];
        _session.SayWhoIsHere();
    }

    /// <summary>Saves now what is not saved yet, so that a run or a publish sees it; an act of one's own that is still on its way comes first.</summary>
    /// <returns>Null, or why it could not be saved.</returns>
    public async Task<Error?> SaveAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        _turn.Release();
        return await _session.SaveAsync(cancellationToken);
    }

    /// <summary>Leaves; the last to leave saves.</summary>
    public ValueTask DisposeAsync() => _session.LeaveAsync(this);

    private async Task<Result<FlowSnapshot>> DoAsync(
        string actId, IReadOnlyList<FlowEdit> edits, bool whatFits, long? basedOn, CancellationToken cancellationToken)
    {
        if (Check(actId) is { } invalid)
        {
            return invalid;
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            var applied = await _session.ApplyAsync(this, actId, new BatchEdit(edits), whatFits, basedOn, cancellationToken);
            if (!applied.TryGet(out var change, out var refusal))
            {
                return refusal;
            }

            if (change.Inverse is not null)
            {
                _undo.Push(change.Inverse);
                _redo.Clear();
            }

            return change.Snapshot;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<Error?> GoAsync(Stack<FlowEdit> from, Stack<FlowEdit> to, string? actId, CancellationToken cancellationToken)
    {
        actId ??= Guid.CreateVersion7().ToString("N");
        if (Check(actId) is { } invalid)
        {
            return invalid;
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            // Its answer was lost and it is asked again: the act before it is not what it meant.
            if (_forgotten is { } forgotten && forgotten.ActId == actId)
            {
                return forgotten.Refusal;
            }

            if (!from.TryPeek(out var edit))
            {
                return null;
            }

            var applied = await _session.ApplyAsync(this, actId, edit, whatFits: true, basedOn: null, cancellationToken);
            if (applied.TryGet(out var change, out var refusal))
            {
                if (change.Inverse is { } inverse)
                {
                    from.Pop();
                    to.Push(inverse);
                }
            }
            else if (refusal.Kind is not (ErrorKind.Unauthenticated or ErrorKind.Forbidden or ErrorKind.Unavailable))
            {
                // It may be refused for good, and the acts before it wait behind it.
                from.Pop();
                _forgotten = (actId, refusal);
            }

            return refusal;
        }
        finally
        {
            _turn.Release();
        }
    }

    private static Error? Check(string actId) =>
        actId is { Length: > 0 and <= MaxActIdLength } && actId.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-')
            ? null
            : Error.Invalid("flow.act_invalid", "actId", $"An act needs an id of 1 to {MaxActIdLength} letters, digits and dashes.");
}
