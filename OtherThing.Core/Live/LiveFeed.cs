using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Threading.Channels;

namespace OtherThing.Core.Live;

/// <summary>What one can follow: a workspace, a run, a flow, a node.</summary>
/// <param name="Kind">The sort of thing.</param>
/// <param name="Id">Which one.</param>
public readonly record struct Topic(TopicKind Kind, Guid Id)
{
    /// <summary>Everything of a workspace's lists: tasks, runs, nodes, members, keys, usage.</summary>
    public static Topic Workspace(Guid id) => new(TopicKind.Workspace, id);

    /// <summary>One run: its steps, logs and tokens.</summary>
    public static Topic Run(Guid id) => new(TopicKind.Run, id);

    /// <summary>One flow's draft: edits, cursors.</summary>
    public static Topic Flow(Guid id) => new(TopicKind.Flow, id);

    /// <summary>One node: beats and jobs.</summary>
    public static Topic Node(Guid id) => new(TopicKind.Node, id);

    /// <summary>One person: their memberships and notices.</summary>
    public static Topic User(Guid id) => new(TopicKind.User, id);
}

/// <summary>The sort of thing a <see cref="Topic"/> is about.</summary>
public enum TopicKind
{
    /// <summary>A workspace.</summary>
    Workspace,

    /// <summary>A run.</summary>
    Run,

    /// <summary>A flow.</summary>
    Flow,

    /// <summary>A node.</summary>
    Node,

    /// <summary>A person.</summary>
    User,
}

/// <summary>
/// Something that happened: a small immutable record of the feature that says it. One without members only says "look again".
/// </summary>
public abstract record LiveEvent;

/// <summary>Where things that happen are said, and whoever looks hears them.</summary>
public interface ILiveFeed
{
    /// <summary>Says that something happened. Never blocks and never throws for a slow listener.</summary>
    void Publish(Topic topic, LiveEvent happened);

    /// <summary>Starts to listen; dispose the subscription to stop.</summary>
    /// <param name="topic">What to follow.</param>
    /// <param name="capacity">How many unread events are kept; past it the oldest go and <see cref="LiveSubscription.Missed"/> rises.</param>
    LiveSubscription Subscribe(Topic topic, int capacity = 1024);
}

/// <summary>One listener's bounded queue of events.</summary>
public sealed class LiveSubscription : IDisposable
{
    private readonly Channel<LiveEvent> _queue;
    private readonly Action<LiveSubscription> _left;
    private long _missed;

    internal LiveSubscription(int capacity, Action<LiveSubscription> left)
    {
        _left = left;
        _queue = Channel.CreateBounded<LiveEvent>(
            new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            _ => Interlocked.Increment(ref _missed));
    }

    /// <summary>How many events were dropped because this listener was slow: take a new snapshot when it rises.</summary>
    public long Missed => Interlocked.Read(ref _missed);

    /// <summary>The events, until the subscription is disposed.</summary>
    public ChannelReader<LiveEvent> Events => _queue.Reader;

    /// <inheritdoc/>
    public void Dispose()
    {
        _left(this);
        _queue.Writer.TryComplete();
    }

    internal void Offer(LiveEvent happened) => _queue.Writer.TryWrite(happened);
}

/// <summary>The feed of one process: a list of bounded queues per topic.</summary>
public sealed class LiveFeed : ILiveFeed
{
    private readonly ConcurrentDictionary<Topic, Listeners> _topics = new();

    /// <summary>How many subscriptions are open; a disposed page must leave none.</summary>
    public int SubscriptionCount => _topics.Values.Sum(listeners => listeners.Queues.Length);

    /// <inheritdoc/>
    public void Publish(Topic topic, LiveEvent happened)
    {
        if (!_topics.TryGetValue(topic, out var listeners))
        {
            return;
        }

        lock (listeners)
        {
            foreach (var queue in listeners.Queues)
            {
                queue.Offer(happened);
            }
        }
    }

    /// <inheritdoc/>
    public LiveSubscription Subscribe(Topic topic, int capacity = 1024)
    {
        var subscription = new LiveSubscription(capacity, left => Leave(topic, left));
        while (true)
        {
            var listeners = _topics.GetOrAdd(topic, _ => new Listeners());
            lock (listeners)
            {
                if (listeners.Closed)
                {
                    continue; // the last listener left between our look-up and the lock
                }

                listeners.Queues = listeners.Queues.Add(subscription);
                return subscription;
            }
        }
    }

    private void Leave(Topic topic, LiveSubscription subscription)
    {
        if (!_topics.TryGetValue(topic, out var listeners))
        {
            return;
        }

        lock (listeners)
        {
            listeners.Queues = listeners.Queues.Remove(subscription);
            if (listeners.Queues.IsEmpty)
            {
                listeners.Closed = true;
                _topics.TryRemove(new KeyValuePair<Topic, Listeners>(topic, listeners));
            }
        }
    }

    private sealed class Listeners
    {
        public ImmutableArray<LiveSubscription> Queues { get; set; } = [];

        public bool Closed { get; set; }
    }
}
