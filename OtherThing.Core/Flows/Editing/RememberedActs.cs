namespace OtherThing.Core.Flows.Editing;

/// <summary>The ids of the acts a draft has taken in: what a browser sends again after a lost line or a restart is known by them.</summary>
internal sealed class RememberedActs(string stored)
{
    // Kept with the draft: more than can happen between two saves of one flow.
    private const int Stored = 400;
    private const int Most = 4_000;
    private readonly Queue<string> _order = new(stored.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    private readonly HashSet<string> _known = new(stored.Split(' ', StringSplitOptions.RemoveEmptyEntries), StringComparer.Ordinal);

    public bool Contains(string actId) => _known.Contains(actId);

    public void Add(string actId)
    {
        if (!_known.Add(actId))
        {
            return;
        }

        _order.Enqueue(actId);
        if (_order.Count > Most)
        {
            _known.Remove(_order.Dequeue());
        }
    }

    public void AddStored(string acts)
    {
        foreach (var act in acts.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            Add(act);
        }
    }

    /// <summary>The last of them, as they are stored.</summary>
    public string Write() => string.Join(' ', _order.Skip(Math.Max(0, _order.Count - Stored)));
}
