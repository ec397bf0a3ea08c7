namespace OtherThing.Web.Features.Runs.Picture;

/// <summary>What a browser is told of the states of a run's steps: all of them once, then what changed; each message has the number after the last.</summary>
internal sealed class StateChanges
{
    private Dictionary<string, StepState>? _said;
    private long _number;

    /// <summary>What is to be said now; null when nothing changed.</summary>
    public StatesSaid? Next(IReadOnlyDictionary<string, StepState> now)
    {
        var before = _said;
        _said = now.ToDictionary(StringComparer.Ordinal);
        if (before is null)
        {
            return All();
        }

        var changed = _said.Where(state => before.GetValueOrDefault(state.Key) != state.Value).ToDictionary(StringComparer.Ordinal);
        string[] gone = [.. before.Keys.Where(id => !_said.ContainsKey(id))];
        return changed.Count + gone.Length == 0 ? null : new StatesSaid(++_number, false, changed, gone);
    }

    /// <summary>All of it once more, for a browser that missed something; null when nothing was said yet.</summary>
    public StatesSaid? Again() => _said is null ? null : All();

    private StatesSaid All() => new(++_number, true, _said!, []);
}

/// <summary>States of steps as a message.</summary>
/// <param name="Number">One more than the last message's.</param>
/// <param name="All">True when it holds every state, false when only those that changed.</param>
/// <param name="Changed">By step id.</param>
/// <param name="Gone">The ids that have no state any more.</param>
internal sealed record StatesSaid(long Number, bool All, IReadOnlyDictionary<string, StepState> Changed, IReadOnlyList<string> Gone);
