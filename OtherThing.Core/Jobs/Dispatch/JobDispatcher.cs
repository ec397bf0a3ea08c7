using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OtherThing.Core.Jobs.Machine;
using OtherThing.Core.Live;
using OtherThing.Core.Nodes;

namespace OtherThing.Core.Jobs.Dispatch;

/// <summary>
/// Owns every open job of its share: queue, slots of nodes, sessions. One loop tells <see cref="JobMachine"/> what happened, keeps what comes
/// of it and hands each transition to the journal; what others may see or act on (a frame to a node, an answer to a caller) happens after the
/// commit.
/// </summary>
/// <remarks>
/// No polling: a submitted job is placed in the pass that takes it in, a freed node takes the next at once. Messages are plain calls: the loop
/// waits for nothing, so what has to be read is read before a message is posted, or by one that answers with another.
/// </remarks>
public sealed partial class JobDispatcher : BackgroundService
{
    private const int RecentCapacity = 20_000;

    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(500);

    private readonly Channel<Action> _inbox = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<Guid, LiveJob> _live = new();
    private readonly ConcurrentDictionary<Guid, LiveJob> _ending = new();
    private readonly ConcurrentDictionary<Guid, int> _runningOn = new();
    private readonly ConcurrentDictionary<Guid, int> _waitingIn = new();
    private readonly Dictionary<Guid, LiveJob> _byAttempt = [];
    private readonly Dictionary<Guid, NodeSlot> _slots = [];
    private readonly HashSet<Guid> _recent = [];
    private readonly Queue<Guid> _recentOrder = new();
    private readonly JobMachine _machine;
    private readonly JobQueue _queue;
    private readonly JobJournal _journal;
    private readonly JobShare _share;
    private readonly ServingNodes _serving;
    private readonly IJobStore _store;
    private readonly ILiveFeed _feed;
    private readonly TimeProvider _clock;
    private readonly NodesOptions _options;
    private readonly ILogger<JobDispatcher> _logger;

    /// <summary>A dispatcher that starts with the host.</summary>
    public JobDispatcher(
        IJobStore store, INodeStore nodes, ILiveFeed feed, TimeProvider clock, IOptions<NodesOptions> options, JobShare share, ILoggerFactory loggers)
    {
        (_store, _feed, _clock, _options, _share) = (store, feed, clock, options.Value, share);
        _logger = loggers.CreateLogger<JobDispatcher>();
        _machine = new JobMachine(JobTerms.Of(_options));
        _queue = new JobQueue((workspaceId, count) => _waitingIn[workspaceId] = count);
        _journal = new JobJournal(store, clock, loggers.CreateLogger<JobJournal>());
        _serving = new ServingNodes(nodes, clock, _logger);
    }

    private DateTime Now => _clock.GetUtcNow().UtcDateTime;

    private JobTime Moment => new(Now, _clock.GetElapsedTime(0));

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
        await _serving.FreshenAsync(job.WorkspaceId).WaitAsync(cancellationToken);
        return await TakeInAsync(job, log, cancellationToken);
    }

    /// <summary>Queues a batch; returns when all its jobs are committed.</summary>
    internal async Task SubmitAsync(JobBatch batch, IReadOnlyList<Job> jobs, CancellationToken cancellationToken)
    {
        await _serving.FreshenAsync(batch.WorkspaceId).WaitAsync(cancellationToken);
        _journal.Write(new JobWrite.Batch(batch));
        await Task.WhenAll(jobs.Select(job => TakeInAsync(job, null, cancellationToken)));
    }

    /// <summary>Stops a job for good.</summary>
    /// <returns>True when it had not ended; it cannot succeed any more.</returns>
    internal Task<bool> CancelAsync(Guid jobId, string reason)
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() =>
        {
            if (_live.TryGetValue(jobId, out var job))
            {
                Apply(job, new JobEvent.Cancel(reason), heard: kept => done.TrySetResult(kept));
            }
            else
            {
                done.SetResult(false);
            }
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
                job.State = job.State with { Job = job.Row with { UserId = toUserId } };
            }

            done.SetResult();
        });
        return done.Task;
    }

    /// <summary>What each node says to a job, as placement sees it now.</summary>
    internal async Task<IReadOnlyList<NodeVerdict>> ExplainAsync(Job job, IReadOnlyList<Node> nodes)
    {
        await _serving.FreshenAsync(job.WorkspaceId);
        var done = new TaskCompletionSource<IReadOnlyList<NodeVerdict>>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() => done.SetResult([.. nodes.Select(node => Judge(job, node))]));
        return await done.Task;
    }

    /// <summary>The nodes or the workspaces they serve have changed: look again.</summary>
    internal void NodesChanged() => Post(() =>
    {
        _serving.Forget();
        LookAndPlace();
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
                Handle(handle);
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

    private void Post(Action handle) => _inbox.Writer.TryWrite(handle);

    private void Handle(Action handle)
    {
        try
        {
            handle();
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
            Post(OnTick);
        }
    }

    /// <summary>No status waits for ever: what nobody answered in time moves on here.</summary>
    private void OnTick()
    {
        if (!_journal.IsHealthy)
        {
            return; // while nothing can be written, nothing may expire
        }

        foreach (var (_, job) in _live)
        {
            WriteDueRows(job);
            var isHere = job.Row.NodeId is { } nodeId && _slots.TryGetValue(nodeId, out var slot) && slot.Session is not null;
            Apply(job, isHere ? JobEvent.Tick.WithNode : JobEvent.Tick.WithoutNode);
        }

        FollowForeign();
        LookAndPlace();
    }

    /// <summary>Takes over what of its share is open, before it takes anything in.</summary>
    private async Task RecoverAsync(CancellationToken stoppingToken)
    {
        foreach (var row in await _store.ListOpenAsync(_share, stoppingToken))
        {
            var job = new LiveJob(row, _clock);
            if (row.AttemptId is { } attemptId)
            {
                var rows = await _store.ReadLogAsync(attemptId, stoppingToken);
                TakeUpLog(job, rows);
            }

            job.State = _machine.Recover(row, job.LogEnds, Moment);
            _live[row.Id] = job;
            if (row.NodeId is { } nodeId && row.AttemptId is not null)
            {
                Hold(job, Slot(nodeId));
            }
            else
            {
                _queue.Add(job);
            }
        }

        if (!_live.IsEmpty)
        {
            LogRecovered(_live.Count, _queue.Count);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The job dispatcher could not handle a message")]
    private partial void LogHandlerFailed(Exception failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "Taken over from the last start: {Open} open jobs, {Queued} of them queued")]
    private partial void LogRecovered(int open, int queued);
}
