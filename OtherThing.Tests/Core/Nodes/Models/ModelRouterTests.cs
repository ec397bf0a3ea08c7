using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Access;
using OtherThing.Core.Nodes;
using OtherThing.Core.Nodes.Models;
using OtherThing.Data.Jobs;
using OtherThing.Data.Nodes;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Core.Nodes.Models;

/// <summary>Which machine a call of a model goes to, over real rows of machines.</summary>
public sealed class ModelRouterTests : IAsyncDisposable
{
    private static readonly HashSet<EndpointKey> s_none = [];

    private readonly TestDatabase _database = new(services =>
    {
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        services.AddNodesData().AddJobsData().AddNodesCore();
    });

    private Guid _workspace;
    private Actor _owner = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ModelRouter Router => _database.Get<ModelRouter>();

    private NodeLinks Links => _database.Get<NodeLinks>();

    [Fact]
    public async Task Take_LoadedComesFirst_ThenTheLeastBusy()
    {
        await AddAsync("Cold", Model("llama3.2", loaded: false) with { Slots = 2 });
        await AddAsync("Unsure", Model("llama3.2", loaded: null) with { Slots = 2 });
        await AddAsync("Warm", Model("llama3.2", loaded: true) with { Slots = 2 });
        await AddAsync("Hot", Model("llama3.2", loaded: true) with { Slots = 2 });

        var taken = new List<string>();
        for (var count = 0; count < 8; count++)
        {
            taken.Add((await TakeAsync()).NodeName);
        }

        Assert.Equal(["Hot", "Warm"], taken[..2].Order());
        Assert.Equal(["Hot", "Warm"], taken[2..4].Order());
        Assert.Equal(["Unsure", "Unsure", "Cold", "Cold"], taken[4..]);
    }

    [Fact]
    public async Task Take_OllamasLatest_IsMeantByTheShortName()
    {
        await AddAsync("Attic", Model("llama3.2:latest"));

        Assert.Equal("llama3.2:latest", (await TakeAsync()).Model);
    }

    [Fact]
    public async Task Take_AllBusy_WaitsForTheFirstThatGetsFreeInTheOrderTheyCame()
    {
        await AddAsync("Attic", Model("llama3.2"));
        var first = await TakeAsync();
        var second = TakeAsync();
        await Patience.UntilAsync(() => Router.Waiting == 1, "the second waits");
        var third = TakeAsync();
        await Patience.UntilAsync(() => Router.Waiting == 2, "the third waits");

        first.Dispose();
        var next = await second.WithPatience();

        Assert.False(third.IsCompleted);
        next.Dispose();
        await third.WithPatience();
    }

    [Fact]
    public async Task Take_GivenUpWhileWaiting_LeavesItsPlaceToTheNext()
    {
        await AddAsync("Attic", Model("llama3.2"));
        var first = await TakeAsync();
        using var gone = new CancellationTokenSource();
        var givenUp = Router.TakeAsync(_workspace, "llama3.2", s_none, gone.Token);
        await Patience.UntilAsync(() => Router.Waiting == 1, "it waits");
        var third = TakeAsync();
        await Patience.UntilAsync(() => Router.Waiting == 2, "the third waits");

        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givenUp);
        first.Dispose();

        await third.WithPatience();
        Assert.Equal(0, Router.Waiting);
    }

    [Fact]
    public async Task Take_MachineComesWhileAllAreBusy_IsTaken()
    {
        await AddAsync("Attic", Model("llama3.2"));
        await TakeAsync();
        var waiting = TakeAsync();
        await Patience.UntilAsync(() => Router.Waiting == 1, "it waits");

        await AddAsync("Den", Model("llama3.2"));

        Assert.Equal("Den", (await waiting.WithPatience()).NodeName);
    }

    [Fact]
    public async Task Take_FailedEndpoint_IsNotAskedTwiceByOneCallAndIsTheLastChoiceOfOthers()
    {
        await AddAsync("Dead", Model("llama3.2", loaded: true));
        await AddAsync("Alive", Model("llama3.2", loaded: false));
        var dead = await TakeAsync();

        dead.Doubt();
        dead.Dispose();
        var next = await Router.TakeAsync(_workspace, "llama3.2", new HashSet<EndpointKey> { dead.Key }, Cancellation);
        next.Value.Dispose();
        var other = await TakeAsync();
        var none = await Router.TakeAsync(_workspace, "llama3.2", new HashSet<EndpointKey> { dead.Key, other.Key }, Cancellation);

        Assert.Equal(("Dead", "Alive", "Alive"), (dead.NodeName, next.Value.NodeName, other.NodeName));
        Assert.Equal("ai.no_machine", none.Error!.Code);
    }

    [Fact]
    public async Task Take_NoMachineServesAnything_SaysWhatToDo()
    {
        await _database.AddWorkspaceAsync();

        var none = await Router.TakeAsync(Guid.NewGuid(), "llama3.2", s_none, Cancellation);

        Assert.Equal(
            "No machine of this workspace serves llama3.2. Start Ollama on one and allow models: otherthing-node policy set --allow model", none.Error!.Message);
    }

    [Fact]
    public async Task Take_MachinesServeOthers_NamesThem()
    {
        await AddAsync("Attic", Model("qwen3:8b"));

        var none = await Router.TakeAsync(_workspace, "llama3.2", s_none, Cancellation);

        Assert.Equal(
            "No machine of this workspace serves llama3.2. They serve qwen3:8b: choose one of them, or load llama3.2 on one of the machines.",
            none.Error!.Message);
    }

    [Theory]
    [InlineData("draining", "Attic has llama3.2, but it is draining.")]
    [InlineData("paused", "Attic has llama3.2, but its owner paused it.")]
    public async Task Take_TheOnlyMachineTakesNoWork_SaysWhy(string state, string words)
    {
        var node = await AddAsync("Attic", Model("llama3.2"));
        await ChangeAsync(node, found =>
        {
            if (state == "draining")
            {
                found.Drain(DateTime.UtcNow);
            }
            else
            {
                found.Pause(true);
            }
        });

        var none = await Router.TakeAsync(_workspace, "llama3.2", s_none, Cancellation);

        Assert.StartsWith(words, none.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Take_OwnerLetsOnlyAnotherWorkspaceIn_OrForbidsModels_IsNoOffer()
    {
        await AddAsync("Closed", Model("llama3.2"), facts => facts with { OnlyWorkspaces = [Guid.NewGuid()] });
        await AddAsync("Forbidden", Model("llama3.2"), facts => facts with { Kinds = ["command"] });

        Assert.Equal("ai.no_machine", (await Router.TakeAsync(_workspace, "llama3.2", s_none, Cancellation)).Error!.Code);
    }

    [Fact]
    public async Task Take_MachineOfAnotherWorkspace_IsNoOffer()
    {
        await AddAsync("Attic", Model("llama3.2"));
        var (other, _) = await _database.AddWorkspaceAsync("Other");

        Assert.Equal("ai.no_machine", (await Router.TakeAsync(other, "llama3.2", s_none, Cancellation)).Error!.Code);
    }

    [Fact]
    public async Task Sweep_MachineTakenOutOfTheWorkspace_EndsItsCalls()
    {
        var node = await AddAsync("Attic", Model("llama3.2"));
        var lease = await TakeAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://machine.invalid/v1/chat/completions") { Content = new StringContent("{}") };
        var asking = lease.Http.SendAsync(request, Cancellation);

        Assert.Null(await _database.Get<NodeService>().DetachAsync(_owner, _workspace, node, Cancellation));
        await ActivatorUtilities.CreateInstance<TunnelSweep>(_database.Services).SweepAsync(Cancellation);

        var ended = await Assert.ThrowsAsync<TunnelException>(() => asking);
        Assert.Equal(("not_allowed", "the machine was taken out of this workspace"), (ended.Code, ended.Message));
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private async Task<ModelLease> TakeAsync() => (await Router.TakeAsync(_workspace, "llama3.2", s_none, Cancellation)).Value;

    private static ModelEndpoint Model(string name, bool? loaded = true) =>
        new() { Endpoint = "http://127.0.0.1:11434", Server = "Ollama", Models = [new LocalModel(name, loaded, 2_000)] };

    private async Task<Guid> AddAsync(string name, ModelEndpoint endpoint, Func<NodeFacts, NodeFacts>? change = null)
    {
        if (_workspace == Guid.Empty)
        {
            (_workspace, _owner) = await _database.AddWorkspaceAsync();
        }

        var facts = new NodeFacts { HostName = name, Os = "linux", Kinds = ["model"], Endpoints = [endpoint] };
        var node = new Node([.. Guid.NewGuid().ToByteArray()], change?.Invoke(facts) ?? facts, null, DateTime.UtcNow);
        Assert.Null(node.Claim(_owner.UserId!.Value, name, joinsNewWorkspaces: false, DateTime.UtcNow));
        await _database.Get<INodeStore>().TryAddAsync(node, Cancellation);
        await _database.Get<INodeStore>().AttachOneAsync(node.Id, _workspace, DateTime.UtcNow, Cancellation);
        Links.Attach(new ModelSession(node.Id), DateTime.UtcNow);
        return node.Id;
    }

    private async Task ChangeAsync(Guid nodeId, Action<Node> change)
    {
        var found = await _database.Get<INodeStore>().FindAsync(nodeId, Cancellation);
        change(found!.Node);
        Assert.True(await _database.Get<INodeStore>().TrySaveAsync(found.Node, Cancellation));
    }
}
