using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Access;
using OtherThing.Core.Approvals;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Tests;
using OtherThing.Core.Jobs;
using OtherThing.Core.Jobs.Dispatch;
using OtherThing.Core.Keys;
using OtherThing.Core.Nodes;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Grains;
using OtherThing.Core.Steps.Configs;
using OtherThing.Core.Tasks;
using OtherThing.Core.Workspaces;
using OtherThing.Lab.Processes;

namespace OtherThing.Tests.Web.Access.Rights;

/// <summary>Things made below the services, so that they can be anybody's: also a Viewer's, who once was more.</summary>
internal sealed partial class RightsScene
{
    private static readonly FlowStep s_start = new() { Id = "start", Type = "trigger.manual" };

    /// <summary>A flow that gives 1.</summary>
    public Task<Guid> FlowAsync(Guid maker) =>
        FlowAsync(maker, s_start, new FlowStep { Id = "done", Type = "output", Config = JsonElement.Parse("""{"value":1}""") });

    /// <summary>A flow whose schedule is to be published.</summary>
    public Task<Guid> ScheduledFlowAsync(Guid maker) => FlowAsync(
        maker, new FlowStep { Id = "start", Type = ScheduleTriggerConfig.StepType, Config = JsonElement.Parse("""{"cron":"0 3 * * *"}""") },
        new FlowStep { Id = "done", Type = "output", Config = JsonElement.Parse("""{"value":1}""") });

    /// <summary>A flow that has a signed webhook, which is to be published.</summary>
    public Task<Guid> SignedFlowAsync(Guid maker) => HookedFlowAsync(maker, """{"secret":"a-secret-of-sixteen-or-more"}""");

    /// <summary>A flow that has a webhook without a signature, which is to be published.</summary>
    public Task<Guid> UnsignedFlowAsync(Guid maker) => HookedFlowAsync(maker, "{}");

    /// <summary>A published flow with a webhook.</summary>
    public async Task<Guid> PublishedHookAsync(Guid maker)
    {
        var flow = await UnsignedFlowAsync(maker);
        var published = await Get<FlowService>().PublishAsync(Fresh(Members[Role.Owner]), WorkspaceId, flow, Cancel);
        Assert.True(published.IsSuccess, published.Error?.Message);
        return flow;
    }

    /// <summary>A run that has ended well.</summary>
    public async Task<Guid> EndedRunAsync(Guid starter)
    {
        var run = await StartAsync(starter, await FlowAsync(Other.Id));
        await EndedAsync(run);
        return run;
    }

    /// <summary>A run that has failed.</summary>
    public async Task<Guid> FailedRunAsync(Guid starter)
    {
        var call = new FlowStep { Id = "call", Type = "http.request", Config = JsonElement.Parse("""{"url":"http://169.254.1.1/"}""") };
        var run = await StartAsync(starter, await FlowAsync(Other.Id, s_start, call));
        await EndedAsync(run);
        return run;
    }

    /// <summary>A run that waits for ten minutes.</summary>
    public async Task<Guid> WaitingRunAsync(Guid starter)
    {
        var flow = await FlowAsync(Other.Id, s_start, new FlowStep { Id = "pause", Type = "logic.wait", Config = JsonElement.Parse("""{"seconds":600}""") });
        var run = await StartAsync(starter, flow);
        await Until.HoldsAsync(
            async () => (await Get<IRunStore>().FindAsync(run, Cancel)) is { } row && (row.Status == RunStatus.Waiting || row.Status.IsFinal()),
            "the run waits", Cancel);
        return run;
    }

    /// <summary>A run that waits and is held.</summary>
    public async Task<Guid> HeldRunAsync(Guid starter)
    {
        var run = await WaitingRunAsync(starter);
        await Get<RunService>().PauseAsync(Fresh(Members[Role.Owner]), WorkspaceId, run, Cancel);
        return run;
    }

    /// <summary>An open question to somebody.</summary>
    public async Task<Guid> ApprovalAsync(Guid asked)
    {
        var run = await EndedRunAsync(Other.Id);
        var flow = (await Get<IRunStore>().FindAsync(run, Cancel))!.FlowId;
        var id = Guid.CreateVersion7();
        await Get<IApprovalStore>().AddAsync(
            new Approval(id, WorkspaceId, flow, run, "ask", new ApprovalQuestion("Ship it?", "", asked, "[]", await TaskAsync(Other.Id)), Now.AddDays(1), Now),
            Cancel);
        return id;
    }

    public async Task<Guid> TaskAsync(Guid maker)
    {
        var task = new TaskItem(WorkspaceId, TaskRules.Check(new TaskDraft("Paint the boat")).Value, maker, Now);
        Assert.Equal(TaskSaving.Saved, await Get<ITaskStore>().AddAsync(task, new TaskPlace(TaskState.Todo), Cancel));
        return task.Id;
    }

    public async Task<Guid> DeletedTaskAsync(Guid maker)
    {
        var id = await TaskAsync(maker);
        var deleted = await Get<TaskService>().DeleteAsync(Fresh(Members[Role.Owner]), WorkspaceId, id, Cancel);
        Assert.True(deleted.IsSuccess, deleted.Error?.Message);
        return id;
    }

    public async Task<Guid> KeyAsync(Guid contributor)
    {
        var key = new ApiKey(
            Guid.CreateVersion7(), WorkspaceId, ApiProvider.Openai, $"Key {Guid.NewGuid():N}", new Uri("https://api.openai.com"), "…", contributor, Now);
        key.Seal(RandomNumberGenerator.GetBytes(64), RandomNumberGenerator.GetBytes(32));
        Assert.True(await Get<IKeyStore>().TryAddAsync(key, Cancel));
        return key.Id;
    }

    /// <summary>A machine of somebody that serves the workspace and was seen just now.</summary>
    public async Task<Guid> NodeAsync(Guid owner)
    {
        var node = await LooseNodeAsync(owner);
        await Get<INodeStore>().AttachAsync(node, [WorkspaceId], Now, Cancel);
        return node;
    }

    /// <summary>A machine of somebody that serves no workspace.</summary>
    public async Task<Guid> LooseNodeAsync(Guid owner)
    {
        var node = new Node(
            RandomNumberGenerator.GetBytes(91), new NodeFacts { HostName = "bench-" + Guid.NewGuid().ToString("N")[^6..], Os = "linux" }, "192.0.2.7", Now);
        Assert.Null(node.Claim(owner, name: null, joinsNewWorkspaces: false, Now));
        Assert.True(await Get<INodeStore>().TryAddAsync(node, Cancel));
        return node.Id;
    }

    /// <summary>A job that no machine fits.</summary>
    public async Task<Guid> JobAsync(Guid user)
    {
        var job = new Job
        {
            Id = Guid.CreateVersion7(),
            WorkspaceId = WorkspaceId,
            UserId = user,
            Kind = JobKind.Command,
            Effects = JobEffects.Once,
            Spec = new JobSpec { Command = ["true"], Requirements = new JobRequirements { Labels = ["none has it"] } },
            CreatedAt = Now,
        };
        await Get<JobDispatcher>().SubmitAsync(job, Cancel);
        return job.Id;
    }

    public async Task<Guid> InviteAsync(Guid maker)
    {
        var made = await Get<InviteService>().CreateAsync(Fresh(Members[Role.Owner]), WorkspaceId, new InviteDraft(Role.Member), Cancel);
        return made.Value.Invite.Id;
    }

    /// <summary>A test of a flow, saved from a run: the test's id; its flow is <see cref="FlowOf"/>.</summary>
    public async Task<Guid> SavedTestAsync(Guid maker)
    {
        var run = await EndedRunAsync(Other.Id);
        var flow = (await Get<IRunStore>().FindAsync(run, Cancel))!.FlowId;
        var saved = await Get<SavedTestService>().SaveRunAsync(Fresh(Members[Role.Owner]), WorkspaceId, flow, run, "Test", Cancel);
        Assert.True(saved.IsSuccess, saved.Error?.Message);
        _flowOf[saved.Value.Id] = flow;
        return saved.Value.Id;
    }

    /// <summary>The flow that a run ran, or that a test is of.</summary>
    public Guid FlowOf(Guid thing) => _flowOf[thing];

    private readonly Dictionary<Guid, Guid> _flowOf = [];

    private Task<Guid> HookedFlowAsync(Guid maker, string config) => FlowAsync(
        maker, new FlowStep { Id = "hook", Type = WebhookTriggerConfig.StepType, Config = JsonElement.Parse(config) },
        new FlowStep { Id = "done", Type = "output", Config = JsonElement.Parse("""{"value":1}""") });

    private async Task<Guid> FlowAsync(Guid maker, FlowStep first, FlowStep second)
    {
        var definition = FlowDocument.Empty with { Steps = [first, second], Connections = [new FlowConnection { From = first.Id, To = second.Id }] };
        // As saving does: what is secret is sealed before it is kept.
        foreach (var listener in server.Services.GetServices<IFlowListener>())
        {
            definition = (await listener.SavingAsync(WorkspaceId, definition, Cancel)).Value;
        }

        var flow = new Flow(WorkspaceId, "Flow " + Guid.NewGuid().ToString("N")[^6..], "", definition, maker, Now);
        await Get<IFlowStore>().AddAsync(flow, Cancel);
        return flow.Id;
    }

    private async Task<Guid> StartAsync(Guid starter, Guid flow)
    {
        var owner = Fresh(Members[Role.Owner]);
        var head = (await Get<IFlowStore>().FindHeadAsync(WorkspaceId, flow, Cancel))!;
        Assert.True((await Get<RunStarter>().PrepareAsync(WorkspaceId, head, head.Revision, owner.UserId!.Value, Cancel)).IsSuccess);
        var started = await Get<RunStarter>().BeginAsync(
            new StartRun
            {
                WorkspaceId = WorkspaceId,
                FlowId = flow,
                FlowName = head.Name,
                FlowVersion = head.Revision,
                Trigger = RunTrigger.Manual,
                StartedBy = starter,
                Input = "{}",
            },
            head);
        Assert.True(started.IsSuccess, started.Error?.Message);
        _flowOf[started.Value] = flow;
        return started.Value;
    }

    private Task EndedAsync(Guid run) => Until.HoldsAsync(
        async () => (await Get<IRunStore>().FindAsync(run, Cancel)) is { Status: var status } && status.IsFinal(), "the run ends", Cancel);
}
