using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using OtherThing.Core.Flows;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Browser.Flows;

/// <summary>What is live, in the builder: the version, the changes since, the switches; and trying a webhook before that.</summary>
[Collection(Lanes.Panels)]
public sealed class FlowLivePanelTests(Chromium chromium, SharedServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Publish_ShowsTheLiveVersion_ThenWhatTheDraftChanges_AndATriggerIsTurnedOff()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, Hook());
        var page = builder.Page;
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Not published" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Publish", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Publish flow" }).ClickAsync();

        var live = page.GetByRole(AriaRole.Region, new() { Name = "is live" });
        await Assertions.Expect(live).ToContainTextAsync("None. The draft is what is live.");
        var trigger = (await builder.Rest.GetFromJsonAsync<JsonElement>(builder.FlowPath, Cancel)).GetProperty("triggers").EnumerateArray()
            .Single(each => each.GetProperty("stepId").GetString() == "hook");
        using var taken = await builder.Rest.PostAsJsonAsync(trigger.GetProperty("url").GetString(), new { n = 1 }, Cancel);
        Assert.Equal(HttpStatusCode.Accepted, taken.StatusCode);

        await builder.Host.EvaluateAsync("host => host.flowCanvas.commit([{ op: 'configure', id: 'end', field: 'value', value: 2 }])");
        await Assertions.Expect(live.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "Changed End: value" })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "live, 1 change" })).ToBeVisibleAsync();

        await live.GetByRole(AriaRole.Switch, new() { Name = "Incoming" }).UncheckAsync();
        await Assertions.Expect(live).ToContainTextAsync("Off: it starts nothing, also after the next publish.");
        using var refused = await builder.Rest.PostAsJsonAsync(trigger.GetProperty("url").GetString(), new { n = 1 }, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);

        await live.GetByRole(AriaRole.Link, new() { Name = "Compare in full" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Region, new() { Name = "Fields of End" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Webhook_TriedBeforePublish_RunsTheDraftWithThatBody()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, Hook());
        var page = builder.Page;
        var (x, y) = await builder.PlaceOfAsync("hook");
        await page.Mouse.ClickAsync(x, y);
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Body of a delivery" }).FillAsync("""{"n": 41}""");
        await Assertions.Expect(page.GetByRole(AriaRole.Textbox, new() { Name = "The same from a terminal" })).ToHaveValueAsync(
            new System.Text.RegularExpressions.Regex("""/runs' .*"input":\{"body":\{"n":41\}"""));
        await page.GetByRole(AriaRole.Button, new() { Name = "Try with this body" }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Region, new() { Name = "Run on show" })).ToContainTextAsync("Succeeded");
        var runs = await builder.Rest.GetFromJsonAsync<JsonElement>(
            builder.FlowPath[..builder.FlowPath.IndexOf("/flows", StringComparison.Ordinal)] + "/runs", Cancel);
        var run = await builder.Rest.GetFromJsonAsync<JsonElement>(
            builder.FlowPath[..builder.FlowPath.IndexOf("/flows", StringComparison.Ordinal)]
            + "/runs/"
            + runs.GetProperty("items")[0].GetProperty("id").GetString(), Cancel);
        Assert.Equal("""{"n":41}""", run.GetProperty("output").GetRawText());
    }

    private static FlowDocument Hook() => FlowDocument.Empty with
    {
        Steps =
        [
            new FlowStep { Id = "start", Type = "trigger.manual", Name = "Start" },
            new FlowStep
            { Id = "hook", Type = "trigger.webhook", Name = "Incoming", Position = new(0, 160), Config = JsonElement.Parse("""{"respond":"accepted"}""") },
            new FlowStep { Id = "end", Type = "output", Name = "End", Position = new(320, 80), Config = JsonElement.Parse("""{"value":"{{ input.body }}"}""") },
        ],
        Connections = [new FlowConnection { From = "start", To = "end" }, new FlowConnection { From = "hook", To = "end" }],
    };
}
