using System.Text.Json;
using Microsoft.Playwright;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;
using OtherThing.Tests.Web.Runs;

namespace OtherThing.Tests.Browser;

/// <summary>The pages of a flow's past in a browser: versions, tests, two runs side by side, large values, the gallery.</summary>
[Collection(Lanes.Pages)]
public sealed class HistoryPagesTests(Chromium chromium, SharedServer server)
{
    [Theory]
    [InlineData(1280, 800)]
    [InlineData(390, 844)]
    public async Task Pages_OfHistory_HaveNoFindingsAndFit(int width, int height)
    {
        await using var visit = await WorkspaceVisit.StartAsync(
            chromium, server, new() { ViewportSize = new() { Width = width, Height = height } });
        var client = new RunClient(visit.Rest, $"/api/v1/workspaces/{visit.Id}");
        var flow = await client.CreateFlowAsync(
            """{"id":"twice","name":"Twice as much","type":"data.set","config":{"value":{"n":"{{ input.n | times: 2 }}","text":"{{ input.text }}"}}}""",
            "start->twice");
        var first = await client.RunAsync(flow, """{"input":{"n":3,"text":"short"}}""");
        var second = await client.RunAsync(flow, JsonSerializer.Serialize(new { input = new { n = 4, text = new string('x', 300_000) } }));
        await client.PostAsync($"/flows/{flow}/publish");
        await client.PostAsync($"/flows/{flow}/tests", $$"""{"runId":"{{first.GetProperty("id").GetString()}}","name":"Three becomes six"}""");
        var document = (await client.GetAsync($"/flows/{flow}")).GetProperty("flow").GetRawText();
        await client.SendAsync(HttpMethod.Patch, $"/flows/{flow}", $$"""{"flow":{{document.Replace("times: 2", "times: 3", StringComparison.Ordinal)}} }""");

        await OpenAsync(visit, $"flows/{flow}/versions", "config.value.n");
        await OpenAsync(visit, $"runs/{first.GetProperty("id").GetString()}/compare/{second.GetProperty("id").GetString()}", "First difference");
        await OpenAsync(visit, $"runs/{second.GetProperty("id").GetString()}", "too large to show here");
        await OpenAsync(visit, $"runs?flow={flow}&compare={first.GetProperty("id").GetString()}", "Compare with this");
        await OpenAsync(visit, "flows/gallery", "Ask three models");
        await OpenAsync(visit, "settings", "How long runs are kept");
        await OpenAsync(visit, $"flows/{flow}/tests", "Three becomes six");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Run all tests" }).ClickAsync();
        await visit.Page.GetByText("1 test failed").First.WaitForAsync();
        await CheckAsync(visit.Page, "tests that failed");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Edit Three becomes six" }).ClickAsync();
        await visit.Page.GetByLabel("with this output (JSON)").WaitForAsync();
        await CheckAsync(visit.Page, "test dialog");
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task Gallery_UseAFlow_OpensItInTheBuilder()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        await visit.GoAsync("flows/gallery");

        await visit.Page.Locator(".fg-card", new() { HasText = "Classify a message and route it" }).GetByRole(AriaRole.Button).ClickAsync();

        await Assertions.Expect(visit.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/flows/[0-9a-f-]{36}"));
        await Assertions.Expect(visit.Page.GetByLabel("Name of the flow")).ToHaveValueAsync("Classify a message and route it");
    }

    private static async Task OpenAsync(WorkspaceVisit visit, string address, string text)
    {
        await visit.GoAsync(address);
        await visit.Page.GetByText(text).First.WaitForAsync();
        await CheckAsync(visit.Page, address.Split('?')[0]);
    }

    private static async Task CheckAsync(IPage page, string name)
    {
        await Accessible.FitsAsync(page, name);
        await Accessible.CheckAsync(page, name);
    }
}
