namespace OtherThing.Core.Jobs.Dispatch;

/// <summary>
/// Jobs that wait for a node, in order per workspace. The workspace that has least running goes first, so that one
/// workspace's thousand jobs do not hold up another's one.
/// </summary>
internal sealed class JobQueue(Action<Guid, int> counted)
{
    private readonly Dictionary<Guid, LinkedList<LiveJob>> _waiting = [];
    private readonly Dictionary<Guid, int> _running = [];

    public int Count { get; private set; }

    public void Add(LiveJob job)
    {
        if (!_waiting.TryGetValue(job.Row.WorkspaceId, out var list))
        {
            _waiting[job.Row.WorkspaceId] = list = new LinkedList<LiveJob>();
        }

        list.AddLast(job);
        Count++;
        counted(job.Row.WorkspaceId, list.Count);
    }

    public bool Remove(LiveJob job)
    {
        if (!_waiting.TryGetValue(job.Row.WorkspaceId, out var list) || !list.Remove(job))
        {
            return false;
        }

        Taken(job.Row.WorkspaceId, list);
        return true;
    }

    public void Began(Guid workspaceId) => _running[workspaceId] = _running.GetValueOrDefault(workspaceId) + 1;

    public void Ended(Guid workspaceId)
    {
        var left = _running.GetValueOrDefault(workspaceId) - 1;
        if (left > 0)
        {
            _running[workspaceId] = left;
        }
        else
        {
            _running.Remove(workspaceId);
        }
    }

    public Guid[] Workspaces() => [.. _waiting.Keys];

    public IEnumerable<LiveJob> All() => _waiting.Values.SelectMany(list => list);

    /// <summary>
    /// Offers waiting jobs until none can be placed; a workspace's first <paramref name="depth"/> jobs are looked at, so that one
    /// that fits nowhere does not hold up those behind it.
    /// </summary>
    public void Place(Func<LiveJob, bool> tryPlace, int depth = 256)
    {
        var stuck = new HashSet<Guid>();
        while (stuck.Count < _waiting.Count)
        {
            var next = _waiting.Keys.Where(workspace => !stuck.Contains(workspace)).MinBy(workspace => _running.GetValueOrDefault(workspace));
            if (!TryPlaceOne(next, tryPlace, depth))
            {
                stuck.Add(next);
            }
        }
    }

    private bool TryPlaceOne(Guid workspaceId, Func<LiveJob, bool> tryPlace, int depth)
    {
        var list = _waiting[workspaceId];
        for (var (node, looked) = (list.First, 0); node is not null && looked < depth; node = node.Next, looked++)
        {
            if (!tryPlace(node.Value))
            {
                continue;
            }

            list.Remove(node);
            Taken(workspaceId, list);
            return true;
        }

        return false;
    }

    private void Taken(Guid workspaceId, LinkedList<LiveJob> list)
    {
        Count--;
        counted(workspaceId, list.Count);
        if (list.Count == 0)
        {
            _waiting.Remove(workspaceId);
        }
    }
}
