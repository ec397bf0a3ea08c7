using Microsoft.Playwright;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Browser;

[Collection(Lanes.Pages)]
public sealed class ShellTests(Chromium chromium, SharedServer server)
{
    private static readonly string[] s_pages = ["tasks", "console", "resources", "members", "settings", "audit"];

    [Theory]
    [InlineData(1280, 800)]
    [InlineData(390, 844)]
    public async Task Pages_WithShellAndDialogs_HaveNoFindingsAndFit(int width, int height)
    {
        await using var visit = await WorkspaceVisit.StartAsync(
            chromium, server, new() { ViewportSize = new() { Width = width, Height = height } });
        await visit.AddTaskAsync("Write the report that everybody waits for");
        var page = visit.Page;
        foreach (var name in s_pages)
        {
            await visit.GoAsync(name);
            await CheckAsync(page, name);
        }

        await visit.GoAsync("tasks/1");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save task" }).WaitForAsync();
        await CheckAsync(page, "task dialog");
        await page.GotoAsync("/");
        await page.GetByRole(AriaRole.Link, new() { Name = "Harbour Lab" }).WaitForAsync();
        await CheckAsync(page, "workspaces");
        await page.GotoAsync("/nowhere");
        await page.GetByText("There is nothing here").WaitForAsync();
        await CheckAsync(page, "not found");
        Assert.DoesNotContain(visit.Complaints, text => !text.Contains("404", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Theme_Chosen_IsInTheFirstByteOfTheNextPage()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server, new() { ColorScheme = ColorScheme.Dark });
        await visit.GoAsync("tasks");
        Assert.Equal("rgb(13, 17, 23)", await BackgroundAsync(visit.Page));

        await visit.Page.GetByTitle("Theme").ClickAsync();
        await visit.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Light" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "light");
        Assert.Equal("rgb(246, 248, 250)", await BackgroundAsync(visit.Page));

        var next = await visit.Page.GotoAsync("/");
        Assert.Contains("data-theme=\"light\"", await next!.TextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A75_AuditPage_ChecksItsChainAndGivesAFileByTheCookie()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        await visit.GoAsync("audit");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Check that nothing was changed" }).ClickAsync();
        await visit.Page.GetByText("are as they were written").WaitForAsync();

        var file = await visit.Page.EvaluateAsync<string>("async () => (await fetch(location.pathname + '/export?format=csv')).text()");

        Assert.StartsWith("id,at,actorId,actor,", file, StringComparison.Ordinal);
        Assert.Contains(",workspace.create,", file, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tabs_AreLinks_AndTheSwitcherLeadsToOtherWorkspaces()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        await TestServer.CreateWorkspaceAsync(visit.Rest, "Second Lab");
        await visit.GoAsync("tasks");

        await visit.Page.GetByRole(AriaRole.Tab, new() { Name = "Console" }).ClickAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Tab, new() { Name = "Console" })).ToHaveAttributeAsync("aria-selected", "true");
        await visit.Page.GoBackAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Tasks");
        await visit.Page.Locator(".ot-switcher").ClickAsync();
        await visit.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Second Lab" }).ClickAsync();
        await Assertions.Expect(visit.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/w/second-lab.*/tasks$"));
    }

    [Fact]
    public async Task Anonymous_AtAnyPage_IsSentToSignInAndBackAfterwards()
    {
        using var somebody = await server.RegisterAsync(); // an empty server asks for the first account instead
        await using var context = await chromium.OpenAsync(server.BaseAddress);
        var page = await context.NewPageAsync();

        await page.GotoAsync("/w/some-lab/tasks");

        Assert.Contains("/account/login?returnUrl=%2Fw%2Fsome-lab%2Ftasks", page.Url, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Console_ArrowKeys_BringEarlierLinesBack()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        await visit.GoAsync("console");
        var line = visit.Page.GetByLabel("Command");

        await line.FillAsync("whoami");
        await line.PressAsync("Enter");
        await Assertions.Expect(visit.Page.Locator(".block-text")).ToContainTextAsync("owner of Harbour Lab");
        await line.FillAsync("taks");
        await line.PressAsync("Enter");
        await Assertions.Expect(visit.Page.Locator(".block-error")).ToContainTextAsync("Did you mean tasks");
        await line.PressAsync("ArrowUp");
        await line.PressAsync("ArrowUp");
        await Assertions.Expect(line).ToHaveValueAsync("whoami");
        await line.PressAsync("ArrowDown");
        await Assertions.Expect(line).ToHaveValueAsync("taks");
        await line.FillAsync("memb");
        await line.PressAsync("Tab");
        await Assertions.Expect(line).ToHaveValueAsync("member");
    }

    private static Task<string> BackgroundAsync(IPage page) =>
        page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");

    private static async Task CheckAsync(IPage page, string what)
    {
        await Accessible.FitsAsync(page, what);
        await Accessible.CheckAsync(page, what);
    }
}
