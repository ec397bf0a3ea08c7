using OtherThing.Core.Access;
using OtherThing.Core.Results;

namespace OtherThing.Core.Flows;

/// <summary>Published on the flow's topic as <c>flow.edited</c>: an act that was applied.</summary>
/// <param name="Sequence">Dense per session, from 1.</param>
/// <param name="EditorId">Whose act.</param>
/// <param name="ActId">The act, as its editor named it.</param>
/// <param name="Edits">What to apply.</param>
public sealed record FlowEdited(long Sequence, Guid EditorId, string ActId, IReadOnlyList<FlowEdit> Edits);

/// <summary>Somebody who has the flow open.</summary>
/// <param name="EditorId">Their builder.</param>
/// <param name="Name">What people call them.</param>
/// <param name="Selection">The ids they have selected; at most 500.</param>
public sealed record FlowPresence(Guid EditorId, string Name, IReadOnlyList<string> Selection);

/// <summary>The document at one moment of its session.</summary>
/// <param name="Definition">The document.</param>
/// <param name="Sequence">The last act in it.</param>
public sealed record FlowSnapshot(FlowDefinition Definition, long Sequence);

/// <summary>One open builder: its edits, and the way back through them.</summary>
public sealed class FlowEditor : IAsyncDisposable
{
    /// <summary>Events on the flow's topic: <see cref="FlowEdited"/>.</summary>
    public const string EditedEvent = "flow.edited";

    /// <summary>The document changed by another way than an act: take a new snapshot.</summary>
    public const string ResetEvent = "flow.reset";

    /// <summary>Who has the flow open, or what they selected, changed.</summary>
    public const string PresenceEvent = "flow.presence";

    private const int MaxActIdLength = 64;
    private const int MaxSelection = 500;
    private readonly FlowSession _session;
    private readonly Stack<FlowEdit> _undo = new();
    private readonly Stack<FlowEdit> _redo = new();
    private readonly SemaphoreSlim _turn = new(1, 1);

    internal FlowEditor(FlowSession session, Actor actor, string name) => (_session, Actor, Name) = (session, actor, name);

    /// <summary>Which builder.</summary>
    public Guid Id { get; } = Guid.CreateVersion7();

    /// <summary>Who edits.</summary>
    public Actor Actor { get; }

    /// <summary>What people call them.</summary>
    public string Name { get; }

    /// <summary>The ids they have selected.</summary>
    public IReadOnlyList<string> Selection { get; private set; } = [];

    /// <summary>The document now.</summary>
    public FlowSnapshot Snapshot => _session.Snapshot;

    /// <summary>Everybody who has the flow open, this builder too.</summary>
    public IReadOnlyList<FlowPresence> Present => _session.Present;

    /// <summary>True when there is something of one's own to take back.</summary>
    public bool CanUndo => _undo.Count > 0;

    /// <summary>True when there is something to do again.</summary>
    public bool CanRedo => _redo.Count > 0;

    /// <summary>Applies an act (A28): all of its edits or none. The same act twice is applied once.</summary>
    /// <param name="actId">The caller's name for it, 1 to 64 characters.</param>
    /// <param name="edits">The edits.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The document after it, or what <see cref="FlowDocument.Apply"/> refuses, or <c>flow.act_invalid</c>.</returns>
    public async Task<Result<FlowSnapshot>> ApplyAsync(string actId, IReadOnlyList<FlowEdit> edits, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(actId) || actId.Length > MaxActIdLength)
        {
            return Error.Invalid("flow.act_invalid", "actId", $"An act needs an id of 1 to {MaxActIdLength} characters.");
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            var applied = await _session.ApplyAsync(this, actId, new BatchEdit(edits), whatFits: false, cancellationToken);
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

    /// <summary>Takes one's own last act back, as far as other people's later edits allow.</summary>
    /// <returns>Null when done or when there is nothing to undo; otherwise why not, and the act is forgotten.</returns>
    public Task<Error?> UndoAsync(CancellationToken cancellationToken) => GoAsync(_undo, _redo, cancellationToken);

    /// <summary>Does again what was taken back.</summary>
    /// <returns>Null when done or when there is nothing to redo; otherwise why not, and the act is forgotten.</returns>
    public Task<Error?> RedoAsync(CancellationToken cancellationToken) => GoAsync(_redo, _undo, cancellationToken);

    /// <summary>Tells the others what one has selected.</summary>
    public void Select(IReadOnlyList<string> ids)
    {
        Selection = [.. ids.Where(id => id is { Length: > 0 and <= 80 }).Take(MaxSelection)];
        _session.SayWhoIsHere();
    }

    /// <summary>Saves now what is not saved yet, so that a run or a publish sees it.</summary>
    /// <returns>Null, or why it could not be saved.</returns>
    public Task<Error?> SaveAsync(CancellationToken cancellationToken) => _session.SaveAsync(cancellationToken);

    /// <summary>Leaves; the last to leave saves.</summary>
    public ValueTask DisposeAsync() => _session.LeaveAsync(this);

    private async Task<Error?> GoAsync(Stack<FlowEdit> from, Stack<FlowEdit> to, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (!from.TryPeek(out var edit))
            {
                return null;
            }

            var applied = await _session.ApplyAsync(this, Guid.CreateVersion7().ToString("N"), edit, whatFits: true, cancellationToken);
            if (applied.TryGet(out var change, out var refusal))
            {
                from.Pop();
                to.Push(change.Inverse!);
            }
            else if (refusal.Kind == ErrorKind.Conflict)
            {
                from.Pop();
            }

            return refusal;
        }
        finally
        {
            _turn.Release();
        }
    }
}
