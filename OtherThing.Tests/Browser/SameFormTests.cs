using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;
using OtherThing.Tests.Web.Runs;
using static Microsoft.Playwright.Assertions;

namespace OtherThing.Tests.Browser;

/// <summary>Two people in one form: both know of each other, and whoever saves second chooses between both texts.</summary>
[Collection(Lanes.Pages)]
public sealed class SameFormTests(Chromium chromium, SharedServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("mine", "Ben's words")]
    [InlineData("theirs", "Ana's words")]
    [InlineData("both", "Ana's words\n\nBen's words")]
    public async Task Task_DescriptionChangedByTwo_TheSecondChoosesAndNothingElseIsLost(string choice, string kept)
    {
        await using var ana = await WorkspaceVisit.StartAsync(chromium, server);
        await ana.AddTaskAsync("Write the report");
        await using var ben = await AdminAsync(ana);
        await OpenTaskAsync(ana);
        await OpenTaskAsync(ben);
        await Expect(ana.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("has this open too");
        await Expect(ben.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("has this open too");

        await ben.Page.GetByLabel("Description").FillAsync("Ben's words");
        await ana.Page.GetByLabel("Description").FillAsync("Ana's words");
        await ana.Page.GetByLabel("Priority").SelectOptionAsync("High");
        await ana.Page.GetByRole(AriaRole.Button, new() { Name = "Save task" }).ClickAsync();

        // Ben is told while he writes; what he did not touch follows.
        var merge = ben.Page.GetByRole(AriaRole.Alert, new() { Name = "Description: two texts" });
        await Expect(merge).ToContainTextAsync("Ana's words");
        await Expect(ben.Page.Locator("#task-description")).ToHaveValueAsync("Ben's words");
        await Expect(ben.Page.GetByLabel("Priority")).ToHaveValueAsync("High");
        await Accessible.CheckAsync(ben.Page, "two texts of one task");
        await ben.Page.GetByRole(AriaRole.Button, new() { Name = "Save task" }).ClickAsync();
        Assert.Equal("Ana's words", (await ReadTaskAsync(ana)).GetProperty("description").GetString());
        await Expect(merge).ToBeVisibleAsync(); // saving waits for the choice

        await merge.GetByRole(AriaRole.Button, new() { Name = choice switch { "mine" => "Keep mine", "theirs" => "Take theirs", _ => "Keep both" } })
            .ClickAsync();
        await Expect(merge).ToHaveCountAsync(0);
        await ben.Page.GetByRole(AriaRole.Button, new() { Name = "Save task" }).ClickAsync();
        await Expect(ben.Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);

        var task = await ReadTaskAsync(ana);
        Assert.Equal((kept, "high"), (task.GetProperty("description").GetString(), task.GetProperty("priority").GetString()));
        Assert.Empty(ben.Complaints);
    }

    [Fact]
    public async Task Task_DraftOfATextThatSomebodyChangedSince_AsksBeforeItGoesOverIt()
    {
        await using var ana = await WorkspaceVisit.StartAsync(chromium, server);
        var task = await ana.AddTaskAsync("Write the report");
        await OpenTaskAsync(ana);
        await ana.Page.GetByLabel("Description").FillAsync("Begun yesterday");
        await ana.GoAsync("keys");
        using var patched =
            await ana.Rest.PatchAsJsonAsync($"{ana.Tasks}/{task.GetProperty("id").GetString()}", new { description = "Written by a colleague" }, Cancellation);
        Assert.True(patched.IsSuccessStatusCode);

        await OpenTaskAsync(ana);

        await Expect(ana.Page.GetByRole(AriaRole.Alert, new() { Name = "Description: two texts" })).ToContainTextAsync("Written by a colleague");
        await ana.Page.GetByRole(AriaRole.Button, new() { Name = "Take theirs for Description" }).ClickAsync();
        await ana.Page.GetByRole(AriaRole.Button, new() { Name = "Save task" }).ClickAsync();
        await Expect(ana.Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        Assert.Equal("Written by a colleague", (await ReadTaskAsync(ana)).GetProperty("description").GetString());
    }

    [Fact]
    public async Task Settings_DescriptionChangedByTwo_TheSecondChooses()
    {
        await using var ana = await WorkspaceVisit.StartAsync(chromium, server);
        await using var ben = await AdminAsync(ana);
        await ana.GoAsync("settings");
        await ben.GoAsync("settings");
        await Expect(ana.Page.GetByText("has this open too")).ToBeVisibleAsync();
        await Expect(ben.Page.GetByText("has this open too")).ToBeVisibleAsync();
        await Expect(ben.Page.Locator("[data-keeps]")).ToHaveCountAsync(1);

        await ben.Page.GetByLabel("What it is for").FillAsync("Ben's words");
        await ana.Page.GetByLabel("What it is for").FillAsync("Ana's words");
        await ana.Page.GetByLabel("Runs at once").FillAsync("7");
        await ana.Page.GetByRole(AriaRole.Button, new() { Name = "Save settings" }).ClickAsync();
        await Expect(ana.Page.GetByText("Settings saved.")).ToBeVisibleAsync();

        await Expect(ben.Page.GetByRole(AriaRole.Alert, new() { Name = "What it is for: two texts" })).ToContainTextAsync("Ana's words");
        await Expect(ben.Page.GetByLabel("Runs at once")).ToHaveValueAsync("7");
        await ben.Page.GetByRole(AriaRole.Button, new() { Name = "Keep both in What it is for" }).ClickAsync();
        await ben.Page.GetByRole(AriaRole.Button, new() { Name = "Save settings" }).ClickAsync();
        await Expect(ben.Page.GetByText("Settings saved.")).ToBeVisibleAsync();

        var workspace = await ana.Rest.GetFromJsonAsync<JsonElement>($"/api/v1/workspaces/{ana.Id}", Cancellation);
        Assert.Equal(
            ("Ana's words\n\nBen's words", 7), (workspace.GetProperty("description").GetString(), workspace.GetProperty("maxConcurrentRuns").GetInt32()));
    }

    [Fact]
    public async Task SettingsOfAFlow_ChangedByTwo_TheSecondChooses()
    {
        await using var ana = await WorkspaceVisit.StartAsync(chromium, server);
        await using var ben = await AdminAsync(ana);
        var client = new RunClient(ana.Rest, $"/api/v1/workspaces/{ana.Id}");
        var flow = await client.CreateFlowAsync("""{"id":"out","type":"output","config":{"value":1}}""", "start->out");
        await OpenSettingsAsync(ana.Page, ana);
        await OpenSettingsAsync(ben.Page, ben);
        await Expect(ana.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("has this open too");

        await ben.Page.GetByLabel("Runs at once").FillAsync("3");
        await ana.Page.GetByLabel("Runs at once").FillAsync("5");
        await ana.Page.GetByLabel("Run timeout (seconds)").FillAsync("60");
        await ana.Page.GetByRole(AriaRole.Button, new() { Name = "Save settings" }).ClickAsync();

        var merge = ben.Page.GetByRole(AriaRole.Alert, new() { Name = "Runs at once: two texts" });
        await Expect(merge).ToContainTextAsync("5");
        await Expect(ben.Page.GetByLabel("Run timeout (seconds)")).ToHaveValueAsync("60");
        await merge.GetByRole(AriaRole.Button, new() { Name = "Keep mine" }).ClickAsync();
        await ben.Page.GetByRole(AriaRole.Button, new() { Name = "Save settings" }).ClickAsync();
        await Expect(ben.Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);

        var settings = (await client.GetAsync($"/flows/{flow}")).GetProperty("settings");
        Assert.Equal((3, 60), (settings.GetProperty("maxConcurrentRuns").GetInt32(), settings.GetProperty("runTimeoutSeconds").GetInt32()));
    }

    private static async Task OpenTaskAsync(WorkspaceVisit visit)
    {
        await visit.Page.GotoAsync($"/w/{visit.Slug}/tasks/1");
        await Expect(visit.Page.Locator("[data-keeps]")).ToHaveCountAsync(1);
    }

    private static async Task OpenSettingsAsync(IPage page, WorkspaceVisit visit)
    {
        await visit.GoAsync("flows");
        await page.GetByRole(AriaRole.Button, new() { Name = "More about Test" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Settings…" }).ClickAsync();
        await Expect(page.Locator("[data-keeps]")).ToHaveCountAsync(1);
    }

    private static async Task<JsonElement> ReadTaskAsync(WorkspaceVisit visit) =>
        (await visit.Rest.GetFromJsonAsync<JsonElement>(visit.Tasks, Cancellation)).GetProperty("items")[0];

    /// <summary>An Admin of the workspace, in a browser of their own.</summary>
    private async Task<WorkspaceVisit> AdminAsync(WorkspaceVisit owner)
    {
        var rest = await server.RegisterAsync();
        var workspace = await owner.Rest.GetFromJsonAsync<JsonElement>($"/api/v1/workspaces/{owner.Id}", Cancellation);
        using var joined =
            await rest.PostAsJsonAsync("/api/v1/workspaces/join", new { inviteCode = workspace.GetProperty("inviteCode").GetString() }, Cancellation);
        var me = (await rest.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancellation)).GetProperty("id").GetGuid();
        using var raised = await owner.Rest.PatchAsJsonAsync($"/api/v1/workspaces/{owner.Id}/members/{me}", new { role = "admin" }, Cancellation);
        Assert.True(raised.IsSuccessStatusCode);
        return await WorkspaceVisit.JoinAsync(chromium, server, rest, workspace);
    }
}
