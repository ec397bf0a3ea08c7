using Microsoft.Playwright;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Browser;

/// <summary>What is typed outlives Esc, Back and a page that is loaded anew, as after a new start of the server.</summary>
[Collection(Lanes.Pages)]
public sealed class DraftTests(Chromium chromium, SharedServer server)
{
    [Fact]
    public async Task NewTask_TypedAndLeft_IsThereAgainUntilItIsSentOrStartedOver()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        await visit.GoAsync("tasks");
        var page = visit.Page;
        var dialog = page.GetByRole(AriaRole.Dialog);
        var title = dialog.GetByLabel("Title");

        await OpenAsync(page);
        await title.FillAsync("Paint the boat");
        await dialog.GetByLabel("Priority").SelectOptionAsync("High");
        await EscapeAsync(page);
        await OpenAsync(page);
        await Assertions.Expect(title).ToHaveValueAsync("Paint the boat");
        await Assertions.Expect(dialog).ToContainTextAsync("What you typed before is here again.");
        await Accessible.CheckAsync(page, "draft of a task");

        await page.ReloadAsync();
        await OpenAsync(page);
        await Assertions.Expect(title).ToHaveValueAsync("Paint the boat");
        await Assertions.Expect(dialog.GetByLabel("Priority")).ToHaveValueAsync("High");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Start over" }).ClickAsync();
        await Assertions.Expect(title).ToHaveValueAsync("");

        await title.FillAsync("Write the report");
        await EscapeAsync(page);
        await OpenAsync(page);
        await Assertions.Expect(title).ToHaveValueAsync("Write the report");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Add task" }).ClickAsync();
        await visit.ExpectTitlesAsync("todo", "Write the report"); // what was put back is what was sent
        await OpenAsync(page);
        await Assertions.Expect(title).ToHaveValueAsync("");
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task Settings_TypedAndLeft_AreThereAgainUntilTheyAreSaved()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        await visit.GoAsync("settings");
        var page = visit.Page;
        var name = page.GetByLabel("Name", new() { Exact = true });
        await Assertions.Expect(name).ToHaveValueAsync("Harbour Lab");

        await KeepsAsync(page);
        await name.FillAsync("Harbour Works");
        await page.GetByText("Public", new() { Exact = false }).First.ClickAsync();
        await visit.GoAsync("tasks");
        await page.GoBackAsync();
        await Assertions.Expect(name).ToHaveValueAsync("Harbour Works");
        await Assertions.Expect(page.GetByRole(AriaRole.Radio, new() { Name = "Public" })).ToBeCheckedAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Save settings" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Settings saved.")).ToBeVisibleAsync();

        await page.ReloadAsync();
        await Assertions.Expect(name).ToHaveValueAsync("Harbour Works");
        await Assertions.Expect(page.GetByText("What you typed before")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task ConsoleLine_TypedAndLeft_IsThereAgainUntilItIsEntered()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        await visit.GoAsync("console");
        var line = visit.Page.GetByLabel("Command");

        await Assertions.Expect(line).ToBeFocusedAsync(); // by the script that keeps what is typed
        await line.FillAsync("task add Half");
        await visit.GoAsync("tasks");
        await visit.Page.GoBackAsync();
        await Assertions.Expect(line).ToHaveValueAsync("task add Half");
        await visit.Page.ReloadAsync();
        await Assertions.Expect(line).ToHaveValueAsync("task add Half");
        await line.PressAsync("Enter");
        await visit.ExpectTitlesAsync("todo", "Half");
        await visit.Page.ReloadAsync();

        await Assertions.Expect(line).ToBeFocusedAsync();
        await Assertions.Expect(line).ToHaveValueAsync("");
    }

    [Fact]
    public async Task ConsoleLines_EnteredFastOneAfterAnother_AllRunInOrder()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        await visit.GoAsync("console");
        var line = visit.Page.GetByLabel("Command");

        for (var number = 1; number <= 8; number++)
        {
            await line.FillAsync($"task add \"Task {number}\"");
            await line.PressAsync("Enter");
        }

        await Assertions.Expect(visit.Page.Locator(".block-text")).ToHaveCountAsync(8);
        await visit.ExpectTitlesAsync("todo", [.. Enumerable.Range(1, 8).Select(number => $"Task {number}")]);
    }

    /// <summary>Closes a dialog; one that came this moment does not hear the key yet.</summary>
    internal static Task EscapeAsync(IPage page) => Patience.UntilAsync(
        async () =>
        {
            await page.Keyboard.PressAsync("Escape");
            return await page.Locator(".mud-dialog").CountAsync() == 0;
        },
        "the dialog is closed");

    private static async Task OpenAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "New task" }).First.ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog).GetByLabel("Title")).ToBeFocusedAsync();
        await KeepsAsync(page);
    }

    /// <summary>What is typed is kept by a script of its own.</summary>
    private static Task KeepsAsync(IPage page) => Assertions.Expect(page.Locator("[data-keeps]")).ToHaveCountAsync(1);
}
