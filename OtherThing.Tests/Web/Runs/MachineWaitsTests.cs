using System.Text.Json;
using Bunit;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using OtherThing.Core.Access;
using OtherThing.Core.Flows;
using OtherThing.Core.Jobs;
using OtherThing.Core.Nodes;
using OtherThing.Core.Runs;
using OtherThing.Core.Workspaces;
using OtherThing.Tests.Support;
using OtherThing.Web.Components.Layout;
using OtherThing.Web.Features.Runs;

using TestContext = Xunit.TestContext;

namespace OtherThing.Tests.Web.Runs;

/// <summary>A run that stands still for want of a machine says so, and what to do.</summary>
public sealed class MachineWaitsTests : IAsyncDisposable
{
    private readonly SharedServer _server;
    private readonly BunitContext _page = new();

    public MachineWaitsTests(SharedServer server)
    {
        _server = server;
        _page.Services.AddMudServices(options => options.PopoverOptions.CheckForPopoverProvider = false);
        _page.Services.AddSingleton(Get<JobService>()).AddSingleton(TimeProvider.System);
        _page.JSInterop.Mode = JSRuntimeMode.Loose;
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Waits_NoMachineServesTheWorkspace_SaysHowToConnectOne()
    {
        var workspace = await AddWorkspaceAsync();
        var runId = await StartAsync(workspace);
        var told = new List<string>();

        var waits = Render(workspace, runId, told);

        waits.WaitForAssertion(() => Assert.Contains("No machine serves this workspace.", waits.Markup, StringComparison.Ordinal), Patience.Limit);
        Assert.Equal(workspace.PathTo("resources"), waits.Find("a").GetAttribute("href"));
        Assert.Contains("Count words", waits.Find("strong").TextContent, StringComparison.Ordinal);
        Assert.Equal(["count"], told);
        await CancelAsync(workspace, runId);
    }

    [Fact]
    public async Task Waits_AMachineThatDoesNotFit_SaysItsReason()
    {
        var workspace = await AddWorkspaceAsync();
        var node = new Node([9, .. Guid.NewGuid().ToByteArray()], new NodeFacts { Os = "linux", Kinds = ["script"] }, null, DateTime.UtcNow);
        Assert.Null(node.Claim(workspace.UserId, "Attic box", joinsNewWorkspaces: false, DateTime.UtcNow));
        await Get<INodeStore>().TryAddAsync(node, Cancellation);
        await Get<INodeStore>().AttachOneAsync(node.Id, workspace.Id, DateTime.UtcNow, Cancellation);
        var runId = await StartAsync(workspace);

        var waits = Render(workspace, runId, []);

        waits.WaitForAssertion(() => Assert.Contains("Attic box", waits.Find("li").TextContent, StringComparison.Ordinal), Patience.Limit);
        Assert.Contains("--allow command", waits.Find("li").TextContent, StringComparison.Ordinal);
        await CancelAsync(workspace, runId);
        waits.Render(parameters => parameters.Add(each => each.IsAtWork, false));
        Assert.Empty(waits.FindAll("section"));
    }

    [Fact]
    public async Task Waits_PageGoesOnToAnotherRun_NothingOfTheFirstIsLeft()
    {
        var workspace = await AddWorkspaceAsync();
        var runId = await StartAsync(workspace);
        var told = new List<string>();
        var waits = Render(workspace, runId, told);
        waits.WaitForAssertion(() => Assert.Equal(["count"], told), Patience.Limit);
        var ended = await StartAsync(workspace);
        await CancelAsync(workspace, ended);

        waits.Render(parameters => parameters.Add(each => each.RunId, ended));

        Assert.Empty(waits.FindAll("section"));
        await CancelAsync(workspace, runId);
    }

    public async ValueTask DisposeAsync() => await _page.DisposeAsync();

    private T Get<T>()
        where T : notnull => _server.Services.GetRequiredService<T>();

    private IRenderedComponent<MachineWaits> Render(WorkspaceContext workspace, Guid runId, List<string> told) => _page.Render<MachineWaits>(parameters =>
    {
        parameters.AddCascadingValue(workspace);
        parameters.Add(each => each.RunId, runId).Add(each => each.IsAtWork, true).Add(each => each.NameOf, path => path == "count" ? "Count words" : path);
        parameters.Add(each => each.OnChange, told.AddRange);
    });

    private async Task<Guid> StartAsync(WorkspaceContext workspace)
    {
        var definition = FlowDocument.Empty with
        {
            Steps =
            [
                new FlowStep { Id = "start", Type = "trigger.manual" },
                new FlowStep { Id = "count", Type = "node.command", Config = JsonElement.Parse("""{"command":["true"]}""") },
            ],
            Connections = [new FlowConnection { From = "start", To = "count" }],
        };
        var flow = (await Get<FlowService>().CreateAsync(workspace.Actor, workspace.Id, "Words", "", definition, Cancellation)).Value;
        return (await Get<RunStartService>().StartAsync(workspace.Actor, workspace.Id, flow.Id, null, null, Cancellation)).Value;
    }

    private async Task CancelAsync(WorkspaceContext workspace, Guid runId)
    {
        await Get<RunService>().CancelAsync(workspace.Actor, workspace.Id, runId, Cancellation);
        await Get<RunService>().WaitAsync(workspace.Actor, workspace.Id, runId, Patience.Limit, Cancellation);
    }

    private async Task<WorkspaceContext> AddWorkspaceAsync()
    {
        using var client = await _server.RegisterAsync();
        var me = JsonElement.Parse(await client.GetStringAsync("/api/v1/me", Cancellation));
        var owner = _server.ActorOf(me.GetProperty("id").GetGuid());
        var made = (await Get<WorkspaceService>().CreateAsync(owner, new WorkspaceDraft("Workshop"), Cancellation)).Value.Workspace;
        return new WorkspaceContext(made.Id, made.Slug, made.Name, Role.Owner, owner);
    }
}
