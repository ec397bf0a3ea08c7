using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Editing;
using OtherThing.Tests.Browser.Flows;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;
using OtherThing.Tests.Web.Runs;
using static Microsoft.Playwright.Assertions;

namespace OtherThing.Tests.Browser;

/// <summary>
/// As much as a page takes, in characters of three bytes: a message that is too large ends the line, and what was in it is lost or sent
/// again for ever.
/// </summary>
[Collection(Lanes.Pages)]
public sealed class LongTextTests(Chromium chromium, SharedServer server)
{
    private static FlowDocument Start { get; } = FlowDocument.Empty with
    {
        Steps = [new FlowStep { Id = "start", Type = "trigger.manual" }, Set("value", new(360, 0))],
    };

    [Fact]
    public async Task Canvas_ManyActsInALongScript_ReachTheServerAndTheLineStays()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, Start);

        // All at once: the first goes alone, the others wait for its answer and go together.
        await builder.Host.EvaluateAsync(
            "host => { for (let at = 0; at < 12; at++) host.flowCanvas.commit([{ op: 'configure', id: 'value', field: 'value', value: '漢'.repeat(2_000 + at) "
                + "}], true); }");

        await builder.SavedAsync(flow => flow.Steps[1].Config.GetProperty("value").GetString() is { Length: 2_011 });
        await builder.Page.WaitForFunctionAsync("() => document.querySelector('[data-part=host]').flowCanvas.sync.unsaved === 0");
    }

    [Fact]
    public async Task Canvas_SelectionOfManyStepsWithLongIds_IsHeardAndTheLineStays()
    {
        var many = Start with
        {
            Steps = [.. Enumerable.Range(100, 500).Select(number =>
                Set($"{new string('a', FlowEditRules.MaxIdLength - 3)}{number}", new(360 * (number % 25), 120 * (number / 25))))],
        };
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, many);

        await builder.Host.PressAsync("Control+a");

        await Expect(builder.Page.GetByRole(AriaRole.Heading, new() { Name = "500 selected" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Task_DescriptionAsLongAsItMayBe_IsSaved()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        await visit.GoAsync("tasks");
        var text = string.Concat(Enumerable.Repeat($"{new string('€', 99)}\n", 200));

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "New task" }).First.ClickAsync();
        await visit.Page.GetByLabel("Title").FillAsync("Read it");
        await visit.Page.GetByLabel("Description").FillAsync(text);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Add task" }).ClickAsync();

        await visit.ExpectTitlesAsync("todo", "Read it");
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task RunAgain_InputOfManyCharactersAndAClickAtOnce_RunsWithAllOfIt()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        var client = new RunClient(visit.Rest, $"/api/v1/workspaces/{visit.Id}");
        var flow = await client.CreateFlowAsync("""{"id":"out","type":"output","config":{"value":"{{ input.text.size }}"}}""", "start->out");
        var run = (await client.RunAsync(flow, """{"input":{"text":"short"}}""")).GetProperty("id").GetString();
        var page = visit.Page;

        await visit.GoAsync($"runs/{run}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Run again with…" }).ClickAsync();
        var area = page.GetByLabel("Input (JSON)");
        await Expect(area).ToHaveValueAsync(new Regex("short"));
        await area.FillAsync(JsonSerializer.Serialize(new { text = new string('x', 180_000) }));
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Run again", Exact = true }).ClickAsync();

        await Expect(page).ToHaveURLAsync(new Regex($"/runs/(?!{run})[0-9a-f-]+$"));
        await Patience.UntilAsync(
            async () => (await client.GetRunAsync(page.Url.Split('/')[^1].Split('?')[0])).GetProperty("status").GetString() == "succeeded",
            () => "the run succeeded");
        Assert.Empty(visit.Complaints);
    }

    private static FlowStep Set(string id, FlowPosition position) =>
        new() { Id = id, Type = "data.set", Position = position, Config = JsonElement.Parse("""{"value":""}""") };
}
