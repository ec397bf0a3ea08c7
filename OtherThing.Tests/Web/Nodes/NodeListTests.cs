using System.Security.Claims;
using Bunit;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using OtherThing.Core.Live;
using OtherThing.Core.Nodes;
using OtherThing.Core.Nodes.Models;
using OtherThing.Data.Jobs;
using OtherThing.Data.Nodes;
using OtherThing.Tests.Core.Nodes.Models;
using OtherThing.Tests.Support;
using OtherThing.Web.Components.Shared.Lists;
using OtherThing.Web.Features.Nodes;
using OtherThing.Web.Hosting.Requests;

namespace OtherThing.Tests.Web.Nodes;

public sealed class NodeListTests : IAsyncDisposable
{
    private readonly BunitContext _context = new();

    private readonly TestDatabase _database = new(services =>
    {
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        services.AddNodesData().AddJobsData().AddNodesCore();
    });

    private static CancellationToken Cancellation => Xunit.TestContext.Current.CancellationToken;

    [Fact]
    public async Task NodeList_NoNodes_TeachesTheNextStep()
    {
        await SignInAsync();

        var list = _context.Render<NodeList>(parameters => parameters.Add(p => p.Empty, "<button>Connect a machine</button>"));

        list.WaitForAssertion(() => Assert.Contains("No machines yet", list.Markup, StringComparison.Ordinal));
        Assert.Equal("Connect a machine", list.Find("button").TextContent);
    }

    [Fact]
    public async Task NodeList_OwnNode_ShowsItAndLetsGoOfTheFeed()
    {
        var (workspaceId, owner) = await SignInAsync();
        var node =
            new Node(
                [7, 7, 7],
                new NodeFacts
                { HostName = "attic", Os = "linux", Arch = "x64", Kinds = ["command"], Resources = new NodeResources { CpuCores = 8, MemoryMb = 16_384 } },
                null, DateTime.UtcNow);
        Assert.Null(node.Claim(owner, "Attic box", joinsNewWorkspaces: false, DateTime.UtcNow));
        await _database.Get<INodeStore>().TryAddAsync(node, Cancellation);
        await _database.Get<INodeStore>().AttachOneAsync(node.Id, workspaceId, DateTime.UtcNow, Cancellation);

        var list = _context.Render<NodeList>(parameters => parameters.Add(p => p.WorkspaceId, workspaceId));
        list.WaitForElement("article");
        var (name, text, listening) = (list.Find("article").GetAttribute("aria-label"), list.Find("article").TextContent, Feed.SubscriptionCount);
        await _context.DisposeComponentsAsync();

        Assert.Equal("Attic box", name);
        Assert.Contains("8 cores", text, StringComparison.Ordinal);
        Assert.Contains("16 GiB", text, StringComparison.Ordinal);
        Assert.Contains("never connected", text, StringComparison.Ordinal);
        Assert.Contains("Owner: you", text, StringComparison.Ordinal);
        Assert.Equal(2, listening);
        Assert.Equal(0, Feed.SubscriptionCount);
    }

    [Fact]
    public async Task NodeList_NodeThatLendsModels_ShowsThemWithSizeAndStateAndWhatIsWrongWithAServerOfModels()
    {
        var (workspaceId, owner) = await SignInAsync();
        var facts = new NodeFacts
        {
            Os = "linux",
            Kinds = ["model"],
            Endpoints =
            [
                new ModelEndpoint
                {
                    Endpoint = "http://127.0.0.1:11434", Server = "Ollama",
                    Models = [new LocalModel("qwen3:8b", false, 5_120), new LocalModel("llama3.2:latest", true, 1_925)],
                },
                new ModelEndpoint { Endpoint = "http://127.0.0.1:9000", Problem = "Nothing listens at http://127.0.0.1:9000." },
            ],
        };
        var node = new Node([7, 7, 7], facts, null, DateTime.UtcNow);
        Assert.Null(node.Claim(owner, "Attic box", joinsNewWorkspaces: false, DateTime.UtcNow));
        await _database.Get<INodeStore>().TryAddAsync(node, Cancellation);
        await _database.Get<INodeStore>().AttachOneAsync(node.Id, workspaceId, DateTime.UtcNow, Cancellation);
        _database.Get<NodeLinks>().Attach(new ModelSession(node.Id), DateTime.UtcNow);

        var list = _context.Render<NodeList>(parameters => parameters.Add(p => p.WorkspaceId, workspaceId));
        list.WaitForElement("ul[aria-label=Models]");

        Assert.Equal(
            ["llama3.2:latest 1.9 GiB · loaded", "qwen3:8b 5 GiB · not loaded"],
            list.FindAll("ul[aria-label=Models] li").Select(item => string.Join(' ', item.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))));
        Assert.Equal("Nothing listens at http://127.0.0.1:9000.", list.Find("p.why").TextContent);
    }

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        await _database.DisposeAsync();
    }

    private LiveFeed Feed => _database.Get<LiveFeed>();

    private async Task<(Guid WorkspaceId, Guid UserId)> SignInAsync()
    {
        var (workspaceId, owner) = await _database.AddWorkspaceAsync();
        _context.JSInterop.Mode = JSRuntimeMode.Loose;
        _context.Services.AddMudServices(options => options.PopoverOptions.CheckForPopoverProvider = false);
        _context.Services.AddSingleton(_database.Get<NodeService>()).AddSingleton<ILiveFeed>(Feed).AddSingleton(_database.Get<TimeProvider>());
        _context.Services.AddSingleton<IHttpContextAccessor, HttpContextAccessor>().AddScoped<CurrentActor>().AddScoped<PageAddress>();
        _context.AddAuthorization().SetAuthorized("Ana").SetClaims(new Claim(ClaimTypes.NameIdentifier, owner.UserId!.Value.ToString()));
        return (workspaceId, owner.UserId.Value);
    }
}
