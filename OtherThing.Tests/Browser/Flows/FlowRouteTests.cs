using System.Text.Json;
using Microsoft.Playwright;
using OtherThing.Core.Flows;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Browser.Flows;

/// <summary>Connections beside cards, and the panels beside the canvas.</summary>
[Collection(Lanes.Panels)]
public sealed class FlowRouteTests(Chromium chromium, SharedServer server)
{
    private const string Crossed = """
        async host => {
          const { scene } = host.flowCanvas, { crosses } = await import('./canvas/routes.js');
          const others = [...scene.layout.rects].filter(([id]) => id !== 'start' && id !== 'end');
          const places = scene.routes.shown(scene, scene.doc.connections.find(each => each.from === 'start' && each.to === 'end'));
          return places ? crosses(places, others) : -1;
        }
        """;

    [Fact]
    public async Task LineBehindACard_IsLedRoundIt_AndAgainWhenACardIsPutThere_WithoutAWordToTheServer()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, Between());
        await Patience.UntilAsync(async () => await builder.Host.EvaluateAsync<int>(Crossed) == 0, () => "the line goes round the card");
        var before = await builder.Host.EvaluateAsync<string>(
            "host => JSON.stringify(host.flowCanvas.scene.routes.shown(host.flowCanvas.scene, host.flowCanvas.scene.doc.connections[1]))");

        var (x, y) = await builder.PlaceOfAsync("low");
        builder.Forget();
        await builder.Page.Mouse.MoveAsync(x, y);
        await builder.Page.Mouse.DownAsync();
        await builder.Page.Mouse.MoveAsync(x, y - 60, new() { Steps = 10 });
        Assert.DoesNotContain("ApplyAsync", builder.Calls);
        await builder.Page.Mouse.UpAsync();

        await builder.SavedAsync(flow => flow.Steps.Single(step => step.Id == "low").Position.Y < 180);
        await Patience.UntilAsync(
            async () => await builder.Host.EvaluateAsync<int>(Crossed) == 0
                && await builder.Host.EvaluateAsync<string>(
                    "host => JSON.stringify(host.flowCanvas.scene.routes.shown(host.flowCanvas.scene, host.flowCanvas.scene.doc.connections[1]))") is { } after,
            () => "the line goes round both cards");
        Assert.StartsWith("[", before, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LedLine_IsHitWhereItIsDrawn()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, Between());
        await Patience.UntilAsync(async () => await builder.Host.EvaluateAsync<int>(Crossed) == 0, () => "the line goes round the card");
        var at = await builder.Host.EvaluateAsync<float[]>("""
            host => {
              const { scene } = host.flowCanvas, places = scene.routes.shown(scene, scene.doc.connections[1]);
              const longest = places.slice(1).map((place, index) => [places[index], place]).sort(([a, b], [c, d]) => Math.hypot(c.x - d.x, c.y - d.y) - Math.hypot(a.x - b.x, a.y - b.y))[0];
              const at = host.flowCanvas.clientAt({ x: longest[0].x * 0.3 + longest[1].x * 0.7, y: longest[0].y * 0.3 + longest[1].y * 0.7 });
              return [at.x, at.y];
            }
            """);

        await builder.Page.Mouse.ClickAsync(at[0], at[1]);

        await Patience.UntilAsync(
            async () => await builder.Host.EvaluateAsync<bool>("host => host.flowCanvas.scene.isConnectionSelected(host.flowCanvas.scene.doc.connections[1])"),
            () => "the line is selected");
    }

    [Fact]
    public async Task Panels_KeepTheirWidthAndFold_InThisBrowser()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, Between());
        var page = builder.Page;
        var left = page.GetByRole(AriaRole.Complementary, new() { Name = "Add and find steps" });
        await page.GetByRole(AriaRole.Button, new() { Name = "Runs", Exact = true }).ClickAsync();
        var grip = page.GetByRole(AriaRole.Separator, new() { Name = "Width of the panel" });
        await Assertions.Expect(grip).ToBeVisibleAsync();
        var box = (await grip.BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(box.X + 3, box.Y + 200);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(box.X - 77, box.Y + 200, new() { Steps = 4 });
        await page.Mouse.UpAsync();
        await Assertions.Expect(grip).ToHaveAttributeAsync("aria-valuenow", "420");
        await page.GetByRole(AriaRole.Separator, new() { Name = "Width of the list of steps" }).PressAsync("ArrowRight");
        await page.GetByRole(AriaRole.Button, new() { Name = "List of steps", Exact = true }).ClickAsync();
        await Assertions.Expect(left).ToBeHiddenAsync();

        await page.ReloadAsync();

        await page.Locator("[data-part=host][data-ready=true]").WaitForAsync();
        await Assertions.Expect(left).ToBeHiddenAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "List of steps", Exact = true }).ClickAsync();
        await Assertions.Expect(left).ToBeVisibleAsync();
        Assert.Equal(232, (await left.BoundingBoxAsync())!.Width, 1.0);
        await page.GetByRole(AriaRole.Button, new() { Name = "Runs", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator("[data-flow-panel]")).ToBeVisibleAsync();
        Assert.Equal(420, (await page.Locator("[data-flow-panel]").BoundingBoxAsync())!.Width, 1.0);
        var fold = page.GetByRole(AriaRole.Button, new() { Name = "Panel", Exact = true });
        await fold.ClickAsync();
        await Assertions.Expect(page.Locator("[data-flow-panel]")).ToBeHiddenAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Not published" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Region, new() { Name = "Not published yet" })).ToBeVisibleAsync();
    }

    private static FlowDocument Between() => FlowDocument.Empty with
    {
        Steps =
        [
            new FlowStep { Id = "start", Type = "trigger.manual", Name = "Start" },
            new FlowStep { Id = "mid", Type = "data.set", Name = "Mid", Position = new(320, 0), Config = JsonElement.Parse("""{"value":1}""") },
            new FlowStep { Id = "low", Type = "data.set", Name = "Low", Position = new(320, 192), Config = JsonElement.Parse("""{"value":1}""") },
            new FlowStep { Id = "end", Type = "output", Name = "End", Position = new(640, 0), Config = JsonElement.Parse("""{"value":1}""") },
        ],
        Connections = [
            new FlowConnection { From = "start", To = "mid" }, new FlowConnection { From = "start", To = "end" },
            new FlowConnection { From = "start", To = "low" }],
    };
}
