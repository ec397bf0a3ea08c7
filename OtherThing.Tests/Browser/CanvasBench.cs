using System.Diagnostics;
using System.Text.Json;
using OtherThing.Core.Flows;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Browser;

/// <summary>Frame times of the canvas; run by eng/bench-canvas, never by the suite: a busy machine must not fail a build.</summary>
public sealed class CanvasBench(Chromium chromium, SharedServer server)
{
    [Theory(Explicit = true)]
    [InlineData(500)]
    [InlineData(1000)]
    public async Task Frames(int count)
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, Grid(count));
        var page = builder.Page;
        var watch = Stopwatch.StartNew();
        await page.ReloadAsync();
        await page.Locator("[data-part=host][data-ready=true]").WaitForAsync();
        Say($"{count} steps: open to interactive {watch.ElapsedMilliseconds} ms, heap {await page.EvaluateAsync<double>("performance.memory.usedJSHeapSize / 1048576"):0.0} MB");
        await page.EvaluateAsync("window.frames_ = []; let last = 0; const tick = now => { if (last) window.frames_.push(now - last); last = now; requestAnimationFrame(tick); }; requestAnimationFrame(tick);");
        var id = await builder.Host.EvaluateAsync<string>(
            "host => { const c = host.flowCanvas, w = c.scene.view.window; return [...c.scene.layout.rects].find(([, r]) => r.x > w.x + w.width / 3 && r.y > w.y + w.height / 3)[0]; }");

        var (x, y) = await builder.PlaceOfAsync(id);
        await DragAsync(builder, "drag one", x, y);
        await builder.Host.EvaluateAsync("(host, id) => { const c = host.flowCanvas; c.scene.selection = new Set([id, ...[...c.scene.doc.steps.keys()].slice(0, 49)]); c.invalidate(); }", id);
        (x, y) = await builder.PlaceOfAsync(id);
        await DragAsync(builder, "drag 50", x, y);
        await page.Mouse.MoveAsync(x, y);
        foreach (var zoom in new[] { 1, 0.6, 0.3, 0.12 })
        {
            await builder.Host.EvaluateAsync("(host, zoom) => host.flowCanvas.zoomTo(zoom)", zoom);
            await MeasureAsync(builder, $"pan at {zoom:0.##}", turn => page.Mouse.WheelAsync((float)Math.Sin(turn / 20.0) * 60, (float)Math.Cos(turn / 20.0) * 40));
        }

        await page.Keyboard.DownAsync("Control");
        await MeasureAsync(builder, "zoom", turn => page.Mouse.WheelAsync(0, (float)Math.Sin(turn / 25.0) * 60));
        await page.Keyboard.UpAsync("Control");
    }

    private static async Task DragAsync(FlowBuilder builder, string what, float x, float y)
    {
        await builder.Page.Mouse.MoveAsync(x, y);
        await builder.Page.Mouse.DownAsync();
        await MeasureAsync(builder, what, turn => builder.Page.Mouse.MoveAsync(x + ((float)Math.Sin(turn / 15.0) * 150), y + ((float)Math.Cos(turn / 15.0) * 100)));
        builder.Forget();
        await builder.Page.Mouse.UpAsync();
        await builder.SavedAsync(_ => builder.Calls.Count > 0);
        Say($"  at the drop: {string.Join(", ", builder.Calls)}");
    }

    private static async Task MeasureAsync(FlowBuilder builder, string what, Func<int, Task> act)
    {
        await builder.Page.WaitForTimeoutAsync(500);
        builder.Forget();
        await builder.Page.EvaluateAsync("window.frames_.length = 0");
        var watch = Stopwatch.StartNew();
        for (var turn = 0; watch.Elapsed < TimeSpan.FromSeconds(3); turn++)
        {
            await act(turn);
        }

        var frames = await builder.Page.EvaluateAsync<double[]>("window.frames_.slice().sort((a, b) => a - b)");
        Say($"  {what}: {frames.Length} frames, p50 {frames[frames.Length / 2]:0.0} ms, p95 {frames[(int)(frames.Length * 0.95)]:0.0} ms, longest {frames[^1]:0.0} ms, messages {builder.Calls.Count}");
    }

    private static void Say(string line) => TestContext.Current.TestOutputHelper!.WriteLine(line);

    private static FlowDefinition Grid(int count)
    {
        const int Columns = 40;
        var config = JsonElement.Parse("""{"value":{"text":"{{ input.topic }}"}}""");
        return FlowDefinition.Empty with
        {
            Steps = [.. Enumerable.Range(0, count).Select(at => new FlowStep
            {
                Id = $"s{at}", Type = at == 0 ? "trigger.manual" : "data.set", Name = $"Step number {at}",
                Position = new(at % Columns * 304, at / Columns * 128), Config = at == 0 ? JsonElement.Parse("{}") : config,
            })],
            Connections = [.. Enumerable.Range(1, count - 1).Select(at => new FlowConnection { From = at % Columns == 0 ? $"s{at - Columns}" : $"s{at - 1}", To = $"s{at}" })],
        };
    }
}
