using System.Text.Json;
using Microsoft.Playwright;
using OtherThing.Core.Flows;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Browser.Flows;

/// <summary>Fingers on the canvas, as the browser itself reports them.</summary>
[Collection(Lanes.Panels)]
public sealed class FlowTouchTests(Chromium chromium, SharedServer server)
{
    private static FlowDocument TwoSteps { get; } = FlowDocument.Empty with
    {
        Steps =
        [
            new FlowStep { Id = "start", Type = "trigger.manual", Name = "Start" },
            new FlowStep { Id = "shape", Type = "data.set", Name = "Shape", Position = new(0, 192), Config = JsonElement.Parse("""{"value":1}""") },
        ],
    };

    [Fact]
    public async Task TwoFingers_ZoomAroundWhereTheyAre_AndSendNothing()
    {
        await using var fingers = await Fingers.OpenAsync(chromium, server);
        var before = await fingers.ViewAsync();
        var middle = await fingers.EmptyPlaceAsync();
        var under = await fingers.UnderAsync(middle);
        fingers.Builder.Forget();

        await fingers.SendAsync("touchStart", (middle.X - 30, middle.Y), (middle.X + 30, middle.Y));
        for (var step = 1; step <= 6; step++)
        {
            await fingers.SendAsync("touchMove", (middle.X - 30 - 5 * step, middle.Y), (middle.X + 30 + 5 * step, middle.Y));
        }

        await fingers.SendAsync("touchEnd");

        var after = await fingers.ViewAsync();
        Assert.Equal(2 * before.Zoom, after.Zoom, 0.02);
        var still = await fingers.UnderAsync(middle);
        Assert.Equal(under.X, still.X, 2.0);
        Assert.Equal(under.Y, still.Y, 2.0);
        Assert.DoesNotContain("ApplyAsync", fingers.Builder.Calls);
        Assert.Equal(1, await fingers.Builder.Page.EvaluateAsync<double>("() => visualViewport.scale"));
    }

    [Fact]
    public async Task Tap_OnTheSignBehindTheSelectedStep_AddsAndConnects()
    {
        await using var fingers = await Fingers.OpenAsync(chromium, server, width: 1280, height: 800);
        var builder = fingers.Builder;
        await fingers.TapAsync(await builder.PlaceOfAsync("start"));
        await Assertions.Expect(builder.Page.GetByRole(AriaRole.Heading, new() { Name = "Start by hand" })).ToBeVisibleAsync();

        // The panel took its place beside the canvas; the sign is where it is now.
        var sign = await builder.Host.EvaluateAsync<float[]>(
            "async host => { const { plusesOf } = await import('./canvas/plus.js'), at = host.flowCanvas.clientAt(plusesOf(host.flowCanvas.scene)[0].at); "
                + "return [at.x, at.y]; }");
        await fingers.TapAsync((sign[0], sign[1]));
        await builder.Page.GetByRole(AriaRole.Combobox, new() { Name = "Add a step" }).FillAsync("Wait");
        await fingers.Builder.Page.Keyboard.PressAsync("Enter");

        var flow = await builder.SavedAsync(flow => flow.Steps.Count == 3);
        Assert.Equal(("start", "wait"), (flow.Connections[0].From, flow.Connections[0].To));
    }

    [Fact]
    public async Task OneFinger_OnTheGround_PansBeforeAndAfterAPinch()
    {
        await using var fingers = await Fingers.OpenAsync(chromium, server);
        var (at, before) = (await fingers.EmptyPlaceAsync(), await fingers.ViewAsync());

        await fingers.DragAsync(at, (at.X + 60, at.Y - 40));
        var panned = await fingers.ViewAsync();
        Assert.Equal(before.X - 60 / before.Zoom, panned.X, 1.0);
        Assert.Equal(before.Y + 40 / before.Zoom, panned.Y, 1.0);

        // Two fingers, then one again: nothing of the first gesture is left.
        await fingers.SendAsync("touchStart", at, (at.X + 50, at.Y));
        await fingers.SendAsync("touchEnd");
        await fingers.DragAsync(at, (at.X + 20, at.Y));
        Assert.Equal(panned.X - 20 / panned.Zoom, (await fingers.ViewAsync()).X, 1.0);
        Assert.DoesNotContain("ApplyAsync", fingers.Builder.Calls);
    }

    [Fact]
    public async Task Tap_SelectsAndOpensThePanel_AndAFingerMovesTheStep()
    {
        await using var fingers = await Fingers.OpenAsync(chromium, server, width: 1280, height: 800);
        var shape = await fingers.Builder.PlaceOfAsync("shape");

        await fingers.TapAsync(shape);
        await Assertions.Expect(fingers.Builder.Page.GetByRole(AriaRole.Heading, new() { Name = "Set data" })).ToBeVisibleAsync();
        Assert.Equal("shape", await fingers.Builder.Host.EvaluateAsync<string>("host => [...host.flowCanvas.scene.selection].join()"));

        shape = await fingers.Builder.PlaceOfAsync("shape");
        await fingers.DragAsync(shape, (shape.X, shape.Y + 96));
        Assert.True((await fingers.Builder.SavedAsync(flow => flow.Steps[1].Position.Y > 192)).Steps[1].Position.Y > 192);
        await fingers.TapAsync(await fingers.EmptyPlaceAsync());
        await Assertions.Expect(fingers.Builder.Page.GetByRole(AriaRole.Heading, new() { Name = "Set data" })).ToHaveCountAsync(0);
    }

    private sealed record Seen(double X, double Y, double Zoom);

    /// <summary>A builder on a touch screen.</summary>
    private sealed class Fingers(FlowBuilder builder, ICDPSession session) : IAsyncDisposable
    {
        public FlowBuilder Builder => builder;

        public static async Task<Fingers> OpenAsync(Chromium chromium, SharedServer server, int width = 390, int height = 844)
        {
            var builder =
                await FlowBuilder.OpenAsync(chromium, server, TwoSteps, new() { HasTouch = true, ViewportSize = new() { Width = width, Height = height } });
            return new Fingers(builder, await builder.Browser.NewCDPSessionAsync(builder.Page));
        }

        public async Task SendAsync(string type, params (float X, float Y)[] points) => await session.SendAsync(
            "Input.dispatchTouchEvent",
            new Dictionary<string, object> { ["type"] = type, ["touchPoints"] = points.Select((point, id) => new { x = point.X, y = point.Y, id }).ToArray() });

        public async Task DragAsync((float X, float Y) from, (float X, float Y) to)
        {
            await SendAsync("touchStart", from);
            for (var step = 1; step <= 5; step++)
            {
                await SendAsync("touchMove", (from.X + (to.X - from.X) * step / 5, from.Y + (to.Y - from.Y) * step / 5));
            }

            await SendAsync("touchEnd");
        }

        public async Task TapAsync((float X, float Y) at)
        {
            await SendAsync("touchStart", at);
            await SendAsync("touchEnd");
        }

        public async Task<Seen> ViewAsync()
        {
            var view = await builder.Host.EvaluateAsync<double[]>("host => { const { x, y, zoom } = host.flowCanvas.scene.view; return [x, y, zoom]; }");
            return new Seen(view[0], view[1], view[2]);
        }

        /// <summary>What of the canvas lies at a place of the page.</summary>
        public async Task<(double X, double Y)> UnderAsync((float X, float Y) place)
        {
            var at = await builder.Host.EvaluateAsync<double[]>(
                "(host, [x, y]) => { const box = host.getBoundingClientRect(), at = host.flowCanvas.scene.view.toCanvas({ x: x - box.x, y: y - box.y }); "
                    + "return [at.x, at.y]; }",
                new[] { place.X, place.Y });
            return (at[0], at[1]);
        }

        /// <summary>A place of the page where the canvas is free.</summary>
        public async Task<(float X, float Y)> EmptyPlaceAsync()
        {
            var at = await builder.Host.EvaluateAsync<float[]>(
                "host => { const box = host.getBoundingClientRect(); return [box.x + 100, box.y + box.height / 2]; }");
            return (at[0], at[1]);
        }

        public ValueTask DisposeAsync() => builder.DisposeAsync();
    }
}
