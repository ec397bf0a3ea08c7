using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using OtherThing.Core.Access;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;
using OtherThing.Tests.Web.Account;

namespace OtherThing.Tests.Browser;

/// <summary>What can be undone, handed over and recovered, on pages.</summary>
[Collection(Lanes.Pages)]
public sealed class WaysBackTests(Chromium chromium, ClockedServer server) : IClassFixture<ClockedServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1280, 800)]
    [InlineData(390, 844)]
    public async Task A07_DeletedWorkspace_IsListedForItsOwnerAndRestored(int width, int height)
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server, new() { ViewportSize = new() { Width = width, Height = height } });
        using var deleted = await visit.Rest.DeleteAsync($"/api/v1/workspaces/{visit.Id}", Cancellation);
        Assert.True(deleted.IsSuccessStatusCode);
        var page = visit.Page;

        await page.GotoAsync("/?show=deleted");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Harbour Lab" })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("Gone for good in")).ToBeVisibleAsync();
        await Accessible.CheckAsync(page, "deleted workspaces");
        await Accessible.FitsAsync(page, "deleted workspaces");
        server.Clock.Advance(Door.FreshFor + TimeSpan.FromSeconds(2));
        await page.GetByRole(AriaRole.Button, new() { Name = "Restore Harbour Lab" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByLabel("Password").FillAsync(TestServer.Password);
        await page.GetByRole(AriaRole.Dialog).GetByLabel("Password").PressAsync("Enter");

        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Tasks");
        using var there = await visit.Rest.GetAsync($"/api/v1/workspaces/{visit.Id}", Cancellation);
        Assert.True(there.IsSuccessStatusCode);
    }

    [Fact]
    public async Task A07_DeletedWorkspace_OfAnother_IsNotListed()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        using var stranger = await server.RegisterAsync();
        var theirs = await TestServer.CreateWorkspaceAsync(stranger, "Not yours");
        using var deleted = await stranger.DeleteAsync($"/api/v1/workspaces/{theirs.GetProperty("id").GetString()}", Cancellation);

        await visit.Page.GotoAsync("/?show=deleted");

        await Assertions.Expect(visit.Page.GetByText("Nothing to bring back")).ToBeVisibleAsync();
        await Assertions.Expect(visit.Page.GetByText("Not yours")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A08_HandOver_OfferedTurnedDownOfferedAgainAndAccepted()
    {
        await using var owner = await WorkspaceVisit.StartAsync(chromium, server);
        using var rest = await server.RegisterAsync();
        var workspace = await owner.Rest.GetFromJsonAsync<JsonElement>($"/api/v1/workspaces/{owner.Id}", Cancellation);
        using var joined =
            await rest.PostAsJsonAsync("/api/v1/workspaces/join", new { inviteCode = workspace.GetProperty("inviteCode").GetString() }, Cancellation);
        var me = (await rest.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancellation)).GetProperty("id").GetGuid();
        using var raised = await owner.Rest.PatchAsJsonAsync($"/api/v1/workspaces/{owner.Id}/members/{me}", new { role = "admin" }, Cancellation);
        Assert.True(raised.IsSuccessStatusCode);
        await using var admin = await WorkspaceVisit.JoinAsync(chromium, server, rest, workspace);
        await owner.GoAsync("members");
        await admin.GoAsync("members");

        await OfferAsync(owner.Page);
        await Assertions.Expect(owner.Page.GetByRole(AriaRole.Button, new() { Name = "Take the offer back" })).ToBeVisibleAsync();
        await admin.Page.GetByRole(AriaRole.Button, new() { Name = "Decline" }).ClickAsync();
        await Assertions.Expect(owner.Page.GetByRole(AriaRole.Button, new() { Name = "Take the offer back" })).ToHaveCountAsync(0);
        await OfferAsync(owner.Page);
        await Assertions.Expect(admin.Page.GetByRole(AriaRole.Button, new() { Name = "Accept" })).ToBeVisibleAsync();
        await Accessible.CheckAsync(admin.Page, "offer of a workspace");
        await admin.Page.GetByRole(AriaRole.Button, new() { Name = "Accept" }).ClickAsync();

        await Patience.UntilAsync(
            async () => (await rest.GetFromJsonAsync<JsonElement>($"/api/v1/workspaces/{owner.Id}", Cancellation)).GetProperty("role").GetString() == "owner",
            "the admin is the owner");
        Assert.Equal("admin", (await owner.Rest.GetFromJsonAsync<JsonElement>($"/api/v1/workspaces/{owner.Id}", Cancellation)).GetProperty("role").GetString());
        // The act is written down after it is done.
        var audit = await Patience.UntilAsync(
            () => rest.GetFromJsonAsync<JsonElement>($"/api/v1/workspaces/{owner.Id}/audit?action=workspace.transfer", Cancellation),
            read => read.GetProperty("items").GetArrayLength() >= 4,
            "the last of the four acts is in the audit");
        Assert.Equal(
            ["offered", "turned down", "offered", "accepted"],
            audit.GetProperty("items").EnumerateArray().OrderBy(row => row.GetProperty("sequence").GetInt64()).Select(
                row => row.GetProperty("detail").GetString()));
    }

    [Fact]
    public async Task C07_ForgottenPassword_AdministratorMakesALinkAndThePersonIsBackIn()
    {
        await using var own = new TestServer();
        await using var administrator = await WorkspaceVisit.StartAsync(chromium, own);
        var email = $"user-{Guid.NewGuid():N}@example.org";
        using var person = await own.RegisterAsync(email);
        var page = administrator.Page;

        await page.GotoAsync("/");
        await page.GetByRole(AriaRole.Link, new() { Name = "Administration" }).ClickAsync();
        await page.GetByLabel("E-mail address of their account").FillAsync(email);
        await page.GetByRole(AriaRole.Button, new() { Name = "Make a link" }).ClickAsync();
        var link = await page.GetByLabel("Link to a new password").InputValueAsync();
        await Accessible.CheckAsync(page, "administration");
        await using var elsewhere = await chromium.OpenAsync(own.BaseAddress);
        var theirs = await elsewhere.NewPageAsync();
        await theirs.GotoAsync(link);
        await theirs.GetByLabel("New password").FillAsync("Another one 2");
        await theirs.GetByRole(AriaRole.Button, new() { Name = "Set password" }).ClickAsync();
        await theirs.GetByRole(AriaRole.Link, new() { Name = "Sign in" }).ClickAsync();
        await theirs.GetByLabel("E-mail address").FillAsync(email);
        await theirs.GetByLabel("Password").FillAsync("Another one 2");
        await theirs.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();

        await Assertions.Expect(theirs.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Workspaces");
        await Assertions.Expect(theirs.GetByRole(AriaRole.Link, new() { Name = "Administration" })).ToHaveCountAsync(0);
        await theirs.GotoAsync("/administration");
        await Assertions.Expect(theirs.GetByText("This page is for the administrator")).ToBeVisibleAsync();
    }

    private static async Task OfferAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Hand over to" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Offer workspace" }).ClickAsync();
    }
}
