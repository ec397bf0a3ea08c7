using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using OtherThing.Core.Access;
using OtherThing.Core.Keys;
using OtherThing.Core.Live;
using OtherThing.Core.Tasks;
using OtherThing.Lab.Processes;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;
using OtherThing.Tests.Web.Access;
using OtherThing.Tests.Web.Access.Rights;

namespace OtherThing.Tests.Browser;

/// <summary>Open pages of people who lose their access, and pages past the most one person may have.</summary>
public sealed class AccessEndsPageTests(Chromium chromium, SharedServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(AccessLoss.Removed)]
    [InlineData(AccessLoss.PasswordChanged)]
    [InlineData(AccessLoss.WorkspaceDeleted)]
    public async Task B02_AccessLost_OpenPageIsToldNothingMore(AccessLoss loss)
    {
        using var owner = await server.RegisterAsync();
        var workspace = await TestServer.CreateWorkspaceAsync(owner, "Harbour Lab");
        var (root, slug) = ($"/api/v1/workspaces/{workspace.GetProperty("id")}", workspace.GetProperty("slug").GetString());
        var member = await server.RegisterAsync();
        using var joined = await member.PostAsJsonAsync(
            "/api/v1/workspaces/join", new { inviteCode = workspace.GetProperty("inviteCode").GetString() }, Cancellation);
        await using var visit = await WorkspaceVisit.JoinAsync(chromium, server, member, workspace);
        var me = await member.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancellation);
        var bytes = 0L;
        visit.Page.WebSocket += (_, socket) => socket.FrameReceived += (_, frame) =>
        {
            // A ping of three bytes keeps the connection and tells nothing.
            if (frame.Binary is { Length: > 4 } data)
            {
                Interlocked.Add(ref bytes, data.Length);
            }
        };
        await visit.GoAsync("tasks");
        await AddTaskAsync(owner, root, "Seen by both");
        await visit.Page.GetByText("Seen by both").WaitForAsync();

        using var taken = loss switch
        {
            AccessLoss.Removed => await owner.DeleteAsync($"{root}/members/{me.GetProperty("id").GetString()}", Cancellation),
            AccessLoss.WorkspaceDeleted => await owner.SendAsync(
                new HttpRequestMessage(HttpMethod.Delete, root) { Content = JsonContent.Create(new { name = "Harbour Lab" }) }, Cancellation),
            _ => await ChangePasswordAsync(me.GetProperty("email").GetString()!),
        };
        var clock = Stopwatch.StartNew();
        Assert.True(taken.IsSuccessStatusCode);
        await Until.HoldsAsync(() => Task.FromResult(clock.Elapsed > TimeSpan.FromSeconds(1)), "a second is over", Cancellation);
        if (loss != AccessLoss.PasswordChanged)
        {
            await Assertions.Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("You no longer have access to this workspace");
        }
        else
        {
            await Assertions.Expect(visit.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex(@"/account/login\?"));
            await Assertions.Expect(visit.Page.GetByLabel("Password")).ToBeVisibleAsync();
        }

        var before = Interlocked.Read(ref bytes);
        for (var i = 0; i < 10 && loss != AccessLoss.WorkspaceDeleted; i++)
        {
            await AddTaskAsync(owner, root, $"Secret {i}");
        }

        // Nothing can be added to a workspace that is gone; what its services would say is said all the same.
        server.Services.GetRequiredService<ILiveFeed>().Publish(Topic.Workspace(workspace.GetProperty("id").GetGuid()), new TasksChanged());
        clock.Restart();
        await Until.HoldsAsync(() => Task.FromResult(clock.Elapsed > TimeSpan.FromSeconds(1.5)), "what could come has come", Cancellation);
        Assert.Equal(before, Interlocked.Read(ref bytes));
        Assert.DoesNotContain("Secret", await visit.Page.ContentAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task B02_Demoted_PageForMembersShowsNothingMore()
    {
        await using var scene = await RightsScene.OpenAsync(server);
        var member = scene.Members[Role.Member];
        var key = await scene.KeyAsync(scene.Other.Id);
        var name = (await scene.Get<IKeyStore>().FindAsync(scene.WorkspaceId, key, Cancellation))!.Name;
        await using var browser = await chromium.SignedInAsync(server, member.Id);
        var page = await browser.NewPageAsync();
        var frames = new System.Collections.Concurrent.ConcurrentQueue<string>();
        page.WebSocket += (_, socket) => socket.FrameReceived += (_, frame) => frames.Enqueue(Encoding.UTF8.GetString(frame.Binary ?? []));
        await page.GotoAsync($"/w/{scene.Slug}/keys");
        await page.GetByText(name).First.WaitForAsync();

        using var demoted = await scene.Members[Role.Owner].Http.PatchAsJsonAsync(
            $"/api/v1/workspaces/{scene.WorkspaceId}/members/{member.Id}", new { role = "viewer" }, Cancellation);
        Assert.True(demoted.IsSuccessStatusCode);
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Your role is Viewer");
        await Assertions.Expect(page.GetByText(name)).ToHaveCountAsync(0);
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Add key" })).ToHaveCountAsync(0);
        frames.Clear();
        var secret = await scene.KeyAsync(scene.Other.Id);
        var added = (await scene.Get<IKeyStore>().FindAsync(scene.WorkspaceId, secret, Cancellation))!.Name;
        server.Services.GetRequiredService<ILiveFeed>().Publish(Topic.Workspace(scene.WorkspaceId), new KeysChanged());
        var clock = Stopwatch.StartNew();
        await Until.HoldsAsync(() => Task.FromResult(clock.Elapsed > TimeSpan.FromSeconds(1.5)), "what could come has come", Cancellation);

        Assert.DoesNotContain(frames, frame => frame.Contains(name, StringComparison.Ordinal) || frame.Contains(added, StringComparison.Ordinal));
        Assert.DoesNotContain(added, await page.ContentAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task B02_DemotedWhileADialogIsOpen_AddressesInvitesAndTheDialogAreGone()
    {
        await using var scene = await RightsScene.OpenAsync(server);
        var admin = scene.Members[Role.Admin];
        var address = (await scene.Get<IAccountStore>().FindAsync(scene.Other.Id, Cancellation))!.Email;
        await using var browser = await chromium.SignedInAsync(server, admin.Id);
        var page = await browser.NewPageAsync();
        await page.GotoAsync($"/w/{scene.Slug}/members");
        await page.GetByText(address).WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Invite people" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Create invite" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByText("Send this link").WaitForAsync();

        // Nobody publishes an event of it: the watch alone hears of it.
        await scene.SetRoleAsync(admin.Id, Role.Member);

        await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await Assertions.Expect(page.GetByText(address)).ToHaveCountAsync(0);
        await Assertions.Expect(page.GetByRole(AriaRole.Cell).First).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Invites" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task B04_PagePastTheCap_SaysHowManyAreOpen()
    {
        await using var own = new TestServer(("PerPerson:Pages", "2"));
        await using var visit = await WorkspaceVisit.StartAsync(chromium, own);
        var me = await visit.Rest.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancellation);
        var (caps, userId) = (own.Services.GetRequiredService<PersonCaps>(), me.GetProperty("id").GetGuid());
        await visit.GoAsync("tasks");
        var second = await visit.Browser.NewPageAsync();
        await second.GotoAsync($"/w/{visit.Slug}/members");
        await Assertions.Expect(second.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Members");
        var third = await visit.Browser.NewPageAsync();
        await third.GotoAsync($"/w/{visit.Slug}/tasks");

        await Assertions.Expect(third.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Too many pages are open");
        await Assertions.Expect(third.GetByText("You have 2 pages open")).ToBeVisibleAsync();
        Assert.Equal(2, caps.Count(OpenThing.Page, userId));
        await second.CloseAsync();
        await Until.HoldsAsync(() => Task.FromResult(caps.Count(OpenThing.Page, userId) == 1), "the closed page has given its place back", Cancellation);
        await third.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await Assertions.Expect(third.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Tasks");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task B04_PagePastTheCap_KeepsNoServerFromStopping(bool begunAgain)
    {
        var own = new TestServer(("PerPerson:Pages", "1"));
        await using var visit = await WorkspaceVisit.StartAsync(chromium, own);
        await visit.GoAsync("tasks");
        var past = await visit.Browser.NewPageAsync();
        await past.GotoAsync($"/w/{visit.Slug}/tasks");
        await Assertions.Expect(past.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Too many pages are open");
        if (begunAgain)
        {
            // Not waited for: the circuit that was goes, and the one that comes is on its way, while the server stops.
            await past.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        }

        var clock = Stopwatch.StartNew();
        await own.DisposeAsync();

        Assert.True(clock.Elapsed < Patience.Limit / 3, $"The server took {clock.Elapsed} to stop.");
    }

    [Fact]
    public async Task B04_BrowserGoneBeforeItAnswered_ServerStopsOnceItsCallIsGivenUp()
    {
        var own = new BriefServer();
        await using var visit = await WorkspaceVisit.StartAsync(chromium, own);
        await visit.GoAsync("tasks");
        var silent = await visit.Browser.NewPageAsync();
        var unanswered = new TaskCompletionSource();
        // What a script is asked for is done, and nobody hears of it: as when the page goes in that moment.
        await silent.RouteWebSocketAsync("**/_blazor**", route =>
        {
            var server = route.ConnectToServer();
            route.OnMessage(frame =>
            {
                if (frame.Binary is { } sent && Encoding.Latin1.GetString(sent).Contains("EndInvokeJSFromDotNet", StringComparison.Ordinal))
                {
                    unanswered.TrySetResult();
                }
                else if (frame.Binary is { } binary)
                {
                    server.Send(binary);
                }
                else
                {
                    server.Send(frame.Text!);
                }
            });
        });
        await silent.GotoAsync($"/w/{visit.Slug}/tasks");
        await unanswered.Task.WithPatience();
        await silent.CloseAsync(new() { RunBeforeUnload = true });
        var clock = Stopwatch.StartNew();
        await own.DisposeAsync();

        Assert.True(clock.Elapsed < Patience.Limit / 3, $"The server took {clock.Elapsed} to stop.");
    }

    private static async Task AddTaskAsync(HttpClient owner, string root, string title)
    {
        using var made = await owner.PostAsJsonAsync(root + "/tasks", new { title, status = "todo" }, Cancellation);
        Assert.True(made.IsSuccessStatusCode);
    }

    private async Task<HttpResponseMessage> ChangePasswordAsync(string email)
    {
        using var elsewhere = server.NewClient();
        await TestServer.SignInAsync(elsewhere, email);
        return await elsewhere.PostAsJsonAsync(
            "/api/v1/auth/manage/info", new { oldPassword = TestServer.Password, newPassword = "An0ther-passw0rd!" }, Cancellation);
    }

    /// <summary>A server that soon gives up on a browser's script.</summary>
    private sealed class BriefServer : TestServer
    {
        protected override void MakeLight(IServiceCollection services)
        {
            base.MakeLight(services);
            services.Configure<CircuitOptions>(circuit => circuit.JSInteropDefaultCallTimeout = TimeSpan.FromSeconds(5));
        }
    }
}
