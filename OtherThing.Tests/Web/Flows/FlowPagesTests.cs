using System.Text.Json;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using OtherThing.Core.Access;
using OtherThing.Core.Approvals;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Editing;
using OtherThing.Core.Flows.Tests;
using OtherThing.Core.Flows.Versions;
using OtherThing.Core.Jobs;
using OtherThing.Core.Keys;
using OtherThing.Core.Live;
using OtherThing.Core.Nodes;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Journal;
using OtherThing.Core.Runs.Repeat;
using OtherThing.Core.Runs.Values;
using OtherThing.Core.Triggers;
using OtherThing.Core.Usage.Prices;
using OtherThing.Core.Workspaces;
using OtherThing.Tests.Support;
using OtherThing.Web.Components.Layout;
using OtherThing.Web.Components.Shared.Lists;
using OtherThing.Web.Features.Flows;
using OtherThing.Web.Features.Flows.Editing;
using OtherThing.Web.Features.Flows.Versions;
using OtherThing.Web.Features.Runs;
using OtherThing.Web.Hosting.Requests;

using TestContext = Xunit.TestContext;

namespace OtherThing.Tests.Web.Flows;

/// <summary>The pages of flows and runs over the server's real services, with a live feed of their own to count listeners on.</summary>
public sealed class FlowPagesTests : IAsyncDisposable
{
    private readonly SharedServer _server;
    private readonly LiveFeed _feed = new();
    private readonly BunitContext _page = new();

    public FlowPagesTests(SharedServer server)
    {
        _server = server;
        _page.JSInterop.Mode = JSRuntimeMode.Loose;
        var module = _page.JSInterop.SetupModule("./Features/Flows/Canvas/FlowCanvas.razor.js");
        module.SetupModule("mount", _ => true).Mode = JSRuntimeMode.Loose;
        _page.Services.AddMudServices();
        _page.Services.AddHttpContextAccessor().AddScoped<CurrentActor>().AddScoped<PageAddress>();
        _page.AddAuthorization();
        _page.Services.AddSingleton(Get<KeyService>()).AddSingleton(Get<KeyTestService>())
            .AddSingleton(Get<PriceTable>())
            .AddSingleton(Get<PinService>())
            .AddSingleton(Get<RunStepService>())
            .AddSingleton(Get<JobService>())
            .AddSingleton(Get<FlowSettingsService>());
        _page.Services.AddSingleton<ILiveFeed>(_feed).AddSingleton(TimeProvider.System);
        _page.Services.AddSingleton(Get<FlowService>())
            .AddSingleton(Get<FlowFactService>())
            .AddSingleton(Get<NodeService>())
            .AddSingleton(Get<FlowSessions>())
            .AddSingleton(Get<FlowVersionService>())
            .AddSingleton(Get<SavedTestService>())
            .AddSingleton(Get<SavedTestRuns>())
            .AddSingleton(Get<RunService>())
            .AddSingleton(Get<RunStartService>())
            .AddSingleton(Get<RunRepeatService>())
            .AddSingleton(Get<RunTally>())
            .AddSingleton(Get<TriggerService>())
            .AddSingleton(
            Get<ApprovalService>()).AddSingleton(
            Get<MemberService>());
        _page.Services.AddSingleton(Get<FailedRunTasks>()).AddScoped<Preferences>();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FlowList_ShowsFlowsWithTheirLastRunAndLetsGo()
    {
        var workspace = await AddWorkspaceAsync(Role.Owner);
        var flow = await AddFlowAsync(workspace);
        var runId = (await Get<RunStartService>().StartAsync(workspace.Actor, workspace.Id, flow.Id, null, null, Cancellation)).Value;
        await Get<RunService>().WaitAsync(workspace.Actor, workspace.Id, runId, Patience.Limit, Cancellation);

        var list = Render<FlowListPage>(workspace);
        list.WaitForAssertion(
            () => Assert.Contains("Succeeded", list.Find($"a[href='{workspace.PathTo("runs", runId)}']").TextContent, StringComparison.Ordinal));

        Assert.NotNull(list.Find("button[aria-label='Run Report']"));
        Assert.Equal(workspace.PathTo("flows", flow.Id), list.Find("a[aria-label='Edit Report']").GetAttribute("href"));
        Assert.Equal(1, _feed.SubscriptionCount);
        await _page.DisposeComponentsAsync();
        Assert.Equal(0, _feed.SubscriptionCount);
    }

    [Fact]
    public async Task FlowList_BehindTwoHundredRunsOfAnother_SaysHowEachFlowWent()
    {
        var workspace = await AddWorkspaceAsync(Role.Owner);
        var flow = await AddFlowAsync(workspace);
        var other = (await Get<FlowService>().DuplicateAsync(workspace.Actor, workspace.Id, flow.Id, Cancellation)).Value;
        await using (var db = await Get<Microsoft.EntityFrameworkCore.IDbContextFactory<OtherThing.Data.AppDbContext>>().CreateDbContextAsync(Cancellation))
        {
            db.AddRange(Enumerable.Range(0, 3)
                .Select(number => Ended(workspace, flow.Id, DateTime.UtcNow.AddDays(-1), number == 1 ? RunStatus.Failed : RunStatus.Succeeded)));
            db.AddRange(Enumerable.Range(0, 201).Select(_ => Ended(workspace, other.Id, DateTime.UtcNow, RunStatus.Succeeded)));
            await db.SaveChangesAsync(Cancellation);
        }

        var list = Render<FlowListPage>(workspace);

        list.WaitForAssertion(() => Assert.Contains("2 of 3 succeeded", RowOf("Report"), StringComparison.Ordinal));
        Assert.Contains("1 d ago", RowOf("Report"), StringComparison.Ordinal);
        Assert.Contains("20 of 20 succeeded", RowOf(other.Name), StringComparison.Ordinal);

        list.Find("input[type=search]").Input("COPY");
        list.WaitForAssertion(() => Assert.Equal([other.Name], list.FindAll(".fl-name strong").Select(name => name.TextContent)));
        list.Find("input[type=search]").Input("nothing like it");
        list.WaitForAssertion(() => Assert.Contains("No flow has these words", list.Markup, StringComparison.Ordinal));

        string RowOf(string name) => list.FindAll(".fl-row").Single(row => row.QuerySelector("strong")!.TextContent == name).TextContent;
    }

    private static Run Ended(WorkspaceContext workspace, Guid flowId, DateTime at, RunStatus status) => new()
    {
        Id = Guid.CreateVersion7(),
        WorkspaceId = workspace.Id,
        FlowId = flowId,
        FlowName = "Report",
        FlowVersion = 1,
        Status = status,
        Trigger = RunTrigger.Manual,
        StartedBy = workspace.UserId,
        Input = RunValue.Of("{}"),
        CreatedAt = at,
        StartedAt = at,
        FinishedAt = at,
        Fence = 1,
        LastSequence = 1,
    };

    [Fact]
    public async Task FlowList_Empty_TeachesTheFirstStep()
    {
        var workspace = await AddWorkspaceAsync(Role.Owner);
        var listed = await Get<FlowService>().ListAsync(workspace.Actor, workspace.Id, new PageRequest(), Cancellation);
        foreach (var sample in listed.Value.Items)
        {
            await Get<FlowService>().DeleteAsync(workspace.Actor, workspace.Id, sample.Id, Cancellation);
        }

        var list = Render<FlowListPage>(workspace);

        list.WaitForAssertion(() => Assert.Contains("No flows yet", list.Markup, StringComparison.Ordinal));
        Assert.Equal(2, list.FindAll("button").Count(button => button.TextContent == "New flow"));
    }

    [Fact]
    public async Task FlowEditor_SomebodyElsesEdit_ReachesTheOutlineAndProblems()
    {
        var workspace = await AddWorkspaceAsync(Role.Owner);
        var flow = await AddFlowAsync(workspace);
        using var follow = Forward(Topic.Flow(flow.Id));
        var editor = Render<FlowEditorPage>(workspace, page => page.Add(each => each.FlowId, flow.Id));
        editor.WaitForElement("[data-flow-editor]");
        await using var other = (await Get<FlowSessions>().OpenAsync(workspace.Actor, workspace.Id, flow.Id, Cancellation)).Value;

        await other.ApplyAsync("act", [new AddStep(new FlowStep { Id = "call", Type = "http.request", Name = "Call" })], Cancellation);

        editor.WaitForAssertion(() => Assert.DoesNotContain("Ready to run", editor.Markup, StringComparison.Ordinal));
        editor.FindAll("[role=tab]").Single(tab => tab.TextContent == "Outline").Click();
        editor.WaitForAssertion(() => Assert.NotNull(editor.Find("[data-step=call]")));
        follow.Dispose();
        await _page.DisposeComponentsAsync();
        Assert.Equal(0, _feed.SubscriptionCount);
    }

    [Fact]
    public async Task FlowEditor_ForAViewer_OffersNoEdits()
    {
        var workspace = await AddWorkspaceAsync(Role.Viewer);
        var flow = await AddFlowAsync(workspace with { Actor = Owner(workspace) });

        var editor = Render<FlowEditorPage>(workspace, page => page.Add(each => each.FlowId, flow.Id));

        editor.WaitForElement("[data-flow-editor]");
        Assert.Empty(editor.FindAll("[data-canvas=undo], .fe-publish, [data-step-type]"));
        Assert.DoesNotContain(editor.FindAll("button"), button => button.TextContent == "Run");
    }

    [Fact]
    public async Task FlowVersions_DraftAgainstThePublished_ShowsWhatDiffersAndOffersTheWayBack()
    {
        var workspace = await AddWorkspaceAsync(Role.Owner);
        var flow = await AddFlowAsync(workspace);
        await Get<FlowService>().PublishAsync(workspace.Actor, workspace.Id, flow.Id, Cancellation);
        var changed =
            flow.ReadDefinition() with
            {
                Steps = [
                .. flow.ReadDefinition().Steps,
                new FlowStep { Id = "late", Type = "logic.wait", Name = "Rest a while", Config = JsonElement.Parse("""{"seconds":1}""") }]
            };
        await Get<FlowService>().UpdateAsync(workspace.Actor, workspace.Id, flow.Id, new FlowUpdate(Definition: changed), null, false, Cancellation);

        var page = Render<FlowVersionsPage>(workspace, each => each.Add(p => p.FlowId, flow.Id));

        page.WaitForAssertion(
            () => Assert.Contains("Rest a while", page.Find("section[aria-label='Added step Rest a while']").TextContent, StringComparison.Ordinal));
        Assert.Contains("Published", page.Find(".fv-list").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain(page.FindAll("button"), button => button.TextContent.StartsWith("Restore", StringComparison.Ordinal));
        _page.Services.GetRequiredService<NavigationManager>().NavigateTo($"{workspace.PathTo("flows", flow.Id)}/versions?show=1");
        page.WaitForAssertion(() => Assert.Contains(page.FindAll("button"), button => button.TextContent == "Restore version 1"));
        await _page.DisposeComponentsAsync();
        Assert.Equal(0, _feed.SubscriptionCount);
    }

    [Fact]
    public async Task FlowEditor_FlowOfAnotherWorkspace_SaysSo()
    {
        var flow = await AddFlowAsync(await AddWorkspaceAsync(Role.Owner));

        var editor = Render<FlowEditorPage>(await AddWorkspaceAsync(Role.Owner), page => page.Add(each => each.FlowId, flow.Id));

        editor.WaitForAssertion(() => Assert.Contains("There is no such flow in this workspace.", editor.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public async Task RunList_FiltersInTheAddress_AreAskedOfTheServer()
    {
        var workspace = await AddWorkspaceAsync(Role.Owner);
        var flow = await AddFlowAsync(workspace);
        var first = (await Get<RunStartService>().StartAsync(workspace.Actor, workspace.Id, flow.Id, null, null, Cancellation)).Value;
        await Get<RunService>().WaitAsync(workspace.Actor, workspace.Id, first, Patience.Limit, Cancellation);
        var again = (await Get<RunRepeatService>().RerunAsync(workspace.Actor, workspace.Id, first, null, null, Cancellation)).Value;
        await Get<RunService>().WaitAsync(workspace.Actor, workspace.Id, again, Patience.Limit, Cancellation);
        var navigation = _page.Services.GetRequiredService<NavigationManager>();
        navigation.NavigateTo(workspace.PathTo("runs"));
        var list = Render<RunListPage>(workspace);
        list.WaitForAssertion(() => Assert.Equal(2, list.FindAll("tbody tr").Count));

        list.FindAll("select")[2].Change(RunTrigger.Rerun.ToString());
        list.WaitForAssertion(
            () => Assert.Equal([workspace.PathTo("runs", again)], list.FindAll("tbody td:first-child a").Select(link => link.GetAttribute("href"))));
        Assert.EndsWith("?trigger=rerun", navigation.Uri, StringComparison.Ordinal);
        list.Find("input[type=search]").Input("no such words");
        list.WaitForAssertion(() => Assert.Contains("No run matches all of the filters.", list.Markup, StringComparison.Ordinal));
        navigation.NavigateTo(list.Find(".ot-filters a").GetAttribute("href")!);
        list.WaitForAssertion(() => Assert.Equal(2, list.FindAll("tbody tr").Count));
        navigation.NavigateTo($"{workspace.PathTo("runs")}?from=2999-01-01&by={workspace.UserId}&q=REPORT");
        list.WaitForAssertion(() => Assert.Contains("No run matches all of the filters.", list.Markup, StringComparison.Ordinal));
        navigation.NavigateTo($"{workspace.PathTo("runs")}?by={workspace.UserId}&q=REPORT");
        list.WaitForAssertion(() => Assert.Equal(2, list.FindAll("tbody tr").Count));
    }

    [Fact]
    public async Task RunList_AddressThatNamesNoId_SaysSoAndShowsTheRest()
    {
        var workspace = await AddWorkspaceAsync(Role.Owner);
        var flow = await AddFlowAsync(workspace);
        var runId = (await Get<RunStartService>().StartAsync(workspace.Actor, workspace.Id, flow.Id, null, null, Cancellation)).Value;
        var navigation = _page.Services.GetRequiredService<NavigationManager>();
        navigation.NavigateTo($"{workspace.PathTo("runs")}?flow=abc&by=%3Cb%3Eme&compare=1&status=fine&trigger=manual&from=soon");

        var list = Render<RunListPage>(workspace);

        list.WaitForAssertion(
            () => Assert.Equal([workspace.PathTo("runs", runId)], list.FindAll("tbody td:first-child a").Select(link => link.GetAttribute("href"))));
        Assert.Equal(["flow=abc", "by=<b>me", "compare=1", "status=fine", "from=soon"], list.FindAll(".rl-ignored code").Select(part => part.TextContent));
        Assert.Contains("is not the id of a flow. It is ignored.", list.Find(".rl-ignored p").TextContent, StringComparison.Ordinal);
        navigation.NavigateTo(list.Find(".rl-ignored a").GetAttribute("href")!);
        list.WaitForAssertion(() => Assert.Empty(list.FindAll(".rl-ignored")));
        Assert.EndsWith("?trigger=manual", navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunPage_WaitingRun_CountsOutsideOfWhatIsAnnounced()
    {
        var workspace = await AddWorkspaceAsync(Role.Owner);
        var definition = FlowDocument.Empty with
        {
            Steps = [
                new FlowStep { Id = "start", Type = "trigger.manual" },
                new FlowStep { Id = "rest", Type = "logic.wait", Config = JsonElement.Parse("""{"seconds":3600}""") }],
            Connections = [new() { From = "start", To = "rest" }],
        };
        var flow = (await Get<FlowService>().CreateAsync(workspace.Actor, workspace.Id, "Resting", "", definition, Cancellation)).Value;
        var runId = (await Get<RunStartService>().StartAsync(workspace.Actor, workspace.Id, flow.Id, null, null, Cancellation)).Value;
        using var follow = Forward(Topic.Run(runId));
        var page = Render<RunPage>(workspace, each => each.Add(run => run.RunId, runId));

        page.WaitForAssertion(() => Assert.Contains("Waits until", page.Find(".rp-facts").TextContent, StringComparison.Ordinal));
        Assert.All(page.FindAll("ot-clock"), clock => Assert.Equal("off", clock.GetAttribute("aria-live")));
        Assert.Empty(page.FindAll("[role=status] ot-clock, [aria-live=polite] ot-clock"));
        Assert.NotEmpty(page.FindAll(".rp-facts ot-clock[kind=count]"));
        Assert.NotEmpty(page.FindAll(".rp-step ot-clock[kind=count]"));

        await Get<RunService>().CancelAsync(workspace.Actor, workspace.Id, runId, Cancellation);
        page.WaitForAssertion(() => Assert.Contains("Cancelled", page.Find(".rp-facts").TextContent, StringComparison.Ordinal));
        Assert.Empty(page.FindAll("ot-clock[kind=count]"));
    }

    [Fact]
    public async Task RunPage_Timeline_SelectsStepsAndLetsGo()
    {
        var workspace = await AddWorkspaceAsync(Role.Owner);
        var flow = await AddFlowAsync(workspace);
        var runId = (await Get<RunStartService>().StartAsync(workspace.Actor, workspace.Id, flow.Id, null, null, Cancellation)).Value;
        await Get<RunService>().WaitAsync(workspace.Actor, workspace.Id, runId, Patience.Limit, Cancellation);
        _page.Services.GetRequiredService<NavigationManager>().NavigateTo($"{workspace.PathTo("runs", runId)}?view=timeline");

        var page = Render<RunPage>(workspace, each => each.Add(run => run.RunId, runId));

        page.WaitForAssertion(() => Assert.Equal(["start", "result"], page.FindAll(".tl-main .ot-truncate").Select(name => name.TextContent)));
        page.FindAll("button.tl-main")[0].Click();
        page.WaitForAssertion(() => Assert.Equal("start", page.Find("[data-step][aria-current=true]").GetAttribute("data-step")));
        Assert.Contains("start", page.Find(".tl-main[aria-current=true]").TextContent, StringComparison.Ordinal);
        await _page.DisposeComponentsAsync();
        Assert.Equal(0, _feed.SubscriptionCount);
    }

    [Fact]
    public async Task RunPage_ShowsStepsOutputAndLetsGo()
    {
        var workspace = await AddWorkspaceAsync(Role.Owner);
        var flow = await AddFlowAsync(workspace);
        var runId = (await Get<RunStartService>().StartAsync(workspace.Actor, workspace.Id, flow.Id, null, null, Cancellation)).Value;
        await Get<RunService>().WaitAsync(workspace.Actor, workspace.Id, runId, Patience.Limit, Cancellation);

        var page = Render<RunPage>(workspace, each => each.Add(run => run.RunId, runId));

        page.WaitForAssertion(() => Assert.Contains("<b>no markup</b>", page.Find(".rp-detail").TextContent, StringComparison.Ordinal));
        Assert.Empty(page.FindAll(".rp-detail b"));
        await _page.DisposeComponentsAsync();
        Assert.Equal(0, _feed.SubscriptionCount);
    }

    [Fact]
    public async Task RunPage_Graph_SelectsInTheListAndBack()
    {
        var workspace = await AddWorkspaceAsync(Role.Owner);
        var flow = await AddFlowAsync(workspace);
        var runId = (await Get<RunStartService>().StartAsync(workspace.Actor, workspace.Id, flow.Id, null, null, Cancellation)).Value;
        await Get<RunService>().WaitAsync(workspace.Actor, workspace.Id, runId, Patience.Limit, Cancellation);
        var page = Render<RunPage>(workspace, each => each.Add(run => run.RunId, runId));

        page.WaitForElement("[data-step=result]").Click();

        page.WaitForAssertion(() => Assert.Contains("result", page.Find(".rp-step[aria-current=true]").TextContent, StringComparison.Ordinal));
        Assert.Contains("Succeeded", page.Find("[data-step=result]").TextContent, StringComparison.Ordinal);
        Assert.Equal(["start", "result"], page.FindAll(".rp-step .rp-name").Select(row => row.TextContent));
        page.FindAll(".rp-step")[0].Click();
        page.WaitForAssertion(() => Assert.Equal("start", page.Find("[data-step][aria-current=true]").GetAttribute("data-step")));
    }

    [Fact]
    public async Task RunPage_StepAtWork_IsSelectedUntilAPersonChooses()
    {
        var workspace = await AddWorkspaceAsync(Role.Owner);
        var definition = FlowDocument.Empty with
        {
            Steps =
            [
                new FlowStep { Id = "start", Type = "trigger.manual" },
                new FlowStep { Id = "first", Type = "human.approval", Position = new(300, 0), Config = JsonElement.Parse("{\"title\":\"One?\"}") },
                new FlowStep { Id = "second", Type = "human.approval", Position = new(600, 0), Config = JsonElement.Parse("{\"title\":\"Two?\"}") },
                new FlowStep { Id = "third", Type = "human.approval", Position = new(900, 0), Config = JsonElement.Parse("{\"title\":\"Three?\"}") },
            ],
            Connections = [
                new() { From = "start", To = "first" }, new() { From = "first", Port = "approved", To = "second" },
                new() { From = "second", Port = "approved", To = "third" }],
        };
        var flow = (await Get<FlowService>().CreateAsync(workspace.Actor, workspace.Id, "Asking", "", definition, Cancellation)).Value;
        var runId = (await Get<RunStartService>().StartAsync(workspace.Actor, workspace.Id, flow.Id, null, null, Cancellation)).Value;
        using var follow = Forward(Topic.Run(runId));
        var page = Render<RunPage>(workspace, each => each.Add(run => run.RunId, runId));

        page.WaitForAssertion(() => Assert.Equal("first", page.Find("[data-step][aria-current=true]").GetAttribute("data-step")));
        await DecideAsync(workspace, runId);
        page.WaitForAssertion(() => Assert.Equal("second", page.Find("[data-step][aria-current=true]").GetAttribute("data-step")));
        page.Find("[data-step=start]").Click();
        await DecideAsync(workspace, runId);

        page.WaitForAssertion(() => Assert.Contains("Waiting", page.Find("[data-step=third]").TextContent, StringComparison.Ordinal));
        Assert.Equal("start", page.Find("[data-step][aria-current=true]").GetAttribute("data-step"));
    }

    [Fact]
    public async Task VersionsPage_ShowsWhatDiffersAsAPicture()
    {
        var workspace = await AddWorkspaceAsync(Role.Owner);
        var flow = await AddFlowAsync(workspace);
        var runId = (await Get<RunStartService>().StartAsync(workspace.Actor, workspace.Id, flow.Id, null, null, Cancellation)).Value;
        await Get<RunService>().WaitAsync(workspace.Actor, workspace.Id, runId, Patience.Limit, Cancellation);
        await using (var editor = (await Get<FlowSessions>().OpenAsync(workspace.Actor, workspace.Id, flow.Id, Cancellation)).Value)
        {
            await editor.ApplyAsync("act", [new DeleteStep("result"), new AddStep(new FlowStep { Id = "other", Type = "output" })], Cancellation);
            await editor.SaveAsync(Cancellation);
        }

        var page = Render<FlowVersionsPage>(workspace, each => each.Add(versions => versions.FlowId, flow.Id));

        page.WaitForAssertion(() => Assert.Contains("Added", page.Find("[data-step=other]").TextContent, StringComparison.Ordinal));
        Assert.Contains("Removed", page.Find("[data-step=result]").TextContent, StringComparison.Ordinal);
        Assert.NotEqual(page.Find("[data-step=other]").GetAttribute("style"), page.Find("[data-step=result]").GetAttribute("style"));
        Assert.NotNull(page.Find(".sg-wires .sg-removed"));
    }

    [Fact]
    public async Task RunPage_OfAnotherWorkspace_IsNotShown()
    {
        var workspace = await AddWorkspaceAsync(Role.Owner);
        var flow = await AddFlowAsync(workspace);
        var runId = (await Get<RunStartService>().StartAsync(workspace.Actor, workspace.Id, flow.Id, null, null, Cancellation)).Value;

        var page = Render<RunPage>(await AddWorkspaceAsync(Role.Owner), each => each.Add(run => run.RunId, runId));

        page.WaitForAssertion(() => Assert.Contains("There is no such run in this workspace.", page.Markup, StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync() => await _page.DisposeAsync();

    private T Get<T>()
        where T : notnull => _server.Services.GetRequiredService<T>();

    private IRenderedComponent<T> Render<T>(WorkspaceContext workspace, Action<ComponentParameterCollectionBuilder<T>>? more = null)
        where T : IComponent => _page.Render<T>(parameters =>
    {
        parameters.AddCascadingValue(workspace);
        more?.Invoke(parameters);
    });

    /// <summary>Repeats the server's events on the feed of the page.</summary>
    private LiveSubscription Forward(Topic topic)
    {
        var subscription = Get<LiveFeed>().Subscribe(topic);
        _ = Task.Run(async () =>
        {
            await foreach (var happened in subscription.Events.ReadAllAsync())
            {
                _feed.Publish(topic, happened);
            }
        });
        return subscription;
    }

    private async Task DecideAsync(WorkspaceContext workspace, Guid runId)
    {
        Approval? open = null;
        await Patience.UntilAsync(
            async () =>
            {
                var listed = await Get<ApprovalService>()
                    .ListAsync(workspace.Actor, workspace.Id, new ApprovalFilter(Open: true, RunId: runId), new PageRequest(20), Cancellation);
                open = listed.Value.Items is [var first, ..] ? first : null;
                return open is not null;
            },
            () => "the run asks somebody");
        Assert.Null((await Get<ApprovalService>().DecideAsync(workspace.Actor, workspace.Id, open!.Id, approve: true, null, null, Cancellation)).Error);
    }

    private readonly Dictionary<Guid, Actor> _owners = [];

    private Actor Owner(WorkspaceContext workspace) => _owners[workspace.Id];

    private async Task<WorkspaceContext> AddWorkspaceAsync(Role role)
    {
        var owner = await RegisterAsync();
        var made = (await Get<WorkspaceService>().CreateAsync(owner, new WorkspaceDraft("Workshop"), Cancellation)).Value.Workspace;
        _owners[made.Id] = owner;
        var actor = owner;
        if (role != Role.Owner)
        {
            actor = await RegisterAsync();
            await using var db = await Get<Microsoft.EntityFrameworkCore.IDbContextFactory<OtherThing.Data.AppDbContext>>().CreateDbContextAsync(Cancellation);
            db.Add(new Membership(made.Id, actor.UserId!.Value, role, DateTime.UtcNow));
            await db.SaveChangesAsync(Cancellation);
        }

        return new WorkspaceContext(made.Id, made.Slug, made.Name, role, actor);
    }

    private async Task<Actor> RegisterAsync()
    {
        using var client = await _server.RegisterAsync();
        var me = JsonElement.Parse(await client.GetStringAsync("/api/v1/me", Cancellation));
        return _server.ActorOf(me.GetProperty("id").GetGuid());
    }

    private async Task<Flow> AddFlowAsync(WorkspaceContext workspace)
    {
        var definition = FlowDocument.Empty with
        {
            Steps =
            [
                new FlowStep { Id = "start", Type = "trigger.manual" },
                new FlowStep { Id = "result", Type = "output", Config = JsonElement.Parse("""{"value":{"said":"<b>no markup</b>"}}""") },
            ],
            Connections = [new FlowConnection { From = "start", To = "result" }],
        };
        return (await Get<FlowService>().CreateAsync(workspace.Actor, workspace.Id, "Report", "", definition, Cancellation)).Value;
    }
}
