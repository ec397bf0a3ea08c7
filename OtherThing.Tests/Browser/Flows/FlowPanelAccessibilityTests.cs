using System.Text.Json;
using Microsoft.Playwright;
using OtherThing.Core.Flows;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Browser.Flows;

/// <summary>The panel, its lists and its dialogs, dark and light, wide and on a phone.</summary>
[Collection(Lanes.Panels)]
public sealed class FlowPanelAccessibilityTests(Chromium chromium, SharedServer server)
{
    private static readonly FlowDocument s_flow = FlowDocument.Empty with
    {
        Steps =
        [
            new FlowStep { Id = "start", Type = "trigger.manual", Name = "Start" },
            new FlowStep { Id = "work", Type = "node.command", Name = "Work", Position =
                new(320, 0), Config = JsonElement.Parse("""{"script":"# count\nfor f in *; do echo \"$f\" 12; done","shell":"bash","stdin":"{{ input }}"}""") },
            new FlowStep { Id = "fail", Type =
                "data.set", Name = "Fail", Position = new(640, 0), Config = JsonElement.Parse("""{"value":{"a":"{{ input.gone }}","n":1,"ok":true}}""") },
        ],
        Connections = [new FlowConnection { From = "start", To = "fail" }],
    };

    [Theory]
    [InlineData(1280, 800)]
    [InlineData(390, 844)]
    public async Task PanelAndDialogs_HaveNoFindings(int width, int height)
    {
        await using var builder = await FlowBuilder.OpenAsync(
            chromium, server, s_flow, new() { ViewportSize = new() { Width = width, Height = height } });
        var page = builder.Page;
        await page.GetByRole(AriaRole.Tab, new() { Name = "Outline" }).ClickAsync();

        await page.Locator("[data-step=work]").ClickAsync();
        await page.GetByText("Which machines fit").ClickAsync();
        await Assertions.Expect(page.Locator(".nf")).ToContainTextAsync("No machine serves this workspace yet.");
        await Assertions.Expect(page.Locator(".hl-comment")).ToHaveTextAsync("# count");
        await CheckAsync("step with code");
        var stdin = page.GetByRole(AriaRole.Textbox, new() { Name = "Stdin" });
        await stdin.FillAsync("");
        await stdin.PressSequentiallyAsync("{{ ru");
        await Assertions.Expect(page.GetByRole(AriaRole.Listbox, new() { Name = "Suggestions" })).ToContainTextAsync("run.id");
        await CheckAsync("suggestions");
        await page.Keyboard.PressAsync("Escape");
        await stdin.FillAsync("{{ input }}");
        await builder.SavedAsync(flow => flow.Steps[1].Config.GetProperty("stdin").GetString() == "{{ input }}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Close step" }).ClickAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Publish", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Publish flow" }).WaitForAsync();
        await CheckAsync("publish", ".mud-dialog");
        await page.GetByRole(AriaRole.Button, new() { Name = "Not now" }).ClickAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "More about this flow" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Import…" }).ClickAsync();
        await page.GetByLabel("Or its text").WaitForAsync();
        await CheckAsync("import", ".mud-dialog");
        await page.GetByRole(AriaRole.Button, new() { Name = "Not now" }).ClickAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Run", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Region, new() { Name = "Run on show" })).ToContainTextAsync("Failed");
        await page.GetByRole(AriaRole.Button, new() { Name = "Runs", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Go to the failed step" })).ToBeVisibleAsync();
        await CheckAsync("runs");
        await page.GetByRole(AriaRole.Button, new() { Name = "Go to the failed step" }).ClickAsync();
        await Assertions.Expect(page.Locator(".cf-preview")).ToContainTextAsync("it fails");
        await CheckAsync("failed step");

        // The shell around the page has its own checks.
        Task CheckAsync(string what, string part = "#main") => Accessible.CheckAsync(page, what, part);
    }
}
