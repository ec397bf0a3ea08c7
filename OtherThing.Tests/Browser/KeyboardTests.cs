using System.Text.RegularExpressions;
using Microsoft.Playwright;
using OtherThing.Core.Flows;
using OtherThing.Tests.Browser.Flows;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Browser;

/// <summary>Everywhere without a mouse.</summary>
[Collection(Lanes.Pages)]
public sealed partial class KeyboardTests(Chromium chromium, SharedServer server)
{
    [Fact]
    public async Task Canvas_IsReachedInAtMostSixPresses()
    {
        await using var builder = await FlowBuilder.OpenAsync(
            chromium, server, FlowDocument.Empty with { Steps = [new FlowStep { Id = "start", Type = "trigger.manual" }] });
        var page = builder.Page;
        await page.ReloadAsync();
        await Assertions.Expect(builder.Host).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("h1")).ToBeFocusedAsync(); // where a page begins
        await ListensAsync(page);

        Assert.InRange(await PressUntilCanvasAsync(page), 1, 6);

        // From the very first link of the page as well.
        await page.Locator(".ot-skip").First.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        Assert.InRange(2 + await PressUntilCanvasAsync(page), 1, 6);
    }

    [Fact]
    public async Task SkipLink_StaysOnThePageAndGoesPastTheRail()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        await visit.GoAsync("tasks");

        await ListensAsync(visit.Page);
        await visit.Page.Locator(".ot-skip").FocusAsync();
        await visit.Page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(visit.Page.Locator("#main")).ToBeFocusedAsync();
        await Assertions.Expect(visit.Page).ToHaveURLAsync(TasksPath());
    }

    [Theory]
    [InlineData(1280, 800)]
    [InlineData(390, 844)]
    public async Task Palette_FindsByTheServerAndRunsCommands(int width, int height)
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server, new() { ViewportSize = new() { Width = width, Height = height } });
        await visit.AddTaskAsync("Paint the boat");
        await visit.AddTaskAsync("Write the report");
        await visit.GoAsync("resources");
        var page = visit.Page;
        var line = page.GetByRole(AriaRole.Combobox, new() { Name = "Page, flow, task, run or command" });
        var options = page.Locator("#palette-list [role=option]"); // lists of the page have options too

        await ListensAsync(page);
        await page.Keyboard.PressAsync("Control+k");
        await Assertions.Expect(line).ToBeFocusedAsync();
        await Assertions.Expect(options.First).ToContainTextAsync("Tasks");
        await Accessible.CheckAsync(page, "palette");
        await page.Keyboard.TypeAsync("boat");
        await Assertions.Expect(options).ToHaveCountAsync(1);
        await Assertions.Expect(options).ToContainTextAsync("T-1 Paint the boat");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Save task" })).ToBeVisibleAsync();
        await DraftTests.EscapeAsync(page);

        await page.Keyboard.PressAsync("Control+k");
        await Assertions.Expect(line).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("sample");
        await Assertions.Expect(options.Filter(new() { HasText = "Sample: count the words" })).ToHaveCountAsync(1);
        await line.FillAsync("task ad");
        await Assertions.Expect(options.Filter(new() { HasText = "task add" })).ToHaveCountAsync(1);
        await line.FillAsync("task add Varnish; tasks");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Table).GetByText("Varnish")).ToBeVisibleAsync();
        await visit.ExpectTitlesAsync("todo", "Paint the boat", "Write the report", "Varnish");
    }

    [Fact]
    public async Task Letters_GoFilterMakeAndExplain_UntilTheyAreTurnedOff()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        await visit.AddTaskAsync("Paint the boat");
        await visit.GoAsync("resources");
        var (page, keys) = (visit.Page, visit.Page.Keyboard);
        var title = page.GetByRole(AriaRole.Heading, new() { Level = 1 });

        await ListensAsync(page);
        await keys.PressAsync("g");
        await keys.PressAsync("t");
        await Assertions.Expect(title).ToHaveTextAsync("Tasks");
        await Assertions.Expect(title).ToBeFocusedAsync(); // a page begins at its title
        await keys.PressAsync("/");
        await Assertions.Expect(page.GetByLabel("Filter tasks")).ToBeFocusedAsync();
        await keys.TypeAsync("c?g"); // typed, not done
        await Assertions.Expect(page.GetByLabel("Filter tasks")).ToHaveValueAsync("c?g");
        await page.GetByLabel("Filter tasks").FillAsync("");
        await page.GetByLabel("Filter tasks").BlurAsync();
        await keys.PressAsync("c");
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog).GetByLabel("Title")).ToBeFocusedAsync();
        await DraftTests.EscapeAsync(page);

        await keys.PressAsync("?");
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("Pick a card up");
        await Accessible.CheckAsync(page, "keyboard");
        await page.GetByLabel("Single letters are commands").UncheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Assertions.Expect(page.Locator(".mud-dialog")).ToHaveCountAsync(0);
        await keys.PressAsync("?");
        await keys.PressAsync("c");
        await keys.PressAsync("g");
        await keys.PressAsync("f");
        await keys.PressAsync("Control+k"); // is no letter, and comes after those that did nothing
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Combobox)).ToBeFocusedAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(1);
        await Assertions.Expect(page).ToHaveURLAsync(TasksPath());
    }

    [GeneratedRegex("/tasks$")]
    private static partial Regex TasksPath();

    /// <summary>The keys of the shell come with a script of their own.</summary>
    private static Task ListensAsync(IPage page) => Assertions.Expect(page.Locator("[data-listening]")).ToHaveCountAsync(1);

    private static async Task<int> PressUntilCanvasAsync(IPage page)
    {
        for (var presses = 1; presses < 40; presses++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (await page.EvaluateAsync<bool>("document.activeElement.textContent === 'Skip to the canvas'"))
            {
                await page.Keyboard.PressAsync("Enter");
                await Assertions.Expect(page.Locator(".fc-host")).ToBeFocusedAsync();
                return presses + 1;
            }
        }

        return int.MaxValue;
    }
}
