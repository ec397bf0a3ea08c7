using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Browser;

[Collection(Lanes.Pages)]
public sealed class ApprovalTests(Chromium chromium, SharedServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OnTheRunPage_FilledInAndApproved_TheRunGoesOn()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        var run = await StartAsync(visit);
        await visit.GoAsync($"runs/{run}");
        var question = visit.Page.GetByRole(AriaRole.Region, new() { Name = "Send the report?" });

        await question.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
        await Assertions.Expect(question).ToContainTextAsync("copies is required");
        await question.GetByLabel("Copies").FillAsync("3");
        await question.GetByLabel("How").SelectOptionAsync("post");
        await question.GetByLabel("Note").FillAsync("Go ahead.");
        await question.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();

        await Assertions.Expect(question).ToContainTextAsync("Approved");
        await Assertions.Expect(visit.Page.Locator(".rp-facts")).ToContainTextAsync("Succeeded");
        await Assertions.Expect(visit.Page.Locator(".rp-detail")).ToContainTextAsync("Go ahead.");
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task OnTheCard_Rejected_TheCardIsDoneAndTheRunKnows()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        var run = await StartAsync(visit);
        await visit.GoAsync("tasks");

        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Send the report?" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Reject" }).ClickAsync();

        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await visit.ExpectTitlesAsync("done", "Send the report?");
        await visit.GoAsync($"runs/{run}");
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Region, new() { Name = "Send the report?" })).ToContainTextAsync("Rejected");
        Assert.Empty(visit.Complaints);
    }

    [Theory]
    [InlineData(1280, 900)]
    [InlineData(390, 844)]
    public async Task OnTheCard_TheRunIsAPictureWithWords(int width, int height)
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server, new() { ViewportSize = new() { Width = width, Height = height } });
        await StartAsync(visit);
        var page = visit.Page;
        await visit.GoAsync("tasks");

        await page.GetByRole(AriaRole.Link, new() { Name = "Send the report?" }).ClickAsync();

        var picture = page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Img, new() { Name = "start (Succeeded), ask (Waiting), sent" });
        await Assertions.Expect(picture).ToBeVisibleAsync();
        await Assertions.Expect(picture.Locator("[data-step=sent] .sg-name")).ToHaveTextAsync("sent");
        await Accessible.CheckAsync(page, "card of an approval");
        Assert.Empty(visit.Complaints);
    }

    /// <summary>A run that waits for a person.</summary>
    internal static async Task<string> StartAsync(WorkspaceVisit visit)
    {
        var flow = JsonDocument.Parse("""
            {"steps":[{"id":"start","type":"trigger.manual"},
              {"id":"ask","type":"human.approval","config":{"title":"Send the report?","text":"It has **12 pages**.","form":[{"name":"copies","type":"number","required":true},{"name":"how","type":"choice","choices":["post","mail"]},{"name":"when","type":"date"}]}},
              {"id":"sent","type":"output","config":{"value":"{{ steps.ask }}"}}],
             "connections":[{"from":"start","to":"ask"},{"from":"ask","port":"approved","to":"sent"}]}
            """).RootElement;
        var root = $"/api/v1/workspaces/{visit.Id}";
        using var made = await visit.Rest.PostAsJsonAsync($"{root}/flows", new { name = "Report", flow }, Cancel);
        var id = (await made.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("id").GetString();
        using var started = await visit.Rest.PostAsJsonAsync($"{root}/flows/{id}/runs", new { }, Cancel);
        var run = (await started.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("id").GetString()!;
        while ((await visit.Rest.GetFromJsonAsync<JsonElement>($"{root}/approvals?runId={run}", Cancel)).GetProperty("items").GetArrayLength() == 0)
        {
            await Task.Yield(); // the card is there right after the step's commit
        }

        return run;
    }
}
