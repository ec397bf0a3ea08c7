using System.Text.Json;
using OtherThing.Core.Flows;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Browser.Flows;

/// <summary>The builder opens with what came along: no module is asked for twice, and the first picture waits for no call.</summary>
[Collection(Lanes.Builder)]
public sealed class FlowOpeningTests(Chromium chromium, FlowOpeningTests.Installed server) : IClassFixture<FlowOpeningTests.Installed>
{
    private const string Asked =
        "performance.getEntriesByType('resource').filter(each => /canvas[/]|FlowCanvas/.test(each.name) && each.transferSize > 0).map(each => each.name)";

    /// <summary>As installed: scripts are kept by the browser for good, which they are not while somebody works on them.</summary>
    public sealed class Installed() : TestServer(("EnableStaticAssetsDevelopmentCaching", "true"));

    [Fact]
    public async Task OpenedAgain_AsksForNoModule()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, Two());
        Assert.NotEmpty(await builder.Page.EvaluateAsync<string[]>(Asked));

        await builder.Page.ReloadAsync();
        await builder.Page.Locator("[data-part=host][data-ready=true]").WaitForAsync();

        Assert.Empty(await builder.Page.EvaluateAsync<string[]>(Asked));
    }

    [Fact]
    public async Task FirstPicture_IsThereBeforeTheServerHearsOfIt()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, Two(), prepare: Line.AddAsync);
        var page = builder.Page;
        // The page is drawn over the line of before; what it sends from then on takes a minute.
        await page.AddInitScriptAsync("""
            new MutationObserver(() => { if (document.querySelector('flow-canvas')) window.line_.delay = 60000; }).observe(document, { childList: true, subtree: true });
            """);

        await page.ReloadAsync();
        await page.Locator("[data-part=host][data-ready=true][data-steps='2']").WaitForAsync();

        Assert.Equal(60_000, await page.EvaluateAsync<int>("window.line_.delay"));
    }

    private static FlowDocument Two() => FlowDocument.Empty with
    {
        Steps =
        [
            new FlowStep { Id = "start", Type = "trigger.manual" },
            new FlowStep { Id = "set", Type = "data.set", Position = new(320, 0), Config = JsonElement.Parse("""{"value":1}""") },
        ],
        Connections = [new() { From = "start", To = "set" }],
    };
}
