using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OtherThing.Core.Live;
using OtherThing.Core.Nodes;

namespace OtherThing.Core.Jobs.Dispatch;

/// <summary>
/// Owns every job that has not ended: queue, placement, leases. One loop changes state in memory and hands each transition to the
/// journal; what others may see or act on (a frame to a node, an answer to a caller) happens after the commit.
/// </summary>
/// <remarks>No polling: a submitted job is placed in the same pass that takes it in, a freed node takes the next at once.</remarks>
public sealed partial class JobDispatcher : BackgroundService
{
    private const int MaxAttempts = 5;
    private const int RecentCapacity = 20_000;

    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_cancelWait = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_logWait = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_timeoutSlack = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_exclusiveSlack = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_servingAge = TimeSpan.FromSeconds(1);

    private readonly Channel<Func<Task>> _inbox = Channel.CreateUnbounded<Func<Task>>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<Guid, LiveJob> _live = new();
    private readonly ConcurrentDictionary<Guid, LiveJob> _ending = new();
    private readonly ConcurrentDictionary<Guid, int> _runningOn = new();
    private readonly ConcurrentDictionary<Guid, int> _waitingIn = new();
    private readonly Dictionary<Guid, LiveJob> _byAttempt = [];
    private readonly Dictionary<Guid, LiveJob> _foreign = [];
    private readonly Dictionary<Guid, NodeSlot> _slots = [];
    private readonly Dictionary<Guid, (HashSet<Guid> Nodes, string? LeastSandbox, long LoadedAt)> _serving = [];
    private readonly HashSet<Guid> _recent = [];
    private readonly Queue<Guid> _recentOrder = new();
    private readonly JobQueue _queue;
    private readonly JobJournal _journal;
    private readonly IJobStore _store;
    private readonly INodeStore _nodes;
    private readonly ILiveFeed _feed;
    private readonly TimeProvider _clock;
    private readonly NodesOptions _options;
    private readonly ILogger<JobDispatcher> _logger;

    /// <summary>A dispatcher that starts with the host.</summary>
    public JobDispatcher(
        IJobStore store, INodeStore nodes, ILiveFeed feed, TimeProvider clock, IOptions<NodesOptions> options, ILoggerFactory loggers)
    {
        _store = store;
        _queue = new JobQueue((workspaceId, count) => _waitingIn[workspaceId] = count);
        _nodes = nodes;
        _feed = feed;
        _clock = clock;
        _options = options.Value;
        _logger = loggers.CreateLogger<JobDispatcher>();
        _journal = new JobJournal(store, clock, loggers.CreateLogger<JobJournal>());
    }

    private DateTime Now => _clock.GetUtcNow().UtcDateTime;

    /// <summary>How many jobs run on a node now.</summary>
    public int RunningOn(Guid nodeId) => _runningOn.GetValueOrDefault(nodeId);

    /// <summary>How many jobs wait or run now.</summary>
    public int OpenCount => _live.Count;

    /// <summary>A job whose end is not committed yet.</summary>
    internal LiveJob? Find(Guid jobId) => _live.GetValueOrDefault(jobId) ?? _ending.GetValueOrDefault(jobId);

    /// <summary>How many jobs of a workspace wait for a node.</summary>
    internal int WaitingIn(Guid workspaceId) => _waitingIn.GetValueOrDefault(workspaceId);

    /// <summary>The ends of a batch's jobs that have not come yet.</summary>
    internal IEnumerable<Task> EndsOf(Guid workspaceId, Guid batchId) => _live.Concat(_ending)
        .Where(pair => pair.Value.Row.BatchId == batchId && pair.Value.Row.WorkspaceId == workspaceId)
        .Select(pair => pair.Value.Ended.Task);

    /// <summary>The jobs of a run that no node has, those that have waited longest first.</summary>
    internal IReadOnlyList<LiveJob> WaitingFor(Guid workspaceId, Guid runId) =>
    [
        .. _live.Values
            .Where(job => job.Row.RunId == runId && job.Row.WorkspaceId == workspaceId && job.Row.Status == JobStatus.Queued)
            .OrderBy(job => job.Row.CreatedAt),
    ];

    /// <summary>Queues a job, or finds the one with its id; returns when it is committed.</summary>
    internal Task<LiveJob> SubmitAsync(Job job, CancellationToken cancellationToken) => SubmitAsync(job, null, cancellationToken);

    /// <summary>The same; <paramref name="log"/> hears the output from its first byte.</summary>
    internal async Task<LiveJob> SubmitAsync(Job job, Action<string, string>? log, CancellationToken cancellationToken)
    {
        var taken = new TaskCompletionSource<LiveJob>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() => OnSubmitAsync(job, log, taken));
        return await taken.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Queues a batch; returns when all its jobs are committed.</summary>
    internal async Task SubmitAsync(JobBatch batch, IReadOnlyList<Job> jobs, CancellationToken cancellationToken)
    {
        _journal.Write(new JobWrite.Batch(batch));
        await Task.WhenAll(jobs.Select(job => SubmitAsync(job, cancellationToken)));
    }

    /// <summary>Stops a job for good.</summary>
    /// <returns>True when it had not ended; it cannot succeed any more.</returns>
    internal Task<bool> CancelAsync(Guid jobId, string reason)
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() =>
        {
            OnCancel(jobId, reason, done);
            return Task.CompletedTask;
        });
        return done.Task;
    }

    /// <summary>Makes a member's live jobs of a workspace be for another one; their rows are the caller's.</summary>
    internal Task HandOverAsync(Guid workspaceId, Guid userId, Guid toUserId)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() =>
        {
            foreach (var job in _live.Values.Where(job => job.Row.WorkspaceId == workspaceId && job.Row.UserId == userId))
            {
                job.Row.UserId = toUserId;
            }

            done.SetResult();
            return Task.CompletedTask;
        });
        return done.Task;
    }

    /// <summary>What each node says to a job, as placement sees it now.</summary>
    internal Task<IReadOnlyList<NodeVerdict>> ExplainAsync(Job job, IReadOnlyList<Node> nodes)
    {
        var done = new TaskCompletionSource<IReadOnlyList<NodeVerdict>>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(async () =>
        {
            await LoadServingAsync(job.WorkspaceId);
            done.SetResult([.. nodes.Select(node => Judge(job, node))]);
        });
        return done.Task;
    }

    /// <summary>The nodes or the workspaces they serve have changed: look again.</summary>
    internal void NodesChanged() => Post(() =>
    {
        _serving.Clear();
        return PlaceWaitingAsync();
    });

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var giveUp = new CancellationTokenSource();
        var journal = _journal.RunAsync(giveUp.Token);
        try
        {
            await RecoverAsync(stoppingToken);
            var ticking = TickAsync(stoppingToken);
            await foreach (var handle in _inbox.Reader.ReadAllAsync(stoppingToken))
            {
                await HandleAsync(handle);
            }

            await ticking;
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops: what is queued for the database still goes there.
        }

        _journal.Complete();
        giveUp.CancelAfter(TimeSpan.FromSeconds(5));
        await journal;
    }

    private void Post(Func<Task> handle) => _inbox.Writer.TryWrite(handle);

    private async Task HandleAsync(Func<Task> handle)
    {
        try
        {
            await handle();
        }
        catch (Exception failure)
        {
            // One bad message must not stop the work of everybody else.
            LogHandlerFailed(failure);
        }
    }

    private async Task TickAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_tick, _clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            Post(OnTickAsync);
        }
    }

    private async Task RecoverAsync(CancellationToken stoppingToken)
    {
        foreach (var row in await _store.ListOpenAsync(stoppingToken))
        {
            var job = new LiveJob(row, _clock);
            _live[row.Id] = job;
            if (row.AttemptId is not { } attemptId)
            {
                _queue.Add(job);
                continue;
            }

            var rows = await _store.ReadLogAsync(attemptId, stoppingToken);
            foreach (var piece in rows)
            {
                job.Log(piece.Stream).Take(new LogPiece(job.Attempt, piece.Stream, piece.Offset, piece.Data, piece.Dropped));
            }

            foreach (var stream in s_streams)
            {
                job.HasRows(stream, rows.Count(row => row.Stream == stream));
            }

            // Nobody could beat while we were away: no attempt is lost before twice the lease from now.
            job.LeaseEnds = After(_options.Lease * 2);
            job.WaitEnds = row.AttemptStatus == AttemptStatus.Disconnected ? After((_options.Lease * 2) + WindowOf(job)) : job.LeaseEnds;
            Hold(job, Slot(row.NodeId!.Value));
        }

        if (!_live.IsEmpty)
        {
            LogRecovered(_live.Count, _queue.Count);
        }
    }

    private long After(TimeSpan wait) => _clock.GetTimestamp() + (long)(wait.TotalSeconds * _clock.TimestampFrequency);

    private TimeSpan WindowOf(LiveJob job) => job.Row.Effects == JobEffects.Exclusive ? s_exclusiveSlack : _options.Reconnect;

    [LoggerMessage(Level = LogLevel.Error, Message = "The job dispatcher could not handle a message")]
    private partial void LogHandlerFailed(Exception failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "Taken over from the last start: {Open} open jobs, {Queued} of them queued")]
    private partial void LogRecovered(int open, int queued);
}
