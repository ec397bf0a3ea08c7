using Microsoft.Extensions.Logging;
using OtherThing.Core.Nodes;

namespace OtherThing.Core.Jobs.Dispatch;

/// <summary>
/// Which nodes serve which workspace. Members, attachments and rights change under us, so what is known is used for two seconds at most and
/// read anew after one, or when somebody says that it changed; it is read outside of the dispatcher's loop, which never waits for the database.
/// </summary>
internal sealed partial class ServingNodes(INodeStore nodes, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_usable = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, Known> _known = [];
    private readonly Dictionary<Guid, Read> _reads = [];
    private int _round;

    /// <summary>What is known now; null when nothing is that may still be used.</summary>
    public Serving? Find(Guid workspaceId)
    {
        lock (_gate)
        {
            return _known.TryGetValue(workspaceId, out var known) && clock.GetElapsedTime(known.At) < s_usable ? known.Serving : null;
        }
    }

    /// <summary>Reads what is not known, or not fresh; ends at once when all is. Without the database it ends, too, and nothing is known then.</summary>
    public Task FreshenAsync(params IReadOnlyCollection<Guid> workspaceIds)
    {
        lock (_gate)
        {
            var reads = workspaceIds.Where(id => !IsFreshLocked(id)).Select(Begin).ToArray();
            return reads.Length == 0 ? Task.CompletedTask : Task.WhenAll(reads);
        }
    }

    /// <summary>Something changed: nothing that was read, or is being read, is fresh any more.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _round++;
        }
    }

    /// <summary>True when nothing better could be read about a workspace now.</summary>
    public bool IsFresh(Guid workspaceId)
    {
        lock (_gate)
        {
            return IsFreshLocked(workspaceId);
        }
    }

    private bool IsFreshLocked(Guid workspaceId) =>
        _known.TryGetValue(workspaceId, out var known) && known.Round == _round && clock.GetElapsedTime(known.At) < s_fresh;

    /// <summary>One read of a workspace at a time, and one more behind it for all who ask since something changed.</summary>
    private Task Begin(Guid workspaceId)
    {
        if (_reads.TryGetValue(workspaceId, out var last) && (last.Round is null || last.Round == _round))
        {
            return last.Task;
        }

        var (before, read) = (last?.Task ?? Task.CompletedTask, new Read());
        _reads[workspaceId] = read;
        return read.Task = Task.Run(async () =>
        {
            await before;
            await ReadAsync(workspaceId, read);
        });
    }

    private async Task ReadAsync(Guid workspaceId, Read read)
    {
        lock (_gate)
        {
            read.Round = _round;
        }

        var (at, serving) = (clock.GetTimestamp(), (Serving?)null);
        try
        {
            var ids = await nodes.ListServingIdsAsync(workspaceId, CancellationToken.None);
            serving = new Serving(ids.ToHashSet(), await nodes.FindLeastSandboxAsync(workspaceId, CancellationToken.None));
        }
        catch (Exception failure)
        {
            // Without the database nothing new is placed; the job waits and is looked at again with the next tick.
            LogServingUnknown(failure, workspaceId);
        }

        lock (_gate)
        {
            if (_reads.TryGetValue(workspaceId, out var last) && last == read)
            {
                _reads.Remove(workspaceId);
            }

            if (serving is null)
            {
                _known.Remove(workspaceId);
            }
            else
            {
                _known[workspaceId] = new Known(serving, at, read.Round.Value);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Which nodes serve workspace {WorkspaceId} could not be read")]
    private partial void LogServingUnknown(Exception failure, Guid workspaceId);

    private sealed record Known(Serving Serving, long At, int Round);

    private sealed class Read
    {
        /// <summary>What had changed when it began; null while it waits for the one before it.</summary>
        public int? Round { get; set; }

        public Task Task { get; set; } = Task.CompletedTask;
    }
}

/// <summary>Who serves a workspace, and how well it wants its jobs kept apart.</summary>
/// <param name="Nodes">The nodes.</param>
/// <param name="LeastSandbox">The least class of sandbox; null for any.</param>
internal sealed record Serving(IReadOnlySet<Guid> Nodes, string? LeastSandbox);
