using Microsoft.Playwright;
using OtherThing.Core.Flows;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Browser.Flows;

/// <summary>A flow from nothing to a good run without a mouse.</summary>
[Collection(Lanes.Panels)]
public sealed class FlowKeyboardTests(Chromium chromium, SharedServer server)
{
    [Fact]
    public async Task FiveStepFlow_IsBuiltWiredConfiguredRunAndFixedByKeyboardAlone()
    {
        await using var builder = await FlowBuilder.OpenAsync(
            chromium, server, FlowDocument.Empty with { Steps = [new FlowStep { Id = "start", Type = "trigger.manual", Name = "Begin" }] });
        var keys = builder.Page.Keyboard;
        await builder.Host.FocusAsync();

        // Build and wire: each step behind the one before it, the last two behind the ports of the third.
        await keys.PressAsync("Home");
        await AddAsync(builder, "/", "Set data", 2);
        await AddAsync(builder, "/", "If", 3);
        await keys.PressAsync("p");
        await AddAsync(builder, "Tab", "Output", 4);
        await keys.PressAsync("Shift+Tab");
        await keys.PressAsync("p");
        await keys.PressAsync("p");
        await AddAsync(builder, "/", "Output", 5);
        await keys.PressAsync("Shift+ArrowDown");
        await keys.PressAsync("Shift+ArrowDown");
        var built = await builder.SavedAsync(flow => flow.Connections.Count == 4);
        Assert.Equal(
            ["start out set", "set out if", "if true output", "if false output2"],
            built.Connections.Select(each => $"{each.From} {each.Port} {each.To}"));

        // Configure: a value that the run's input will not have, a condition, what to put out.
        await ConfigureAsync(builder, 1, "set", "Value", "{{ input.topic }}");
        await ConfigureAsync(builder, 2, "if", "Condition", "steps.set == 'moss'");
        await ConfigureAsync(builder, 3, "output", "Value", "{{ steps.set }}");
        await ConfigureAsync(builder, 4, "output2", "Value", "none");
        await builder.SavedAsync(flow => flow.Steps[4].Config.GetProperty("value").ToString() == "none");

        // Run: it fails at the second step.
        await RunAsync(builder);
        await StatusAsync(builder, "set", "failed");

        // Fix and run again: it goes the way of the condition.
        await ConfigureAsync(builder, 1, "set", "Value", "moss");
        await builder.SavedAsync(flow => flow.Steps[1].Config.GetProperty("value").ToString() == "moss");
        await RunAsync(builder);
        await StatusAsync(builder, "output", "succeeded");
        await StatusAsync(builder, "output2", "skipped");

        // Undo, to the last.
        await builder.Host.FocusAsync();
        for (var turn = 0; turn < 40; turn++)
        {
            await keys.PressAsync("Control+z");
        }

        Assert.Equal("Begin", Assert.Single((await builder.SavedAsync(flow => flow.Steps.Count == 1)).Steps).Name);
    }

    [Fact]
    public async Task Connections_AreLedElsewhereSplitAndDeletedByKeyboard()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, Three());
        var keys = builder.Page.Keyboard;
        await builder.Host.FocusAsync();
        await keys.PressAsync("Home");

        await keys.PressAsync("l");
        await AddAsync(builder, "/", "Wait", 4);
        var split = await builder.SavedAsync(flow => flow.Steps.Count == 4);
        Assert.Equal(["start wait", "wait set"], split.Connections.Select(each => $"{each.From} {each.To}"));

        await keys.PressAsync("Home");
        await keys.PressAsync("l");
        await keys.PressAsync("c");
        await builder.Page.GetByRole(AriaRole.Combobox, new() { Name = "Connect to" }).FillAsync("Result");
        await keys.PressAsync("Enter");
        var led = await builder.SavedAsync(flow => flow.Connections.Any(each => each.To == "result"));
        Assert.Equal(["wait set", "start result"], led.Connections.Select(each => $"{each.From} {each.To}"));

        await keys.PressAsync("l");
        await keys.PressAsync("Delete");
        Assert.Single((await builder.SavedAsync(flow => flow.Connections.Count == 1)).Connections);
    }

    [Fact]
    public async Task Containers_AreFilledFoldedAndEmptiedByKeyboard()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, Three());
        var keys = builder.Page.Keyboard;
        await builder.Host.FocusAsync();
        await builder.Host.EvaluateAsync("host => host.flowCanvas.addStep('logic.map', { x: 1200, y: 400 })");
        await Assertions.Expect(builder.Page.Locator("[data-part=live]")).ToContainTextAsync("For each added");
        await keys.PressAsync("Home");
        await keys.PressAsync("Tab");

        await keys.PressAsync("i");
        await builder.Page.GetByRole(AriaRole.Combobox, new() { Name = "Put into" }).FillAsync("For each");
        await keys.PressAsync("Enter");
        var nested = await builder.SavedAsync(flow => flow.Steps[1].Parent == "map");
        Assert.Equal(("map", 0), (nested.Steps[1].Parent, nested.Connections.Count));

        await builder.Host.EvaluateAsync("host => host.flowCanvas.selectOnly(['map'], true)");
        await keys.PressAsync("e");
        await Assertions.Expect(builder.Page.Locator("[data-part=live]")).ToContainTextAsync("folded");
        Assert.False(await builder.Host.EvaluateAsync<bool>("host => host.flowCanvas.scene.layout.rects.has('set')"));

        // The outline leads to a step that is folded away, and opens what hides it.
        await builder.Page.GetByRole(AriaRole.Tab, new() { Name = "Outline" }).ClickAsync();
        await builder.Page.Locator("[data-step=set]").PressAsync("Enter");
        await builder.Page.WaitForFunctionAsync("() => document.querySelector('[data-part=host]').flowCanvas.scene.layout.rects.has('set')");
    }

    [Fact]
    public async Task QuestionMark_ListsTheKeys()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, Three());
        await builder.Host.FocusAsync();

        await builder.Page.Keyboard.PressAsync("?");
        await Assertions.Expect(builder.Page.GetByRole(AriaRole.Dialog, new() { Name = "Keys of the canvas" })).ToBeVisibleAsync();
        await builder.Page.Keyboard.PressAsync("Escape");

        await Assertions.Expect(builder.Page.GetByRole(AriaRole.Dialog, new() { Name = "Keys of the canvas" })).ToBeHiddenAsync();
        await Assertions.Expect(builder.Host).ToBeFocusedAsync();
    }

    private static FlowDocument Three() => FlowDocument.Empty with
    {
        Steps =
        [
            new FlowStep { Id = "start", Type = "trigger.manual", Name = "Begin" },
            new FlowStep
            { Id = "set", Type = "data.set", Name = "Shape", Position = new(480, 0), Config = System.Text.Json.JsonElement.Parse("""{"value":1}""") },
            new FlowStep
            { Id = "result", Type = "output", Name = "Result", Position = new(800, 192), Config = System.Text.Json.JsonElement.Parse("""{"value":1}""") },
        ],
        Connections = [new FlowConnection { From = "start", To = "set" }],
    };

    private static async Task AddAsync(FlowBuilder builder, string key, string step, int count)
    {
        await builder.Page.Keyboard.PressAsync(key);
        await builder.Page.GetByRole(AriaRole.Combobox, new() { Name = "Add a step" }).WaitForAsync();
        await builder.Page.Keyboard.TypeAsync(step);
        await builder.Page.Keyboard.PressAsync("Enter");
        await builder.Page.WaitForFunctionAsync("count => document.querySelector('[data-part=host]').flowCanvas.scene.doc.steps.size === count", count);
        await Assertions.Expect(builder.Host).ToBeFocusedAsync();
    }

    private static async Task ConfigureAsync(FlowBuilder builder, int at, string step, string field, string value)
    {
        var keys = builder.Page.Keyboard;
        await builder.Host.FocusAsync();
        await keys.PressAsync("Home");
        for (var turn = 0; turn < at; turn++)
        {
            await keys.PressAsync("Tab");
        }

        await keys.PressAsync("Enter");
        var input = builder.Page.Locator($"[data-flow-panel='{step}']").GetByLabel(field);
        await input.WaitForAsync();
        for (var turn = 0; turn < 30 && !await input.EvaluateAsync<bool>("input => input === document.activeElement"); turn++)
        {
            await keys.PressAsync("Tab");
        }

        await Assertions.Expect(input).ToBeFocusedAsync();
        await keys.PressAsync("Control+a");
        await keys.InsertTextAsync(value);
        await keys.PressAsync("Escape");
        await Assertions.Expect(builder.Host).ToBeFocusedAsync();
    }

    private static async Task RunAsync(FlowBuilder builder)
    {
        await builder.Host.EvaluateAsync("host => host.flowCanvas.setStates({ number: 0, all: true, changed: {}, gone: [] })");
        await builder.Page.Keyboard.PressAsync("Control+Enter");
    }

    private static Task<IJSHandle> StatusAsync(FlowBuilder builder, string id, string status) => builder.Page.WaitForFunctionAsync(
        "([id, status]) => document.querySelector('[data-part=host]').flowCanvas.scene.statuses[id]?.status === status", new[] { id, status });
}
