using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Browser;

[Collection(Lanes.Pages)]
public sealed class TaskBoardTests(Chromium chromium, SharedServer server)
{
    [Fact]
    public async Task Drag_ToAnotherColumn_SendsNothingOnTheWayAndOneCallAtTheDrop()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        await visit.AddTaskAsync("Write the report");
        await visit.AddTaskAsync("Collect data", "in_progress");
        var sent = new List<string>();
        visit.Page.WebSocket += (_, socket) => socket.FrameSent += (_, frame) =>
        {
            var text = frame.Text ?? System.Text.Encoding.UTF8.GetString(frame.Binary ?? []);
            if (text.Contains("BeginInvokeDotNetFromJS", StringComparison.Ordinal) || text.Contains("DispatchEventAsync", StringComparison.Ordinal))
            {
                lock (sent)
                {
                    sent.Add(text);
                }
            }
        };
        await GoToBoardAsync(visit);
        var card = await BoxAsync(visit.Page.Locator("[data-card]").Filter(new() { HasText = "Write the report" }));
        var target = await BoxAsync(visit.Page.Locator("[data-column='1'] [data-card]"));
        lock (sent)
        {
            sent.Clear();
        }

        await visit.Page.Mouse.MoveAsync(card.X + 20, card.Y + 20);
        await visit.Page.Mouse.DownAsync();
        await visit.Page.Mouse.MoveAsync(target.X + 30, target.Y + 8, new() { Steps = 40 });
        Assert.Empty(Copy(sent));
        await visit.Page.Mouse.UpAsync();

        await Assertions.Expect(visit.Page.Locator("[data-column='1'] [data-card-link]")).ToHaveTextAsync(["Write the report", "Collect data"]);
        Assert.Single(Copy(sent));
        await visit.ExpectTitlesAsync("in_progress", "Write the report", "Collect data");
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task Keyboard_PickCarryDrop_IsSpokenAndKeepsTheFocus()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        await visit.AddTaskAsync("Write the report");
        await visit.AddTaskAsync("Collect data", "in_progress");
        await GoToBoardAsync(visit);
        var said = visit.Page.Locator(".board > [role=status]");
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Write the report" }).FocusAsync();

        await visit.Page.Keyboard.PressAsync("Space");
        await Assertions.Expect(said)
            .ToHaveTextAsync("T-1 Write the report picked up. To do, position 1 of 1. Arrow keys move it, Space drops it, Escape puts it back.");
        await visit.Page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(said).ToHaveTextAsync("In progress, position 1 of 2");
        await visit.Page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(said).ToHaveTextAsync("In progress, position 2 of 2");
        await visit.Page.Keyboard.PressAsync("Space");
        await Assertions.Expect(said).ToHaveTextAsync("T-1 Write the report dropped. In progress, position 2 of 2.");

        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Link, new() { Name = "Write the report" })).ToBeFocusedAsync();
        await visit.ExpectTitlesAsync("in_progress", "Collect data", "Write the report");
    }

    [Fact]
    public async Task Keyboard_KeyWhileTheCardIsDrawnAnew_StillCarriesIt()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        await visit.AddTaskAsync("Write the report");
        await visit.AddTaskAsync("Collect data", "in_progress");
        await GoToBoardAsync(visit);
        var said = visit.Page.Locator(".board > [role=status]");
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Write the report" }).FocusAsync();
        await visit.Page.Keyboard.PressAsync("Space");
        await visit.Page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(said).ToHaveTextAsync("In progress, position 1 of 2");

        // As in the moment between the drawing and the focus.
        await visit.Page.EvaluateAsync("document.activeElement.blur()");
        await visit.Page.Keyboard.PressAsync("ArrowDown");

        await Assertions.Expect(said).ToHaveTextAsync("In progress, position 2 of 2");
    }

    [Fact]
    public async Task MoveMenu_ByKeyboard_MovesTheCard()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        await visit.AddTaskAsync("Write the report");
        await GoToBoardAsync(visit);

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Move T-1" }).FocusAsync();
        await visit.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Menuitem, new() { Name = "In progress" })).ToBeFocusedAsync();
        await visit.Page.Keyboard.PressAsync("ArrowDown");
        await visit.Page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(visit.Page.Locator("[data-column='2'] [data-card-link]")).ToHaveTextAsync(["Write the report"]);
    }

    [Fact]
    public async Task Card_MadeChangedAndDeletedInTheDialog_CanBeBroughtBack()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        await visit.GoAsync("tasks");
        var page = visit.Page;

        await page.GetByRole(AriaRole.Button, new() { Name = "New task" }).First.ClickAsync();
        await page.GetByLabel("Title").FillAsync("Write the report");
        await page.GetByLabel("Priority").SelectOptionAsync("High");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add task" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Write the report" }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/tasks/1$"));
        await page.GetByLabel("Title").FillAsync("Send the report");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save task" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Send the report" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete task" }).ClickAsync();
        await Assertions.Expect(page.Locator("[data-card]")).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Button, new() { Name = "Bring it back" }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Send the report" })).ToBeVisibleAsync();
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task TwoPeople_OneBoard_SeeEachOthersMoves_AndARemovedOneSeesNothingMore()
    {
        await using var ana = await WorkspaceVisit.StartAsync(chromium, server);
        await ana.AddTaskAsync("Write the report");
        var workspace = await ana.Rest.GetFromJsonAsync<JsonElement>($"/api/v1/workspaces/{ana.Id}", TestContext.Current.CancellationToken);
        var rest = await server.RegisterAsync();
        using var joined = await rest.PostAsJsonAsync(
            "/api/v1/workspaces/join", new { inviteCode = workspace.GetProperty("inviteCode").GetString() }, TestContext.Current.CancellationToken);
        Assert.True(joined.IsSuccessStatusCode);
        await using var ben = await WorkspaceVisit.JoinAsync(chromium, server, rest, workspace);
        await GoToBoardAsync(ana);
        await GoToBoardAsync(ben);

        await ana.Page.GetByRole(AriaRole.Link, new() { Name = "Write the report" }).PressAsync("3");
        await Assertions.Expect(ben.Page.Locator("[data-column='2'] [data-card-link]")).ToHaveTextAsync(["Write the report"]);

        var me = await rest.GetFromJsonAsync<JsonElement>("/api/v1/me", TestContext.Current.CancellationToken);
        using var removed = await ana.Rest.DeleteAsync(
            $"/api/v1/workspaces/{ana.Id}/members/{me.GetProperty("id").GetString()}", TestContext.Current.CancellationToken);
        Assert.True(removed.IsSuccessStatusCode);
        await Assertions.Expect(ben.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("You no longer have access to this workspace");
        await Assertions.Expect(ben.Page.Locator("[data-card]")).ToHaveCountAsync(0);
    }

    private static async Task<LocatorBoundingBoxResult> BoxAsync(ILocator locator) => (await locator.BoundingBoxAsync())!;

    private static string[] Copy(List<string> sent)
    {
        lock (sent)
        {
            return [.. sent];
        }
    }

    /// <summary>To the board, once it takes the pointer and keys.</summary>
    private static async Task GoToBoardAsync(WorkspaceVisit visit)
    {
        await visit.GoAsync("tasks");
        await visit.Page.Locator(".board[data-ready=true]").WaitForAsync();
    }
}
