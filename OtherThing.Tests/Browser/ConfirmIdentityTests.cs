using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using OtherThing.Core.Access;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;
using OtherThing.Tests.Web.Account;

namespace OtherThing.Tests.Browser;

/// <summary>What asks for a fresh sign-in, done on pages that were opened more than five minutes after it.</summary>
[Collection(Lanes.Pages)]
public sealed class ConfirmIdentityTests(Chromium chromium, ClockedServer server) : IClassFixture<ClockedServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task B17_RoleChangedLongAfterSignIn_PasswordInADialog_CarriesItOut()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        var member = await AddMemberAsync(visit);
        await visit.GoAsync("members");
        GrowStale();
        var role = visit.Page.Locator(".members-role");

        await role.SelectOptionAsync("Admin");
        var dialog = visit.Page.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(dialog.GetByLabel("Password")).ToBeFocusedAsync();
        await dialog.GetByLabel("Password").FillAsync("not it");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Confirm" }).ClickAsync();
        await Assertions.Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("This is not your password");
        Assert.Equal("member", await RoleAsync(visit, member));
        await dialog.GetByLabel("Password").FillAsync(TestServer.Password);
        await dialog.GetByLabel("Password").PressAsync("Enter");

        await Assertions.Expect(dialog).ToHaveCountAsync(0);
        await Assertions.Expect(role).ToHaveValueAsync("Admin");
        Assert.Equal("admin", await RoleAsync(visit, member));

        // The session is fresh now: what asks for it next is done at once.
        await role.SelectOptionAsync("Viewer");
        await Patience.UntilAsync(async () => await RoleAsync(visit, member) == "viewer", () => "the member is a viewer");
        await Assertions.Expect(dialog).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task B17_RoleChangedLongAfterSignIn_CalledOff_TheListShowsTheRoleThatIsTrue()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        var member = await AddMemberAsync(visit);
        await visit.GoAsync("members");
        GrowStale();
        var role = visit.Page.Locator(".members-role");

        await role.SelectOptionAsync("Admin");
        var dialog = visit.Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();

        await Assertions.Expect(dialog).ToHaveCountAsync(0);
        await Assertions.Expect(role).ToHaveValueAsync("Member");
        Assert.Equal("member", await RoleAsync(visit, member));
        // The way that is left is no dead end either.
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Confirm it is you" }).ClickAsync();
        await visit.Page.GetByLabel("Password").FillAsync(TestServer.Password);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Confirm" }).ClickAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Members");
        await role.SelectOptionAsync("Admin");
        await Patience.UntilAsync(async () => await RoleAsync(visit, member) == "admin", () => "the member is an admin");
    }

    [Theory]
    [InlineData(1280, 800)]
    [InlineData(390, 844)]
    public async Task B17_WorkspaceDeletedLongAfterSignIn_PasswordInADialog_CarriesItOut(int width, int height)
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server, new() { ViewportSize = new() { Width = width, Height = height } });
        await visit.GoAsync("settings");
        GrowStale();

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Delete workspace" }).ClickAsync();
        await visit.Page.GetByLabel($"Type {visit.Slug} to confirm").FillAsync(visit.Slug);
        await visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete workspace" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Dialog).GetByLabel("Password").WaitForAsync();
        await Accessible.CheckAsync(visit.Page, "confirm it is you");
        await Accessible.FitsAsync(visit.Page, "confirm it is you");
        await ConfirmAsync(visit.Page);

        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Workspaces");
    }

    [Fact]
    public async Task B17_ConsoleLineLongAfterSignIn_OnlyTheRefusedCommandIsTriedAgain()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        var member = await AddMemberAsync(visit);
        await visit.GoAsync("console");
        GrowStale();

        await visit.Page.GetByLabel("Command").FillAsync($"task add Once; member role {member:N} admin");
        await visit.Page.GetByLabel("Command").PressAsync("Enter");
        await ConfirmAsync(visit.Page);

        await Assertions.Expect(visit.Page.Locator(".block-text")).ToContainTextAsync("is admin now");
        Assert.Equal("admin", await RoleAsync(visit, member));
        await visit.ExpectTitlesAsync("todo", "Once");
    }

    [Fact]
    public async Task C11_ConfirmDialog_FiveWrongPasswords_LockTheAddressForTheSignInToo()
    {
        var email = $"user-{Guid.NewGuid():N}@example.org";
        using var rest = await server.RegisterAsync(email);
        var workspace = await TestServer.CreateWorkspaceAsync(rest, "Harbour Lab");
        await using var visit = await WorkspaceVisit.JoinAsync(chromium, server, rest, workspace);
        await visit.GoAsync("settings");
        GrowStale();
        await visit.Page.GetByLabel("Days").FillAsync("1");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Save settings" }).ClickAsync();
        var dialog = visit.Page.GetByRole(AriaRole.Dialog);

        for (var wrong = 0; wrong < 5; wrong++)
        {
            await dialog.GetByLabel("Password").FillAsync($"wrong {wrong}");
            await dialog.GetByRole(AriaRole.Button, new() { Name = "Confirm" }).ClickAsync();
            await Assertions.Expect(dialog.GetByLabel("Password")).ToHaveValueAsync("");
            await Assertions.Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("This is not your password");
        }

        await dialog.GetByLabel("Password").FillAsync(TestServer.Password);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Confirm" }).ClickAsync();

        await Assertions.Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("Too many wrong passwords or codes");
        using var client = server.NewClient();
        using var signIn = await client.PostAsJsonAsync("/api/v1/auth/login", new { email, password = TestServer.Password }, Cancellation);
        Assert.Equal(429, (int)signIn.StatusCode);
        var audit = await rest.GetFromJsonAsync<JsonElement>($"/api/v1/workspaces/{visit.Id}/audit?action=account.sign_in", Cancellation);
        Assert.Equal(5, audit.GetProperty("items").EnumerateArray().Count(row => row.GetProperty("outcome").GetString() == "refused"));
    }

    private static async Task ConfirmAsync(IPage page)
    {
        var password = page.GetByRole(AriaRole.Dialog).GetByLabel("Password");
        await password.FillAsync(TestServer.Password);
        await password.PressAsync("Enter");
        await Assertions.Expect(password).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task AccountForms_TypedBeforeThePasswordIsAskedFor_AreThereAfterIt()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        var page = visit.Page;
        await page.GotoAsync("/account");
        await Assertions.Expect(page.Locator("[data-keeps]")).ToHaveCountAsync(2);
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("Ana of the harbour");
        await page.GetByLabel("Name of the new token").FillAsync("The nightly report");
        await page.GetByLabel("Expires in (days)").FillAsync("12");
        await page.GetByLabel("Current password").FillAsync("a password half typed");
        Assert.DoesNotContain("half typed", await page.EvaluateAsync<string>("() => JSON.stringify(Object.entries(sessionStorage))"), StringComparison.Ordinal);
        GrowStale();

        await page.GetByRole(AriaRole.Button, new() { Name = "Create token" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Confirm it is you");
        await page.GetByLabel("Password").FillAsync("not it");
        await page.GetByRole(AriaRole.Button, new() { Name = "Confirm" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("This is not your password");
        await page.GetByLabel("Password").FillAsync(TestServer.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Confirm" }).ClickAsync();

        await Assertions.Expect(page.GetByLabel("Name of the new token")).ToHaveValueAsync("The nightly report");
        await Assertions.Expect(page.GetByLabel("Expires in (days)")).ToHaveValueAsync("12");
        await Assertions.Expect(page.GetByLabel("Name", new() { Exact = true })).ToHaveValueAsync("Ana of the harbour");
        await Assertions.Expect(page.GetByLabel("Current password")).ToHaveValueAsync("");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create token" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Copy “The nightly report” now")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("[data-sent][data-keeps]")).ToHaveCountAsync(1); // its script has run
        await page.GotoAsync("/account");
        await Assertions.Expect(page.GetByLabel("Name", new() { Exact = true })).ToHaveValueAsync("Ana of the harbour"); // this one was not sent
        await Assertions.Expect(page.GetByLabel("Name of the new token")).ToHaveValueAsync("");
    }

    private void GrowStale() => server.Clock.Advance(Door.FreshFor + TimeSpan.FromSeconds(2));

    private async Task<Guid> AddMemberAsync(WorkspaceVisit visit)
    {
        using var invited = await visit.Rest.PostAsJsonAsync($"/api/v1/workspaces/{visit.Id}/invites", new { role = "member" }, Cancellation);
        var code = (await invited.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("code").GetString();
        using var person = await server.RegisterAsync();
        using var joined = await person.PostAsJsonAsync("/api/v1/workspaces/join", new { inviteCode = code }, Cancellation);
        Assert.True(joined.IsSuccessStatusCode, await joined.Content.ReadAsStringAsync(Cancellation));
        return (await person.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancellation)).GetProperty("id").GetGuid();
    }

    private static async Task<string?> RoleAsync(WorkspaceVisit visit, Guid userId)
    {
        var members = await visit.Rest.GetFromJsonAsync<JsonElement>($"/api/v1/workspaces/{visit.Id}/members", Cancellation);
        return members.GetProperty("items").EnumerateArray().Single(member => member.GetProperty("userId").GetGuid() == userId).GetProperty("role").GetString();
    }
}
