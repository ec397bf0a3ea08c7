using System.Text.Json;
using Microsoft.Playwright;
using OtherThing.Core.Flows;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Browser.Flows;

[Collection(Lanes.Panels)]
public sealed class FlowAccessibilityTests(Chromium chromium, SharedServer server)
{
    [Theory]
    [InlineData(1280, 800)]
    [InlineData(390, 844)]
    public async Task BuilderListAndRun_HaveNoFindings(int width, int height)
    {
        var flow = FlowDocument.Empty with
        {
            Steps =
            [
                new FlowStep { Id = "start", Type = "trigger.manual", Name = "Start", Config = JsonElement.Parse("""{"fields":[{"name":"topic"}]}""") },
                new FlowStep { Id = "ask", Type =
                    "ai.chat", Name = "Ask", Position = new(320, 0), Config = JsonElement.Parse("""{"provider":"openai","model":"m","prompt":"p"}""") },
            ],
            Connections = [new FlowConnection { From = "start", To = "ask" }],
        };
        await using var builder = await FlowBuilder.OpenAsync(
            chromium, server, flow, new() { ViewportSize = new() { Width = width, Height = height } });
        var page = builder.Page;
        await CheckAsync(page, "builder");

        await page.GetByRole(AriaRole.Tab, new() { Name = "Outline" }).ClickAsync();
        await page.Locator("[data-step=ask]").ClickAsync();
        await page.GetByText("When it fails, how long, how often").ClickAsync();
        await CheckAsync(page, "step panel");
        await page.GetByRole(AriaRole.Button, new() { Name = "Close step" }).ClickAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Run", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Run flow" }).WaitForAsync();
        await CheckAsync(page, "run panel");
        await page.GetByRole(AriaRole.Button, new() { Name = "Run flow" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Go to the failed step" })).ToBeVisibleAsync();
        await CheckAsync(page, "run panel with a failed run");
        await page.GetByRole(AriaRole.Link, new() { Name = "Open run" }).ClickAsync();
        await Assertions.Expect(page.Locator(".rp-facts")).ToContainTextAsync("Failed");
        await CheckAsync(page, "failed run");

        await page.GotoAsync(builder.PagePath[..builder.PagePath.LastIndexOf('/')]);
        await page.GetByRole(AriaRole.Button, new() { Name = "Run Report" }).WaitForAsync();
        await CheckAsync(page, "list");
        await page.GetByRole(AriaRole.Button, new() { Name = "Run Report" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Run flow" }).WaitForAsync();
        await CheckAsync(page, "input dialog", ".mud-dialog");
        await page.GotoAsync(builder.PagePath.Split("/flows/")[0] + "/runs");
        await page.Locator(".ot-table").WaitForAsync();
        await CheckAsync(page, "runs");
    }

    [Fact]
    public async Task ListsAndKeysOfTheCanvas_HaveNoFindings()
    {
        var flow = FlowDocument.Empty with
        {
            Steps = [
                new FlowStep { Id = "start", Type = "trigger.manual", Name = "Start" },
                new FlowStep { Id = "shape", Type = "data.set", Position = new(320, 0), Config = JsonElement.Parse("""{"value":1}""") }],
        };
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, flow);
        await builder.Host.FocusAsync();
        await builder.Page.Keyboard.PressAsync("Home");

        await builder.Page.Keyboard.PressAsync("/");
        await builder.Page.GetByRole(AriaRole.Combobox, new() { Name = "Add a step" }).WaitForAsync();
        await CheckAsync(builder.Page, "add a step");
        await builder.Page.Keyboard.PressAsync("Escape");
        await builder.Page.Keyboard.PressAsync("c");
        await builder.Page.GetByRole(AriaRole.Combobox, new() { Name = "Connect to" }).WaitForAsync();
        await CheckAsync(builder.Page, "connect to");
        await builder.Page.Keyboard.PressAsync("Escape");
        await builder.Page.Keyboard.PressAsync("?");
        await builder.Page.GetByRole(AriaRole.Dialog, new() { Name = "Keys of the canvas" }).WaitForAsync();
        await CheckAsync(builder.Page, "keys");
    }

    // The shell around the page has its own checks.
    private static Task CheckAsync(IPage page, string what, string part = "#main") => Accessible.CheckAsync(page, what, part);
}
