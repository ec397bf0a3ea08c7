using Microsoft.Playwright;
using OtherThing.Lab.Processes;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Browser;

/// <summary>What a stranger does in the first minute, by clicking, against a server of its own that starts this machine's agent.</summary>
[Collection(Lanes.Pages)]
public sealed class JourneyTests(Chromium chromium)
{
    [Fact]
    public async Task Stranger_RegistersSeesThisMachineRunsTheSampleAndFindsItsCost()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var server = new ServerProcess(BuildOutput.Server, ("OtherThing__LocalNode", "true"));
        await server.StartAsync(cancellation);
        await using var context = await chromium.OpenAsync(server.Address);
        var page = await context.NewPageAsync();
        await page.GotoAsync("/");
        await page.GetByRole(AriaRole.Heading, new() { Name = "Create the first account" }).WaitForAsync();
        await page.GetByLabel("E-mail address").FillAsync("first@example.org");
        await page.GetByLabel("Password").FillAsync("Passw0rd!");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create account" }).ClickAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "New workspace" }).First.ClickAsync();
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("Workshop");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create workspace" }).ClickAsync();

        await page.GetByRole(AriaRole.Tab, new() { Name = "Resources" }).First.ClickAsync();
        await Assertions.Expect(page.GetByText("This machine").First).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("Ready").First).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Tab, new() { Name = "Flows" }).First.ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Sample: count the words" }).First.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Run", Exact = true }).ClickAsync();
        var run = page.GetByRole(AriaRole.Region, new() { Name = "Run on show" });
        await Assertions.Expect(run).ToContainTextAsync("Succeeded");
        if (Environment.GetEnvironmentVariable("GUIDE_IMAGES") is { } folder)
        {
            await page.Mouse.MoveAsync(2, 2);
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, "sample-flow.png"), Animations = ScreenshotAnimations.Disabled });
        }

        await page.GetByRole(AriaRole.Tab, new() { Name = "Outline" }).ClickAsync();
        var outline = page.GetByRole(AriaRole.Navigation, new() { Name = "Steps of this flow" });
        await Assertions.Expect(outline.GetByText("Succeeded")).ToHaveCountAsync(7);
        await Assertions.Expect(outline.GetByText("Skipped")).ToHaveCountAsync(1);

        await page.GetByRole(AriaRole.Link, new() { Name = "Open run" }).ClickAsync();
        await Assertions.Expect(page.Locator(".rp-detail")).ToContainTextAsync("A long text");
        await page.Locator(".rp-steps").GetByRole(AriaRole.Button, new() { Name = "Count words on a machine" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Definition).Filter(new() { HasText = "This machine" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Tab, new() { Name = "Resources" }).First.ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "ompute" }).First).ToContainTextAsync(" s");
        await Assertions.Expect(page.Locator(".usage-choices select").First).ToHaveValueAsync("Seconds"); // the chart shows them: nothing cost anything
    }
}
