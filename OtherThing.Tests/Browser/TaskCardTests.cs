using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Browser;

/// <summary>What one does with one card, and finding it among many.</summary>
[Collection(Lanes.Pages)]
public sealed class TaskCardTests(Chromium chromium, SharedServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Card_PressedAnywhere_Opens()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        await AddAsync(visit, new { title = "Write the report", labels = new[] { "docs" } });
        await OpenBoardAsync(visit);
        var card = await visit.Page.Locator("[data-card]").BoundingBoxAsync();

        await visit.Page.Mouse.ClickAsync(card!.X + (card.Width / 2), card.Y + card.Height - 8);

        await Assertions.Expect(visit.Page).ToHaveURLAsync(new Regex("/tasks/1$"));
        await Assertions.Expect(visit.Page.GetByLabel("Title")).ToHaveValueAsync("Write the report");
    }

    [Fact]
    public async Task Description_IsRendered_ItsBoxesTick_AndEditShowsTheText()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        var task = await AddAsync(
            visit, new { title = "Ship it", description = "See [the notes](https://example.org/notes).\n\n- [x] build\n- [ ] ask Ana\n- [ ] send" });
        await visit.GoAsync("tasks/1");
        var page = visit.Page;

        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "the notes" })).ToHaveAttributeAsync("href", "https://example.org/notes");
        await page.GetByRole(AriaRole.Checkbox, new() { Name = "ask Ana" }).CheckAsync();

        var saved = "";
        await Patience.UntilAsync(
            async () =>
                (saved = (await visit.Rest.GetFromJsonAsync<JsonElement>($"{visit.Tasks}/{task}", Cancellation)).GetProperty("description").GetString()!)
                    .Contains("[x] ask", StringComparison.Ordinal),
            () => $"the box is kept; the text was {saved}");
        Assert.Contains("- [x] build\n- [x] ask Ana\n- [ ] send", saved, StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Button, new() { Name = "Edit description" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Textbox, new() { Name = "Description" })).ToHaveValueAsync(saved);
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task LinkedFlow_RunsFromTheCard()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        var flow = await visit.Rest.PostAsJsonAsync(
            $"/api/v1/workspaces/{visit.Id}/flows",
            new
            {
                name = "Report",
                flow = new
                {
                    schema = 1,
                    steps = new object[] { new { id = "start", type = "trigger.manual" }, new
            { id = "result", type = "output", config = new { value = 1 } } },
                    connections = new[] { new { from = "start", to = "result" } }
                }
            },
            Cancellation);
        var flowId = (await flow.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("id").GetString();
        await AddAsync(visit, new { title = "Report of the week", flowId });
        await visit.GoAsync("tasks/1");

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Run flow" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Open the run" }).ClickAsync();

        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Report");
        await Assertions.Expect(visit.Page).ToHaveURLAsync(new Regex("/runs/"));
    }

    [Fact]
    public async Task SomebodyElsesTask_SaysWhoCanChangeIt()
    {
        await using var ana = await WorkspaceVisit.StartAsync(chromium, server);
        await AddAsync(ana, new { title = "Write the report", description = "- [ ] a box" });
        var workspace = await ana.Rest.GetFromJsonAsync<JsonElement>($"/api/v1/workspaces/{ana.Id}", Cancellation);
        var rest = await server.RegisterAsync();
        using var joined =
            await rest.PostAsJsonAsync("/api/v1/workspaces/join", new { inviteCode = workspace.GetProperty("inviteCode").GetString() }, Cancellation);
        await using var ben = await WorkspaceVisit.JoinAsync(chromium, server, rest, workspace);

        await ben.GoAsync("tasks/1");

        await Assertions.Expect(ben.Page.GetByRole(AriaRole.Note))
            .ToContainTextAsync("Only admins, whoever made this task and whoever it is assigned to can change it");
        await Assertions.Expect(ben.Page.GetByRole(AriaRole.Button, new() { Name = "Edit description" })).ToHaveCountAsync(0);
        await Assertions.Expect(ben.Page.GetByRole(AriaRole.Checkbox)).ToBeDisabledAsync();
    }

    [Fact]
    public async Task Filters_ByAssigneeAndLabel_FindAmongAllAndStandInTheAddress()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        var me = (await visit.Rest.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancellation)).GetProperty("id").GetString();
        await AddAsync(visit, new { title = "Mine, docs", assigneeId = me, labels = new[] { "docs" } });
        await AddAsync(visit, new { title = "Mine, bug", assigneeId = me, labels = new[] { "bug" } });
        await AddAsync(visit, new { title = "Nobody's, bug", labels = new[] { "bug" } });
        await OpenBoardAsync(visit);
        var titles = visit.Page.Locator("[data-card-link]");

        await visit.Page.GetByLabel("Assigned to", new() { Exact = true }).SelectOptionAsync("Me");
        await Assertions.Expect(titles).ToHaveTextAsync(["Mine, docs", "Mine, bug"]);
        await visit.Page.GetByLabel("Label", new() { Exact = true }).SelectOptionAsync("bug");
        await Assertions.Expect(titles).ToHaveTextAsync(["Mine, bug"]);
        await Assertions.Expect(visit.Page).ToHaveURLAsync(new Regex(@"\?assignee=me&label=bug$"));
        await visit.Page.GetByLabel("Assigned to", new() { Exact = true }).SelectOptionAsync("Nobody");
        await Assertions.Expect(titles).ToHaveTextAsync(["Nobody's, bug"]);
        await visit.Page.ReloadAsync();
        await Assertions.Expect(titles).ToHaveTextAsync(["Nobody's, bug"]);
    }

    [Fact]
    public async Task ColumnHeads_StayWhileOneScrolls()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        for (var number = 0; number < 30; number++)
        {
            await visit.AddTaskAsync($"Card {number}");
        }

        await OpenBoardAsync(visit);
        await visit.Page.Locator("[data-card]").Last.ScrollIntoViewIfNeededAsync();

        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "To do" })).ToBeInViewportAsync();
        var (tabs, head) = (
            await visit.Page.Locator(".ot-top").BoundingBoxAsync(), await visit.Page.Locator(".board-column > header").First.BoundingBoxAsync());
        Assert.True(head!.Y >= tabs!.Y + tabs.Height - 1.5, $"the head at {head.Y} lies under the tabs, which end at {tabs.Y + tabs.Height}");
    }

    private static async Task<string> AddAsync(WorkspaceVisit visit, object task)
    {
        using var made = await visit.Rest.PostAsJsonAsync(visit.Tasks, task, Cancellation);
        var body = await made.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        Assert.True(made.IsSuccessStatusCode, body.ToString());
        return body.GetProperty("id").GetString()!;
    }

    private static async Task OpenBoardAsync(WorkspaceVisit visit)
    {
        await visit.GoAsync("tasks");
        await visit.Page.Locator(".board[data-ready=true]").WaitForAsync();
    }
}
