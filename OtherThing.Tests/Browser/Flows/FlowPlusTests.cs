using System.Text.Json;
using Microsoft.Playwright;
using OtherThing.Core.Flows;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Browser.Flows;

/// <summary>The plus signs behind ports and on lines.</summary>
[Collection(Lanes.Panels)]
public sealed class FlowPlusTests(Chromium chromium, SharedServer server)
{
    [Fact]
    public async Task PortPressed_OffersTheStepsAndConnectsFromThatPort_InOneAct()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, Deciding());
        var page = builder.Page;
        var (x, y) = await PlaceAsync(builder, "scene.output('if', 'false')");
        await page.Mouse.MoveAsync(x, y);
        await page.Mouse.MoveAsync(x + 1, y);
        // On to the sign that shows behind the port: it stays while one is on the way.
        var sign = await PlaceAsync(builder, "scene.plusAt?.at ?? (await import('./canvas/plus.js')).plusesOf(host.flowCanvas.scene)[0].at");
        await page.Mouse.MoveAsync(sign.X, sign.Y, new() { Steps = 4 });
        await page.Mouse.ClickAsync(sign.X, sign.Y);

        await AddAsync(builder, "Wait");

        var flow = await builder.SavedAsync(flow => flow.Steps.Count == 4);
        Assert.Equal(["start out if", "if true result", "if false wait"], Lines(flow));
        Assert.DoesNotContain(flow.Steps, step => step.Id != "wait" && Covers(step, flow.Steps[^1]));
        await page.Keyboard.PressAsync("Control+z");
        Assert.Equal(["start out if", "if true result"], Lines(await builder.SavedAsync(flow => flow.Steps.Count == 3)));
    }

    [Fact]
    public async Task SignOnALine_PutsTheStepBetween_CoversNothingAndIsOneAct()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, Deciding());
        var page = builder.Page;
        var before = await builder.SavedAsync(_ => true);
        var (x, y) = await PlaceAsync(builder, "(await import('./canvas/geometry.js')).middleOf(scene.output('start', 'out'), scene.input('if'), false)");
        await page.Mouse.MoveAsync(x, y);
        await page.Mouse.MoveAsync(x + 1, y);
        await page.Mouse.ClickAsync(x, y);

        await AddAsync(builder, "Wait");

        var flow = await builder.SavedAsync(flow => flow.Steps.Count == 4);
        Assert.Equal(["if true result", "start out wait", "wait out if"], Lines(flow).Order());
        foreach (var step in flow.Steps)
        {
            Assert.DoesNotContain(flow.Steps, other => other.Id != step.Id && Covers(step, other));
        }

        await page.Keyboard.PressAsync("Control+z");
        var undone = await builder.SavedAsync(flow => flow.Steps.Count == 3);
        Assert.Equal(Lines(before).Order(), Lines(undone).Order());
        Assert.Equal(before.Steps.Select(step => step.Position), undone.Steps.Select(step => step.Position));
    }

    [Fact]
    public async Task SelectedLine_BySlash_MakesRoomToo()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, Deciding());
        var keys = builder.Page.Keyboard;
        await builder.Host.FocusAsync();
        await keys.PressAsync("Home");
        await keys.PressAsync("l");
        await keys.PressAsync("/");

        await AddAsync(builder, "Wait");

        var flow = await builder.SavedAsync(flow => flow.Steps.Count == 4);
        Assert.DoesNotContain(flow.Steps, step => step.Id != "wait" && Covers(step, flow.Steps[^1]));
    }

    [Fact]
    public async Task SomebodyWhoOnlyReads_SeesNoSigns()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, Deciding());
        await builder.Host.EvaluateAsync("host => { host.flowCanvas.readOnly = host.flowCanvas.scene.readOnly = true; }");
        var (x, y) = await PlaceAsync(builder, "scene.output('if', 'false')");

        await builder.Page.Mouse.ClickAsync(x, y);

        await Assertions.Expect(builder.Page.GetByRole(AriaRole.Combobox, new() { Name = "Add a step" })).ToHaveCountAsync(0);
    }

    private static async Task AddAsync(FlowBuilder builder, string title)
    {
        await builder.Page.GetByRole(AriaRole.Combobox, new() { Name = "Add a step" }).FillAsync(title);
        await builder.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(builder.Host).ToBeFocusedAsync();
    }

    /// <summary>Where on the page something of the canvas is.</summary>
    private static async Task<(float X, float Y)> PlaceAsync(FlowBuilder builder, string what)
    {
        var at = await builder.Host.EvaluateAsync<float[]>($$"""
            async host => { const { scene } = host.flowCanvas, at = host.flowCanvas.clientAt({{what}}); return [at.x, at.y]; }
            """);
        return (at[0], at[1]);
    }

    private static IEnumerable<string> Lines(FlowDocument flow) => flow.Connections.Select(each => $"{each.From} {each.Port} {each.To}");

    private static bool Covers(FlowStep one, FlowStep other) =>
        Math.Abs(one.Position.X - other.Position.X) < 224 && Math.Abs(one.Position.Y - other.Position.Y) < 76;

    private static FlowDocument Deciding() => FlowDocument.Empty with
    {
        Steps =
        [
            new FlowStep { Id = "start", Type = "trigger.manual", Name = "Start" },
            new FlowStep { Id = "if", Type = "logic.if", Name = "Decide", Position = new(320, 0), Config = JsonElement.Parse("""{"condition":"true"}""") },
            new FlowStep { Id = "result", Type = "output", Name = "Result", Position = new(640, 0), Config = JsonElement.Parse("""{"value":1}""") },
        ],
        Connections =
        [
            new FlowConnection { From = "start", To = "if" },
            new FlowConnection { From = "if", Port = "true", To = "result" },
        ],
    };
}
