using System.Text.RegularExpressions;
using Microsoft.Playwright;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;
using OtherThing.Tests.Web.Runs;

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
        await Assertions.Expect(dialog).ToContainTextAsync("Throw away what you typed?");
        await Assertions.Expect(title).ToHaveValueAsync("Paint the boat"); // not before one says so
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Keep it" }).ClickAsync();
        await Assertions.Expect(title).ToHaveValueAsync("Paint the boat");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Start over" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Throw it away" }).ClickAsync();
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
    public async Task RunInput_TypedInTheListAndLeft_IsThereInTheListAndInTheBuilderUntilTheRunStarts()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        var client = new RunClient(visit.Rest, $"/api/v1/workspaces/{visit.Id}");
        var made = await client.PostAsync(
            "/flows",
            """{"name":"Ask","description":"","flow":{"steps":[{"id":"start","type":"trigger.manual","config":{"fields":[{"name":"topic","required":true},{"name":"loud","type":"boolean"}]}},{"id":"out","type":"output","config":{"value":"{{ input.topic }}"}}],"connections":[{"from":"start","port":"out","to":"out"}]} }""");
        var page = visit.Page;
        var dialog = page.GetByRole(AriaRole.Dialog);
        async Task AskAsync()
        {
            await visit.GoAsync("flows");
            await page.GetByRole(AriaRole.Button, new() { Name = "Run Ask" }).ClickAsync();
            await Assertions.Expect(dialog.GetByLabel("topic")).ToBeFocusedAsync();
            await KeepsAsync(page);
        }

        await AskAsync();
        await dialog.GetByLabel("topic").FillAsync("The tides of the north coast");
        await dialog.GetByLabel("loud").CheckAsync();
        await EscapeAsync(page);
        await AskAsync();
        await Assertions.Expect(dialog.GetByLabel("topic")).ToHaveValueAsync("The tides of the north coast");
        await Assertions.Expect(dialog.GetByLabel("loud")).ToBeCheckedAsync();

        await visit.GoAsync($"flows/{made.GetProperty("id").GetString()}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Run", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByLabel("topic")).ToHaveValueAsync("The tides of the north coast");

        await AskAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Run flow" }).ClickAsync();
        await Assertions.Expect(page.GetByText("The tides of the north coast").First).ToBeVisibleAsync();
        await AskAsync();
        await Assertions.Expect(dialog.GetByLabel("topic")).ToHaveValueAsync("");
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task RunAgain_RefusedOrLeft_KeepsTheInputUntilTheRunStarts()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        var client = new RunClient(visit.Rest, $"/api/v1/workspaces/{visit.Id}");
        var flow = await client.CreateFlowAsync("""{"id":"out","type":"output","config":{"value":"{{ input.n }}"}}""", "start->out");
        var run = (await client.RunAsync(flow, """{"input":{"n":1}}""")).GetProperty("id").GetString();
        var page = visit.Page;
        var area = page.GetByLabel("Input (JSON)");
        async Task AskAsync()
        {
            await visit.GoAsync($"runs/{run}");
            await page.GetByRole(AriaRole.Button, new() { Name = "Run again with…" }).ClickAsync();
            await KeepsAsync(page);
        }

        await AskAsync();
        await area.FillAsync("""{"n":2""");
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Run again", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The input");
        await EscapeAsync(page);
        await AskAsync();
        await Assertions.Expect(area).ToHaveValueAsync("""{"n":2""");
        await area.FillAsync("""{"n":2}""");
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Run again", Exact = true }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex($"/runs/(?!{run})[0-9a-f-]+$"));

        await AskAsync();
        await Assertions.Expect(area).ToHaveValueAsync(new Regex("\"n\": 1"));
    }

    [Fact]
    public async Task SettingsOfAFlow_TypedAndLeft_AreThereAgainUntilTheyAreSaved()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        var client = new RunClient(visit.Rest, $"/api/v1/workspaces/{visit.Id}");
        var flow = await client.CreateFlowAsync("""{"id":"out","type":"output","config":{"value":1}}""", "start->out");
        var page = visit.Page;
        var dialog = page.GetByRole(AriaRole.Dialog);
        async Task OpenSettingsAsync()
        {
            await visit.GoAsync("flows");
            await page.GetByRole(AriaRole.Button, new() { Name = "More about Test" }).ClickAsync();
            await page.GetByRole(AriaRole.Menuitem, new() { Name = "Settings…" }).ClickAsync();
            await KeepsAsync(page);
        }

        await OpenSettingsAsync();
        await dialog.GetByLabel("Runs at once").FillAsync("3");
        await dialog.GetByLabel("Run timeout (seconds)").FillAsync("90");
        await EscapeAsync(page);
        await OpenSettingsAsync();
        await Assertions.Expect(dialog.GetByLabel("Runs at once")).ToHaveValueAsync("3");
        await Assertions.Expect(dialog.GetByLabel("Run timeout (seconds)")).ToHaveValueAsync("90");
        await Accessible.CheckAsync(page, "settings of a flow with a draft");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save settings" }).ClickAsync();
        await Assertions.Expect(dialog).ToHaveCountAsync(0);

        var saved = (await client.GetAsync($"/flows/{flow}")).GetProperty("settings");
        Assert.Equal((3, 90), (saved.GetProperty("maxConcurrentRuns").GetInt32(), saved.GetProperty("runTimeoutSeconds").GetInt32()));
        Assert.DoesNotContain("ot-draft", await StoredAsync(page), StringComparison.Ordinal);
    }

    [Fact]
    public async Task KeyDialog_TypedAndLeft_KeepsTheNameAndNeverTheKey()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        var page = visit.Page;
        var dialog = page.GetByRole(AriaRole.Dialog);
        async Task OpenKeyAsync()
        {
            await visit.GoAsync("keys");
            await page.GetByRole(AriaRole.Button, new() { Name = "Add key" }).First.ClickAsync();
            await KeepsAsync(page);
        }

        await OpenKeyAsync();
        await dialog.GetByLabel("Key", new() { Exact = true }).FillAsync("sk-the-secret-of-this-test");
        await dialog.GetByLabel("Provider").SelectOptionAsync("Custom");
        await dialog.GetByLabel("Base URL").FillAsync("https://llm.example.com/v1?token=another-secret");
        await dialog.GetByLabel("Name").FillAsync("The team's model");
        Assert.Contains("The team's model", await StoredAsync(page), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", await StoredAsync(page), StringComparison.Ordinal);
        await EscapeAsync(page);
        await OpenKeyAsync();

        await Assertions.Expect(dialog.GetByLabel("Name")).ToHaveValueAsync("The team's model");
        await Assertions.Expect(dialog.GetByLabel("Provider")).ToHaveValueAsync("Custom");
        await Assertions.Expect(dialog.GetByLabel("Key", new() { Exact = true })).ToHaveValueAsync("");
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

    private static async Task<string> StoredAsync(IPage page) =>
        await page.EvaluateAsync<string>("() => JSON.stringify([Object.entries(sessionStorage), Object.entries(localStorage)])");

    private static async Task OpenAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "New task" }).First.ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog).GetByLabel("Title")).ToBeFocusedAsync();
        await KeepsAsync(page);
    }

    /// <summary>What is typed is kept by a script of its own.</summary>
    private static Task KeepsAsync(IPage page) => Assertions.Expect(page.Locator("[data-keeps]")).ToHaveCountAsync(1);
}
