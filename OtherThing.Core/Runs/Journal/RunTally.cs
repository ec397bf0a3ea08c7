using System.Collections.Concurrent;
using OtherThing.Core.Access;
using OtherThing.Core.Results;

namespace OtherThing.Core.Runs.Journal;

/// <summary>How many runs a workspace keeps and since when. To count a million takes a while, so a page that looks again every moment gets the last
/// count.</summary>
public sealed class RunTally(IRunStore runs, Door door, TimeProvider clock)
{
    /// <summary>A count is good for so long.</summary>
    public static TimeSpan GoodFor { get; } = TimeSpan.FromMinutes(1);

    private const int MostRemembered = 1_000;

    private readonly ConcurrentDictionary<Guid, (RunsKept Kept, DateTime At)> _counted = new();

    /// <summary>The runs a workspace keeps (A39), at most a minute old.</summary>
    public async Task<Result<RunsKept>> ReadAsync(Actor actor, Guid workspaceId, CancellationToken cancellationToken)
    {
        if ((await door.EnterAsync(actor, workspaceId, Operations.RunRead, cancellationToken)).Error is { } refusal)
        {
            return refusal;
        }

        var now = clock.GetUtcNow().UtcDateTime;
        if (_counted.TryGetValue(workspaceId, out var last) && now - last.At < GoodFor)
        {
            return last.Kept;
        }

        if (_counted.Count >= MostRemembered)
        {
            _counted.Clear();
        }

        var kept = await runs.CountKeptAsync(workspaceId, cancellationToken);
        _counted[workspaceId] = (kept, now);
        return kept;
    }
}
