using Microsoft.Playwright;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;
using OtherThing.Tests.Web.Runs;
using static Microsoft.Playwright.Assertions;

namespace OtherThing.Tests.Browser;

[Collection(Lanes.Pages)]
public sealed class RunControlPageTests(Chromium chromium, SinkServer servers) : IClassFixture<SinkServer>
{
    [Theory]
    [InlineData(1280, 900)]
    [InlineData(390, 844)]
    public async Task UnknownStep_IsSettledOnTheRunPage_AndAFlowIsPausedInTheList(int width, int height)
    {
        await using var visit = await WorkspaceVisit.StartAsync(
            chromium, servers.Server, new() { ViewportSize = new() { Width = width, Height = height } });
        var client = new RunClient(visit.Rest, $"/api/v1/workspaces/{visit.Id}");
        var flow = await client.CreateFlowAsync(
            $$$"""{"id":"pay","type":"http.request","config":{"method":"POST","url":"{{{servers.Sink.Address}}}cut/pay"}},{"id":"out","type":"output","config":{"value":"{{ steps.pay.receipt }}"}}""",
            "start->pay", "pay->out");
        var failed = (await client.RunAsync(flow)).GetProperty("id").GetString();
        var page = visit.Page;

        await visit.GoAsync($"runs/{failed}");
        await page.GetByRole(AriaRole.Button, new() { Name = "It happened…" }).ClickAsync();
        await page.GetByLabel("Its output (JSON)").FillAsync("""{"receipt":"R-7"}""");
        await CheckAsync(page, "unknown step");
        await page.GetByRole(AriaRole.Button, new() { Name = "Use this output and go on" }).ClickAsync();
        await Expect(page.GetByText("R-7")).ToBeVisibleAsync();
        await CheckAsync(page, "settled run");

        await visit.GoAsync("flows");
        await page.GetByRole(AriaRole.Button, new() { Name = "More about Test" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Settings…" }).ClickAsync();
        await page.GetByLabel("Runs at once").FillAsync("2");
        await page.GetByLabel("Paused: nothing new starts").CheckAsync();
        await CheckAsync(page, "settings of a flow");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save settings" }).ClickAsync();
        await Expect(page.Locator(".fl-paused")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Run Test" }).ClickAsync();
        await Expect(page.GetByText("This flow is paused")).ToBeVisibleAsync();
    }

    private static async Task CheckAsync(IPage page, string what)
    {
        await Accessible.FitsAsync(page, what);
        await Accessible.CheckAsync(page, what);
    }
}
