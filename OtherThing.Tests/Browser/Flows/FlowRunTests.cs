using System.Text.Json;
using Microsoft.Playwright;
using OtherThing.Core.Flows;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Browser.Flows;

[Collection(Lanes.Builder)]
public sealed class FlowRunTests(Chromium chromium, SharedServer server)
{
    [Fact]
    public async Task RunInTheBuilder_ShowsEveryStepAndItsResult()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, Asking(seconds: 0.1));
        var page = builder.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = "Run", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Topic" }).FillAsync("Engines");
        await page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(page.GetByRole(AriaRole.Region, new() { Name = "Run on show" })).ToContainTextAsync("Succeeded");
        await page.GetByRole(AriaRole.Tab, new() { Name = "Outline" }).ClickAsync();
        var outline = page.GetByRole(AriaRole.Navigation, new() { Name = "Steps of this flow" });
        await Assertions.Expect(outline.GetByText("Succeeded")).ToHaveCountAsync(3);
        Assert.Equal("succeeded", await builder.Host.EvaluateAsync<string>("host => host.flowCanvas.scene.statuses.wait.status"));

        await page.GetByRole(AriaRole.Link, new() { Name = "Open run" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Report", Level = 1 })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".rp-detail")).ToContainTextAsync("About Engines");
    }

    [Fact]
    public async Task RunPanel_AsksByKeyboardKeepsTheInputAndRunsAgainByOneClick()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, Asking(seconds: 0.1));
        var page = builder.Page;
        var topic = page.GetByRole(AriaRole.Textbox, new() { Name = "Topic" });
        var runs = page.Locator(".frp-runs li");
        await builder.Host.FocusAsync();
        await page.Keyboard.PressAsync("Control+Enter");
        await Assertions.Expect(topic).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByText("The flow needs this to start.")).ToBeVisibleAsync();
        await Assertions.Expect(topic).ToBeFocusedAsync();

        await page.Keyboard.TypeAsync("Engines");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Log, new() { Name = "Log of the run" })).ToContainTextAsync("Result");
        await Assertions.Expect(page.GetByRole(AriaRole.Region, new() { Name = "Run on show" })).ToContainTextAsync("Succeeded");
        await page.GetByRole(AriaRole.Button, new() { Name = "Run", Exact = true }).ClickAsync();
        await Assertions.Expect(runs).ToHaveCountAsync(2);
        await topic.FillAsync("Boats");
        // The list hears of a run before the form that started it: until then it takes no other.
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Run flow" })).ToBeEnabledAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(runs).ToHaveCountAsync(3);
        await topic.PressAsync("Escape");
        await Assertions.Expect(builder.Host).ToBeFocusedAsync();

        await page.ReloadAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Runs", Exact = true }).ClickAsync();
        await Assertions.Expect(topic).ToHaveValueAsync("Boats");
        await runs.Last.GetByRole(AriaRole.Button).ClickAsync();
        await Assertions.Expect(topic).ToHaveValueAsync("Engines");
    }

    [Fact]
    public async Task RunFromTheList_MissingInput_IsAskedForBeforeAnythingRuns()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, Asking(seconds: 0.1));
        var page = builder.Page;
        await page.GotoAsync(builder.PagePath[..builder.PagePath.LastIndexOf('/')]);
        await page.GetByRole(AriaRole.Button, new() { Name = "Run Report" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Run flow" }).ClickAsync();
        await Assertions.Expect(page.GetByText("The flow needs this to start.")).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Textbox, new() { Name = "Topic" }).FillAsync("Boats");
        await page.GetByRole(AriaRole.Button, new() { Name = "Run flow" }).ClickAsync();

        await Assertions.Expect(page.Locator(".rp-detail")).ToContainTextAsync("About Boats");
    }

    [Fact]
    public async Task CancelOnTheRunPage_EndsAWaitingRun()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, Asking(seconds: 600), prepare: Line.AddAsync);
        var page = builder.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = "Run", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Topic" }).FillAsync("Trains");
        await page.GetByRole(AriaRole.Button, new() { Name = "Run flow" }).ClickAsync();
        // The builder, which has a button of the same name, stays on show until the server has heard that somebody left it.
        await Line.SlowAsync(page, 700);
        await page.GetByRole(AriaRole.Link, new() { Name = "Open run" }).ClickAsync();
        await Assertions.Expect(page.Locator(".rp-facts")).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel run" }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Run again", Exact = true })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".rp-facts")).ToContainTextAsync("Cancelled");
    }

    private static FlowDocument Asking(double seconds) => FlowDocument.Empty with
    {
        Steps =
        [
            new FlowStep
            { Id = "start", Type = "trigger.manual", Name = "Start", Config = JsonElement.Parse("""{"fields":[{"name":"topic","required":true}]}""") },
            new FlowStep { Id = "wait", Type =
                "logic.wait", Name = "Wait", Position = new(320, 0), Config = JsonElement.Parse($$"""{"seconds":{{FlowBuilder.Say(seconds)}}}""") },
            new FlowStep
            { Id = "result", Type = "output", Name = "Result", Position = new(640, 0), Config = JsonElement.Parse("""{"value":"About {{ input.topic }}"}""") },
        ],
        Connections = [new FlowConnection { From = "start", To = "wait" }, new FlowConnection { From = "wait", To = "result" }],
    };
}
