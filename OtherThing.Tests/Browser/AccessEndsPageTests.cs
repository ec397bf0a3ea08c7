using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using OtherThing.Core.Access;
using OtherThing.Lab.Processes;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Browser;

/// <summary>Open pages of people who lose their access, and pages past the most one person may have.</summary>
public sealed class AccessEndsPageTests(Chromium chromium, SharedServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task B02_AccessLost_OpenPageIsToldNothingMore(bool removed)
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

        using var taken = removed
            ? await owner.DeleteAsync($"{root}/members/{me.GetProperty("id").GetString()}", Cancellation)
            : await ChangePasswordAsync(me.GetProperty("email").GetString()!);
        var clock = Stopwatch.StartNew();
        Assert.True(taken.IsSuccessStatusCode);
        await Until.HoldsAsync(() => Task.FromResult(clock.Elapsed > TimeSpan.FromSeconds(1)), "a second is over", Cancellation);
        if (removed)
        {
            await Assertions.Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("You no longer have access to this workspace");
        }
        else
        {
            await Assertions.Expect(visit.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex(@"/account/login\?"));
            await Assertions.Expect(visit.Page.GetByLabel("Password")).ToBeVisibleAsync();
        }

        var before = Interlocked.Read(ref bytes);
        for (var i = 0; i < 10; i++)
        {
            await AddTaskAsync(owner, root, $"Secret {i}");
        }

        clock.Restart();
        await Until.HoldsAsync(() => Task.FromResult(clock.Elapsed > TimeSpan.FromSeconds(1.5)), "what could come has come", Cancellation);
        Assert.Equal(before, Interlocked.Read(ref bytes));
        Assert.DoesNotContain("Secret", await visit.Page.ContentAsync(), StringComparison.Ordinal);
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
}
