using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Json;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using OtherThing.Core.Access;
using OtherThing.Core.Live;
using OtherThing.Core.Tasks;
using OtherThing.Core.Workspaces;
using OtherThing.Tests.Support;
using OtherThing.Web.Components.Layout;
using OtherThing.Web.Components.Shared.Lists;
using OtherThing.Web.Features.Audit;
using OtherThing.Web.Features.Console;
using OtherThing.Web.Features.Resources;
using OtherThing.Web.Features.Tasks;
using OtherThing.Web.Features.Workspaces;
using OtherThing.Web.Hosting.Requests;
using TestContext = Xunit.TestContext;

namespace OtherThing.Tests.Web.Workspaces;

/// <summary>The pages over the real services of a running server: what a person sees, and that nothing listens once they are gone.</summary>
public sealed class ShellPagesTests : IAsyncLifetime
{
    private readonly SharedServer _server;
    private readonly BunitContext _bunit = new();
    private readonly AsyncServiceScope _scope;
    private WorkspaceContext _workspace = null!;

    public ShellPagesTests(SharedServer server)
    {
        _server = server;
        _bunit.JSInterop.Mode = JSRuntimeMode.Loose;
        _bunit.Services.AddMudServices();
        // Everything of ours comes from the server; only what belongs to a circuit is the test's.
        _scope = server.Services.CreateAsyncScope();
        _bunit.Services.AddFallbackServiceProvider(_scope.ServiceProvider);
        _bunit.Services.AddSingleton<ILiveFeed>(Feed).AddHttpContextAccessor().AddScoped<CurrentActor>().AddScoped<PageAddress>();
    }

    private LiveFeed Feed { get; } = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        using var client = await _server.RegisterAsync();
        var me = await client.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancellation);
        var made = await TestServer.CreateWorkspaceAsync(client, "Harbour");
        _bunit.AddAuthorization().SetAuthorized("Ana").SetClaims(new Claim(ClaimTypes.NameIdentifier, me.GetProperty("id").GetString()!));
        _workspace = new WorkspaceContext(
            made.GetProperty("id").GetGuid(), made.GetProperty("slug").GetString()!, "Harbour", Role.Owner, _server.ActorOf(me.GetProperty("id").GetGuid()));
    }

    public async ValueTask DisposeAsync()
    {
        await _bunit.DisposeAsync();
        await _scope.DisposeAsync();
    }

    private async Task<Actor> AddViewerAsync()
    {
        using var client = await _server.RegisterAsync();
        var id = (await client.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancellation)).GetProperty("id").GetGuid();
        var invites = _scope.ServiceProvider.GetRequiredService<InviteService>();
        var invite = await invites.CreateAsync(_workspace.Actor, _workspace.Id, new InviteDraft(Role.Viewer), Cancellation);
        await invites.RedeemAsync(_server.ActorOf(id), invite.Value.Code, Cancellation);
        return _server.ActorOf(id);
    }

    [Fact]
    public async Task TasksPage_CardsInThreeColumns_AreShownAndCounted()
    {
        await AddAsync("Write the report", TaskState.Todo);
        await AddAsync("Paint the boat", TaskState.Done);

        var page = Show<TasksPage>();

        page.WaitForAssertion(() => Assert.Equal(["1", "0", "1"], page.FindAll("[data-column] header .ot-chip").Select(chip => chip.TextContent)));
        Assert.Equal(["Write the report", "Paint the boat"], page.FindAll("[data-card-link]").Select(link => link.TextContent));
    }

    [Fact]
    public void TasksPage_NoTasks_TeachesTheFirst()
    {
        var page = Show<TasksPage>();

        page.WaitForAssertion(() => Assert.Contains("No tasks yet", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public async Task TasksPage_Viewer_IsOfferedNothingToChange()
    {
        await AddAsync("Write the report", TaskState.Todo);
        _workspace = _workspace with { Role = Role.Viewer };

        var page = Show<TasksPage>();

        page.WaitForAssertion(() => Assert.Single(page.FindAll("[data-card]")));
        Assert.Empty(page.FindAll("[data-movable], [data-menu-button]"));
        Assert.DoesNotContain("New task", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void MembersPage_Owner_SeesMembersAndMayInvite()
    {
        var page = Show<MembersPage>();

        page.WaitForAssertion(() => Assert.Contains("(you)", page.Markup, StringComparison.Ordinal));
        Assert.Contains("Invite people", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void A75_AuditPage_Owner_SeesWhatWasDone()
    {
        var page = Show<AuditPage>();

        page.WaitForAssertion(() => Assert.Equal(["workspace.create", "flow.create"], page.FindAll("[data-label=What]").Select(cell => cell.TextContent)));
        Assert.Equal(["Done", "Done"], page.FindAll("[data-label=Outcome]").Select(cell => cell.TextContent.Trim()));
    }

    [Fact]
    public async Task A75_AuditPage_Viewer_SeesTheReasonAndNothingElse()
    {
        var viewer = await AddViewerAsync();
        _workspace = _workspace with { Role = Role.Viewer, Actor = viewer };

        var page = Show<AuditPage>();

        page.WaitForAssertion(() => Assert.Contains("Your role is Viewer", page.Markup, StringComparison.Ordinal));
        Assert.Empty(page.FindAll("table, form, button"));
    }

    [Fact]
    public void ResourcesPage_NoMachines_TeachesHowToConnectOne()
    {
        var page = Show<ResourcesPage>();

        page.WaitForAssertion(() => Assert.Contains("No machines yet", page.Markup, StringComparison.Ordinal));
        Assert.Contains("0 of 0", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ConsolePage_ALine_BecomesABlock()
    {
        var page = Show<ConsolePage>();

        await page.InvokeAsync(() => page.Instance.ExecuteAsync("whoami"));

        page.WaitForAssertion(() => Assert.Contains("owner of Harbour", page.Find(".block-text").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public async Task EveryPage_Disposed_LeavesNoSubscriber()
    {
        Show<TasksPage>();
        Show<MembersPage>();
        Show<ResourcesPage>();
        Assert.True(Feed.SubscriptionCount >= 3);

        await _bunit.DisposeComponentsAsync();

        Assert.Equal(0, Feed.SubscriptionCount);
    }

    private IRenderedComponent<TPage> Show<TPage>()
        where TPage : IComponent =>
        _bunit.Render<TPage>(parameters => parameters.AddCascadingValue(_workspace));

    private async Task AddAsync(string title, TaskState status) =>
        await _server.Services.GetRequiredService<TaskService>()
            .CreateAsync(_workspace.Actor, _workspace.Id, new TaskDraft(title, Status: status), Cancellation);
}
