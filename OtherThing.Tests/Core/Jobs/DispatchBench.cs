using System.Threading.Channels;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OtherThing.Core.Access;
using OtherThing.Core.Jobs;
using OtherThing.Core.Jobs.Dispatch;
using OtherThing.Core.Nodes;
using OtherThing.Data.Jobs;
using OtherThing.Data.Nodes;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Core.Jobs;

/// <summary>A dispatcher over a real database file, with nodes that are written by hand and a clock that is moved by hand.</summary>
internal sealed class DispatchBench : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly List<JobDispatcher> _running = [];
    private Func<IJobStore, IJobStore> _wrap = store => store;
    private Func<INodeStore, INodeStore> _wrapNodes = nodes => nodes;

    private DispatchBench()
    {
        _database = new TestDatabase(services =>
        {
            services.AddSingleton<TimeProvider>(Clock);
            services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
            services.AddNodesData().AddJobsData().AddNodesCore();
        });
    }

    public FakeTimeProvider Clock { get; } = new(DateTimeOffset.UtcNow);

    public IJobStore Store => _database.Get<IJobStore>();

    public Guid WorkspaceId { get; private set; }

    public Actor Owner { get; private set; } = Actor.Anonymous;

    public JobDispatcher Dispatcher { get; private set; } = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <param name="wrap">Puts something between the dispatcher and the database.</param>
    /// <param name="wrapNodes">The same for what it reads of nodes.</param>
    public static async Task<DispatchBench> StartAsync(Func<IJobStore, IJobStore>? wrap = null, Func<INodeStore, INodeStore>? wrapNodes = null)
    {
        var bench = new DispatchBench { _wrap = wrap ?? (store => store), _wrapNodes = wrapNodes ?? (nodes => nodes) };
        (bench.WorkspaceId, bench.Owner) = await bench._database.AddWorkspaceAsync();
        await bench.StartDispatcherAsync();
        return bench;
    }

    /// <summary>Another dispatcher on the same database, as after a restart; the one before is stopped first.</summary>
    /// <param name="share">The jobs it answers for; null for all.</param>
    public async Task RestartAsync(JobShare? share = null)
    {
        await Dispatcher.StopAsync(Cancellation);
        await StartDispatcherAsync(share);
    }

    /// <summary>A node of the owner that serves the workspace and has a session.</summary>
    public async Task<BenchNode> AddNodeAsync(double cores = 4)
    {
        var facts = new NodeFacts
        {
            HostName = "bench",
            Os = "linux",
            Kinds = ["command", "script"],
            Resources = new NodeResources { CpuCores = cores, MemoryMb = 8192 },
        };
        var node = new Node(Guid.NewGuid().ToByteArray(), facts, null, Clock.GetUtcNow().UtcDateTime);
        Assert.Null(node.Claim(Owner.UserId!.Value, null, joinsNewWorkspaces: false, Clock.GetUtcNow().UtcDateTime));
        Assert.True(await _database.Get<INodeStore>().TryAddAsync(node, Cancellation));
        await _database.Get<INodeStore>().AttachOneAsync(node.Id, WorkspaceId, Clock.GetUtcNow().UtcDateTime, Cancellation);
        var connected = new BenchNode(node, this);
        await connected.ConnectAsync();
        return connected;
    }

    public Job NewJob(JobEffects effects = JobEffects.Once, JobKind kind = JobKind.Command, JobRequirements? demand = null) => new()
    {
        Id = Guid.CreateVersion7(),
        WorkspaceId = WorkspaceId,
        UserId = Owner.UserId!.Value,
        Kind = kind,
        Effects = effects,
        Spec = new JobSpec { Command = ["true"], Requirements = demand ?? new JobRequirements(), TimeoutSeconds = 3600 },
        CreatedAt = Clock.GetUtcNow().UtcDateTime,
    };

    public Task<LiveJob> SubmitAsync(Job job) => Dispatcher.SubmitAsync(job, Cancellation);

    public async Task<Job> ReadAsync(Guid jobId) => (await Store.FindAsync(jobId, Cancellation))!;

    public static Task<JobResult> EndOf(LiveJob job) => job.Ended.Task.WithPatience();

    public async ValueTask DisposeAsync()
    {
        foreach (var dispatcher in _running)
        {
            await dispatcher.StopAsync(CancellationToken.None);
            dispatcher.Dispose();
        }

        await _database.DisposeAsync();
    }

    private async Task StartDispatcherAsync(JobShare? share = null)
    {
        Dispatcher = ActivatorUtilities.CreateInstance<JobDispatcher>(
            _database.Services, _wrap(Store), _wrapNodes(_database.Get<INodeStore>()), share ?? JobShare.Everything);
        _running.Add(Dispatcher);
        await Dispatcher.StartAsync(Cancellation);
    }
}

/// <summary>A node's side of the conversation.</summary>
internal sealed class BenchNode(Node node, DispatchBench bench) : INodeSession
{
    private readonly Channel<NodeCommand> _commands = Channel.CreateUnbounded<NodeCommand>();

    public Guid NodeId => node.Id;

    public void Send(NodeCommand command) => _commands.Writer.TryWrite(command);

    public void Close(SessionEnd reason, string text) => _commands.Writer.TryComplete();

    public async Task<NodeCommand.Welcome> ConnectAsync(params IReadOnlyList<HeldAttempt> held)
    {
        bench.Dispatcher.Connected(NodeProfile.Of(node), this, 1, "00", new NodePolicy(new NodeLimits(), [bench.WorkspaceId], false), held);
        return await NextAsync<NodeCommand.Welcome>();
    }

    public void Disconnect() => bench.Dispatcher.Disconnected(this);

    public void Beat(params IReadOnlyList<AttemptRef> running) => bench.Dispatcher.Beat(this, new NodeBeat(1, null, false, running));

    public async Task<Job> AssignedAsync() => (await NextAsync<NodeCommand.Assign>()).Job;

    public static AttemptRef Ref(Job job) => new(job.AttemptId!.Value, job.Fence);

    public void Say(Job job, AttemptEventKind kind, uint no, Func<AttemptEvent, AttemptEvent>? change = null)
    {
        var happened = new AttemptEvent { Attempt = Ref(job), EventNo = no, Kind = kind };
        bench.Dispatcher.Happened(this, change is null ? happened : change(happened));
    }

    public async Task<NodeCommand.Ack> AckAsync(Job job, AttemptEventKind kind, uint no, Func<AttemptEvent, AttemptEvent>? change = null)
    {
        Say(job, kind, no, change);
        return await NextAsync<NodeCommand.Ack>();
    }

    /// <summary>The next command of a kind; others before it are skipped.</summary>
    public async Task<T> NextAsync<T>()
        where T : NodeCommand
    {
        while (true)
        {
            if (await _commands.Reader.NextAsync() is T wanted)
            {
                return wanted;
            }
        }
    }

    public IReadOnlyList<NodeCommand> Unread()
    {
        var all = new List<NodeCommand>();
        while (_commands.Reader.TryRead(out var command))
        {
            all.Add(command);
        }

        return all;
    }
}
