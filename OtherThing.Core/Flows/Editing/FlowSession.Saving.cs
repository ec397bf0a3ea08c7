using OtherThing.Core.Access;
using OtherThing.Core.Results;

namespace OtherThing.Core.Flows.Editing;

/// <summary>From the session's memory to the store, and back when the store was changed by another way.</summary>
internal sealed partial class FlowSession
{
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

    private void Schedule()
    {
        if (!_scheduled && !_closed)
        {
            _scheduled = true;
            _timer.Change(FlowSessions.SaveAfter, Timeout.InfiniteTimeSpan);
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
        IReadOnlyList<Actor> actors, FlowDocument definition, string acts, int revision, CancellationToken cancellationToken)
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
            Say(new FlowKept(saved.Sequence));
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
    private void StartFrom(FlowDocument stored)
    {
        foreach (var (_, act) in _unsaved)
        {
            stored = FlowEdits.ApplyWhatFits(stored, new BatchEdit(act.Edits)).TryGet(out var change, out _) ? change.Definition : stored;
        }

        _snapshot = _snapshot with { Definition = stored, Sequence = _snapshot.Sequence + 1 };
        Say(new FlowReset(_snapshot.Sequence));
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
            if (!overrun && happened is not FlowSaved)
            {
                continue;
            }

            await _saving.WaitAsync();
            try
            {
                // Our own save has its revision by now; anything newer came by REST or from another server.
                if (overrun || happened is FlowSaved saved && saved.Revision > _revision)
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
