using System.Text.Json;
using Microsoft.Playwright;
using OtherThing.Core.Flows;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Browser.Flows;

[Collection(Lanes.Builder)]
public sealed class FlowCanvasTests(Chromium chromium, SharedServer server)
{
    private static FlowDocument ThreeSteps { get; } = FlowDocument.Empty with
    {
        Steps =
        [
            new FlowStep { Id = "start", Type = "trigger.manual", Name = "Start", Position = new(0, 0) },
            new FlowStep { Id = "shape", Type = "data.set", Name = "Shape", Position = new(320, 0), Config = JsonElement.Parse("""{"value":1}""") },
            new FlowStep
            { Id = "result", Type = "output", Name = "Result", Position = new(640, 192), Config = JsonElement.Parse("""{"value":"{{ steps.shape }}"}""") },
        ],
        Connections = [new FlowConnection { From = "start", To = "shape" }],
    };

    [Fact]
    public async Task DraggingAStep_SendsNothingUntilTheDropAndOneActThen()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, ThreeSteps);
        var (x, y) = await builder.PlaceOfAsync("shape");
        await builder.Page.Mouse.MoveAsync(x, y);
        await builder.Page.Mouse.DownAsync();
        builder.Forget();

        await builder.Page.Mouse.MoveAsync(x + 40, y + 160, new() { Steps = 60 });
        Assert.Empty(builder.Calls);

        await builder.Page.Mouse.UpAsync();
        var flow = await builder.SavedAsync(flow => flow.Steps[1].Position.Y > 0);
        Assert.True(flow.Steps[1].Position.Y > 0, $"y is {FlowBuilder.Say(flow.Steps[1].Position.Y)}");
        Assert.Equal(["ApplyAsync"], builder.Calls);
    }

    [Fact]
    public async Task PanningAndZooming_SendNothing()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, ThreeSteps);
        var (x, y) = await builder.PlaceOfAsync("shape");
        await builder.Page.Mouse.MoveAsync(x, y + 200);
        builder.Forget();

        await builder.Page.Mouse.WheelAsync(30, 40);
        await builder.Page.Keyboard.DownAsync("Control");
        await builder.Page.Mouse.WheelAsync(0, -120);
        await builder.Page.Keyboard.UpAsync("Control");
        await Assertions.Expect(builder.Page.GetByRole(AriaRole.Button, new() { Name = "Zoom to 100 %" })).Not.ToContainTextAsync("now 100 %");

        Assert.Empty(builder.Calls);
    }

    [Fact]
    public async Task ConnectingByDrag_MakesTheConnection()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, ThreeSteps);
        var from = await PortAsync(builder, "shape", "out");
        var (x, y) = await builder.PlaceOfAsync("result");

        await DragAsync(builder, from, (x, y));

        var flow = await builder.SavedAsync(flow => flow.Connections.Count == 2);
        Assert.Contains(new FlowConnection { From = "shape", To = "result" }, flow.Connections);
    }

    [Fact]
    public async Task ConnectingInACircle_SaysWhyAndConnectsNothing()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, ThreeSteps);
        var from = await PortAsync(builder, "shape", "out");
        var (x, y) = await builder.PlaceOfAsync("start");
        await builder.Page.Mouse.MoveAsync(from.X, from.Y);
        await builder.Page.Mouse.DownAsync();
        await builder.Page.Mouse.MoveAsync(x, y, new() { Steps = 10 });

        await Assertions.Expect(builder.Page.Locator("[data-part=tip]")).ToContainTextAsync("nothing can lead into it");
        builder.Forget();
        await builder.Page.Mouse.UpAsync();

        await Assertions.Expect(builder.Page.Locator("[data-part=live]")).ToContainTextAsync("Not connected");
        Assert.Empty(builder.Calls);
    }

    [Fact]
    public async Task Keyboard_SelectsMovesDeletesAndUndoes()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, ThreeSteps);
        await builder.Host.FocusAsync();
        await builder.Page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(builder.Page.Locator("[data-part=live]")).ToContainTextAsync("Start, Start by hand. Leads to Shape.");

        await builder.Page.Keyboard.PressAsync("Tab");
        await builder.Page.Keyboard.PressAsync("ArrowDown");
        Assert.Equal(16, (await builder.SavedAsync(flow => flow.Steps[1].Position.Y == 16)).Steps[1].Position.Y);

        await builder.Page.Keyboard.PressAsync("Delete");
        Assert.Equal(2, (await builder.SavedAsync(flow => flow.Steps.Count == 2)).Steps.Count);

        await builder.Page.Keyboard.PressAsync("Control+z");
        var undone = await builder.SavedAsync(flow => flow.Steps.Count == 3);
        Assert.Equal(["start", "shape", "result"], undone.Steps.Select(step => step.Id));
        Assert.Single(undone.Connections);
    }

    [Fact]
    public async Task Delete_ContainerAndAStepTwoLevelsWithin_RemovesBothAndUndoBringsAllBack()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, FlowDocument.Empty with
        {
            Steps =
            [
                new FlowStep { Id = "start", Type = "trigger.manual" },
                new FlowStep { Id = "outer", Type = "logic.map", Position = new(320, 0), Config = JsonElement.Parse("""{"items":"{{ input }}"}""") },
                new FlowStep
                { Id = "inner", Type = "logic.map", Position = new(360, 60), Parent = "outer", Config = JsonElement.Parse("""{"items":"{{ input }}"}""") },
                new FlowStep { Id = "deep", Type = "data.set", Position = new(400, 120), Parent = "inner", Config = JsonElement.Parse("""{"value":1}""") },
            ],
        });
        await builder.Host.FocusAsync();
        await builder.Host.EvaluateAsync("host => { host.flowCanvas.scene.selection = new Set(['outer', 'deep']); }");

        await builder.Page.Keyboard.PressAsync("Delete");
        Assert.Equal("start", Assert.Single((await builder.SavedAsync(flow => flow.Steps.Count < 4)).Steps).Id);

        await builder.Page.Keyboard.PressAsync("Control+z");
        var undone = await builder.SavedAsync(flow => flow.Steps.Count == 4);
        Assert.Equal([null, null, "outer", "inner"], undone.Steps.Select(step => step.Parent));
    }

    [Fact]
    public async Task KeyboardAlone_AddsAndConnectsAStep()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, ThreeSteps);
        await builder.Host.FocusAsync();
        await builder.Page.Keyboard.PressAsync("Tab");
        await builder.Page.Keyboard.PressAsync("Tab");
        await builder.Page.Keyboard.PressAsync("/");
        await builder.Page.GetByRole(AriaRole.Combobox, new() { Name = "Add a step" }).FillAsync("wait");
        await builder.Page.Keyboard.PressAsync("Enter");

        var flow = await builder.SavedAsync(flow => flow.Steps.Count == 4);
        Assert.Equal("logic.wait", flow.Steps[^1].Type);
        Assert.Contains(new FlowConnection { From = "shape", To = "wait" }, flow.Connections);

        await builder.Page.Keyboard.PressAsync("c");
        await builder.Page.GetByRole(AriaRole.Combobox, new() { Name = "Connect to" }).FillAsync("result");
        await builder.Page.Keyboard.PressAsync("Enter");
        flow = await builder.SavedAsync(flow => flow.Connections.Count == 3);
        Assert.Contains(new FlowConnection { From = "wait", To = "result" }, flow.Connections);
    }

    [Fact]
    public async Task PaletteItem_DraggedOntoTheCanvas_BecomesAStepThere()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, ThreeSteps);
        var item = await builder.Page.GetByRole(AriaRole.Button, new() { Name = "HTTP request" }).BoundingBoxAsync();
        var (x, y) = await builder.PlaceOfAsync("shape");

        await DragAsync(builder, (item!.X + 20, item.Y + 10), (x, y + 200));

        var flow = await builder.SavedAsync(flow => flow.Steps.Count == 4);
        Assert.Equal("http.request", flow.Steps[^1].Type);
        await Assertions.Expect(builder.Page.GetByRole(AriaRole.Heading, new() { Name = "HTTP request" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task PaletteItem_Pressed_GoesBehindTheSelectedStepAndIsConnected()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, ThreeSteps);
        var (x, y) = await builder.PlaceOfAsync("shape");
        await builder.Page.Mouse.ClickAsync(x, y);
        await builder.Page.GetByRole(AriaRole.Button, new() { Name = "HTTP request" }).ClickAsync();

        var flow = await builder.SavedAsync(flow => flow.Steps.Count == 4);
        var (shape, added) = (flow.Steps[1], flow.Steps[^1]);
        Assert.Contains(flow.Connections, each => each.From == "shape" && each.To == added.Id);
        Assert.True(added.Position.X >= shape.Position.X + 224, $"it stands at {added.Position}");

        // Once more: the first one has its place, so the second goes where it covers nothing.
        (x, y) = await builder.PlaceOfAsync("shape");
        await builder.Page.Mouse.ClickAsync(x, y);
        await builder.Page.GetByRole(AriaRole.Button, new() { Name = "HTTP request" }).ClickAsync();
        flow = await builder.SavedAsync(flow => flow.Steps.Count == 5);
        Assert.True(flow.Steps[^1].Position.Y >= added.Position.Y + 76, $"it covers: {flow.Steps[^1].Position} and {added.Position}");
    }

    [Fact]
    public async Task TidyUp_ShowsTheWholeFlow()
    {
        await using var builder = await FlowBuilder.OpenAsync(
            chromium, server, ThreeSteps with { Steps = [.. ThreeSteps.Steps.Take(2), ThreeSteps.Steps[2] with { Position = new(9_000, 6_000) }] });
        await builder.Host.EvaluateAsync("host => host.flowCanvas.zoomTo(1)");

        await builder.Page.GetByRole(AriaRole.Button, new() { Name = "Tidy up" }).ClickAsync();

        await builder.SavedAsync(flow => flow.Steps[2].Position.X < 9_000);
        await builder.Page.WaitForFunctionAsync(
            """
            () => { const { scene } = document.querySelector('[data-part=host]').flowCanvas, { x, y, width, height } = scene.view.window;
              return [...scene.layout.rects.values()].every(r => r.x >= x && r.y >= y && r.x + r.width <= x + width && r.y + r.height <= y + height); }
            """);
    }

    [Fact]
    public async Task StepPanel_ChangedField_IsSavedAndShownOnOtherCanvases()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, ThreeSteps);
        var other = await builder.Browser.NewPageAsync();
        await other.GotoAsync(builder.PagePath);
        await other.Locator("[data-part=host][data-ready=true]").WaitForAsync();
        var (x, y) = await builder.PlaceOfAsync("shape");
        await builder.Page.Mouse.ClickAsync(x, y);

        await builder.Page.GetByLabel("Name", new() { Exact = true }).FillAsync("Shaped <b>new</b>");
        await builder.Page.GetByLabel("Name", new() { Exact = true }).BlurAsync();

        Assert.Equal("Shaped <b>new</b>", (await builder.SavedAsync(flow => flow.Steps[1].Name != "Shape")).Steps[1].Name);
        await other.WaitForFunctionAsync(
            "() => document.querySelector('[data-part=host]').flowCanvas.scene.doc.steps.get('shape').name === 'Shaped <b>new</b>'");
        await other.GetByRole(AriaRole.Tab, new() { Name = "Outline" }).ClickAsync();
        await Assertions.Expect(other.GetByRole(AriaRole.Navigation, new() { Name = "Steps of this flow" })).ToContainTextAsync("Shaped <b>new</b>");
    }

    [Fact]
    public async Task HugeText_PastedIntoAField_IsSavedAndTheCircuitLives()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, ThreeSteps);
        var (x, y) = await builder.PlaceOfAsync("shape");
        await builder.Page.Mouse.ClickAsync(x, y);
        var huge = new string('x', 900_000);

        await builder.Page.GetByLabel("Value").FillAsync(huge);
        await builder.Page.GetByLabel("Value").BlurAsync();

        var flow = await builder.SavedAsync(flow => flow.Steps[1].Config.GetProperty("value").ToString().Length > 100);
        Assert.Equal(huge, flow.Steps[1].Config.GetProperty("value").GetString());
        await builder.Page.GetByRole(AriaRole.Tab, new() { Name = "Outline" }).ClickAsync();
        await Assertions.Expect(builder.Page.GetByRole(AriaRole.Navigation, new() { Name = "Steps of this flow" })).ToContainTextAsync("Shape");
    }

    [Fact]
    public async Task CopyAndPaste_GiveFreeIdsAndTemplatesThatFollow()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, ThreeSteps);
        await builder.Host.FocusAsync();
        await builder.Page.Keyboard.PressAsync("Control+a");

        await builder.Page.Keyboard.PressAsync("Control+d");

        var flow = await builder.SavedAsync(flow => flow.Steps.Count == 6);
        Assert.Equal(6, flow.Steps.Select(step => step.Id).Distinct().Count());
        Assert.Contains(flow.Steps, step => step.Type == "output" && step.Config.GetProperty("value").GetString() == $"{{{{ steps.{flow.Steps[4].Id} }}}}");
        Assert.Equal(2, flow.Connections.Count);
    }

    [Fact]
    public async Task SampleFlow_OpensWithNamesToRead_AndTabFollowsTheOutline()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, SampleFlow.Create(new Uri("http://localhost:5080/samples/spare-machines.txt")));
        Assert.True(await builder.Host.EvaluateAsync<double>("host => host.flowCanvas.scene.view.zoom") >= 0.75);
        await builder.Page.GetByRole(AriaRole.Tab, new() { Name = "Outline" }).ClickAsync();
        await builder.Page.Locator("[data-step=report]").WaitForAsync();
        var listed = await builder.Page.Locator("[data-step]").EvaluateAllAsync<string[]>("rows => rows.map(row => row.dataset.step)");
        await builder.Host.FocusAsync();

        List<string> reached = [];
        for (var count = 0; count < listed.Length; count++)
        {
            await builder.Page.Keyboard.PressAsync("Tab");
            reached.Add(await builder.Host.EvaluateAsync<string>("host => host.flowCanvas.scene.selectedSteps.join()"));
        }

        Assert.Equal(["start", "fetch", "count", "words", "is_long", "long", "short", "report"], reached);
        Assert.Equal(listed, reached);
    }

    private static async Task<(float X, float Y)> PortAsync(FlowBuilder builder, string id, string port)
    {
        var at = await builder.Host.EvaluateAsync<float[]>(
            "(host, [id, port]) => { const c = host.flowCanvas, p = c.scene.view.toScreen(c.scene.output(id, port)), b = host.getBoundingClientRect(); "
                + "return [b.x + p.x, b.y + p.y]; }",
            new[] { id, port });
        return (at[0], at[1]);
    }

    private static async Task DragAsync(FlowBuilder builder, (float X, float Y) from, (float X, float Y) to)
    {
        await builder.Page.Mouse.MoveAsync(from.X, from.Y);
        await builder.Page.Mouse.DownAsync();
        await builder.Page.Mouse.MoveAsync(to.X, to.Y, new() { Steps = 12 });
        await builder.Page.Mouse.UpAsync();
    }
}
