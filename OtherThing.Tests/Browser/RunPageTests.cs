using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using OtherThing.Core.Runs;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;
using OtherThing.Tests.Web.Runs;
using static Microsoft.Playwright.Assertions;

namespace OtherThing.Tests.Browser;

/// <summary>A run on its page: what is at work, what it says, how long it takes.</summary>
[Collection(Lanes.Pages)]
public sealed partial class RunPageTests(Chromium chromium, SharedServer server)
{
    private const string Failing = """{"id":"pay","name":"Pay the bill","type":"http.request","config":{"url":"http://169.254.1.1/"}}""";

    [Fact]
    public async Task StepAtWork_IsInSightInALongList_UntilThePersonChooses()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        var page = visit.Page;
        var client = Client(visit);
        // Sixty steps, then two questions one after the other.
        var steps = Enumerable.Range(1, 60).Select(step => $$$"""{"id":"s{{{step}}}","type":"data.set","config":{"value":1}}""")
            .Append(
                """{"id":"one","name":"First question","type":"human.approval","config":{"title":"One?"}},{"id":"two","name":"Second question","type":"human.approval","config":{"title":"Two?"}},{"id":"three","name":"Third question","type":"human.approval","config":{"title":"Three?"}}""");
        var flow = await client.CreateFlowAsync(
            string.Join(',', steps),
            ["start->s1", .. Enumerable.Range(1, 59).Select(step => $"s{step}->s{step + 1}"), "s60->one", "one.approved->two", "two.approved->three"]);
        var run = await client.StartAsync(flow);
        await client.UntilAsync(run, each => RunClient.StatusOf(each) == "waiting");

        await visit.GoAsync($"runs/{run}");
        var current = page.Locator(".rp-step[aria-current=true]");
        await Expect(current).ToContainTextAsync("First question");
        await InSightAsync(page);
        await page.Locator(".rp-steps").EvaluateAsync("list => list.scrollTop = 0");
        await DecideAsync(client, run);
        await Expect(current).ToContainTextAsync("Second question");
        await InSightAsync(page);

        await page.Locator(".rp-steps").EvaluateAsync("list => list.scrollTop = 0");
        await page.Locator(".rp-step", new() { HasText = "s3" }).First.ClickAsync();
        await DecideAsync(client, run);
        await Expect(page.Locator("[data-step=three]")).ToContainTextAsync("Waiting");
        await Expect(current).ToContainTextAsync("s3");
        await InSightAsync(page);
        await page.Locator("[data-step=two]").DispatchEventAsync("click");
        await Expect(current).ToContainTextAsync("Second question");
        await InSightAsync(page);
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task LiveOutput_OfAPageOpenedLate_IsWholeAndItsEndInSight()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        var page = visit.Page;
        var client = Client(visit);
        var run = await client.StartAsync(await client.CreateFlowAsync("""{"id":"rest","type":"logic.wait","config":{"seconds":3600}}""", "start->rest"));
        await client.UntilAsync(run, each => RunClient.StatusOf(each) == "waiting");
        using var speech = server.Services.GetRequiredService<RunTalk>().Open(Guid.Parse(run), "rest");
        speech.Say("stdout", string.Concat(Enumerable.Range(1, 60).Select(line => $"line {line}\n")));

        await visit.GoAsync($"runs/{run}");
        var live = page.GetByLabel("Live output");
        await Expect(live).ToContainTextAsync("line 1\n");
        await AtEndAsync(page, true);
        speech.Say("stdout", "line 61\nline 62\nline 63");
        await Expect(live).ToContainTextAsync("line 63");
        await AtEndAsync(page, true);

        await live.EvaluateAsync("text => { text.scrollTop = 0; text.dispatchEvent(new Event('scroll')); }");
        speech.Say("stdout", "\nline 64");
        await Expect(live).ToContainTextAsync("line 64");
        Assert.Equal(0, await live.EvaluateAsync<int>("text => text.scrollTop"));
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task Clocks_OfARunAtWork_GoOnInTheBrowserAndStopWithIt()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        var (page, sent) = (visit.Page, new SentFrames(visit.Page));
        var client = Client(visit);
        var run = await client.StartAsync(await client.CreateFlowAsync("""{"id":"rest","type":"logic.wait","config":{"seconds":3600}}""", "start->rest"));
        await client.UntilAsync(run, each => RunClient.StatusOf(each) == "waiting");
        await page.Clock.InstallAsync();
        await visit.GoAsync($"runs/{run}");
        var clock = page.Locator(".rp-facts ot-clock[kind=count]");
        await TickAsync(page, clock, sent);
        await Expect(page.Locator(".rp-due")).ToHaveTextAsync("in 59 min");
        await visit.GoAsync("runs");
        var took = page.Locator("td[data-label=Took] ot-clock");
        await TickAsync(page, took, sent);

        await client.PostAsync($"/runs/{run}/cancel");
        await Expect(took).ToHaveCountAsync(0);
        // "45 s ago" is true to some seconds; a count would have changed nine times.
        await page.EvaluateAsync(
            "() => { window.ticks = 0; new MutationObserver(seen => window.ticks += seen.filter(each => each.target.parentElement?.localName === "
                + "'ot-clock').length).observe(document.querySelector('.rl-runs'), { characterData: true, subtree: true }); }");
        await page.Clock.RunForAsync(9_000);
        Assert.InRange(await page.EvaluateAsync<int>("() => window.ticks"), 0, 1);
        Assert.Empty(visit.Complaints);
    }

    [Theory]
    [InlineData(1280, 800)]
    [InlineData(390, 844)]
    public async Task Timeline_OfItemsAttemptsAndACalledRun_IsReadAndSelects(int width, int height)
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server, new() { ViewportSize = new() { Width = width, Height = height } });
        var page = visit.Page;
        var client = Client(visit);
        var called = await client.CreateFlowAsync("""{"id":"inner","name":"Inside the other","type":"data.set","config":{"value":1}}""", "start->inner");
        var flow = await client.CreateFlowAsync(
            $$$"""
            {"id":"each","name":"Each thing","type":"logic.map","config":{"items":[{{{string.Join(',', Enumerable.Range(1, 120))}}}]}},{"id":"double","type":"data.set","parent":"each","config":{"value":1}},
            {"id":"rest","type":"logic.wait","config":{"seconds":1}},{"id":"other","name":"Call the other","type":"flow.call","config":{"flowId":"{{{called}}}"}},
            {"id":"pay","name":"Pay the bill","type":"http.request","retry":{"max":1,"backoffSeconds":1},"config":{"url":"http://127.0.0.1:9/"}}
            """,
            "start->each", "each->rest", "rest->other", "other->pay");
        var run = await client.RunAsync(flow);
        await visit.GoAsync($"runs/{run.GetProperty("id")}");
        await page.GetByRole(AriaRole.Navigation, new() { Name = "How the steps are shown" })
            .GetByRole(AriaRole.Link, new() { Name = "Timeline" })
            .ClickAsync();
        var rows = page.Locator(".tl-row[data-status]");
        await Expect(rows).ToHaveCountAsync(5);
        await Accessible.FitsAsync(page, "timeline");
        await Accessible.CheckAsync(page, "timeline");
        // The wait is drawn as one, to scale.
        var (track, wait) = ((await rows.Nth(2).Locator(".tl-track").BoundingBoxAsync())!, (await rows.Nth(2).Locator(".tl-waits").BoundingBoxAsync())!);
        Assert.InRange(wait.Width / track.Width, 0.1, 1);

        await page.GetByRole(AriaRole.Button, new() { Name = "What is in Each thing" }).ClickAsync();
        await Expect(rows).ToHaveCountAsync(5 + 50);
        await page.GetByRole(AriaRole.Button, new() { Name = "Show 50 more of 70" }).ClickAsync();
        await Expect(rows).ToHaveCountAsync(5 + 100);
        await page.GetByRole(AriaRole.Button, new() { Name = "What is in Each thing" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Steps of the run that Call the other called" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Inside the other" })).ToBeVisibleAsync();
        await Accessible.CheckAsync(page, "timeline of a called run");
        await page.Locator("button.tl-main", new() { HasText = "Call the other" }).ClickAsync();
        await Expect(page.Locator(".rp-detail h2").First).ToHaveTextAsync("Call the other");
        await Expect(page).ToHaveURLAsync(new Regex(@"\?view=timeline$"));
        await page.GetByRole(AriaRole.Link, new() { Name = "Inside the other" }).ClickAsync();
        await Expect(page.Locator(".rp-facts")).ToContainTextAsync("Called by");
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task FailedRun_BecomesATaskOnceWithTheWayBack()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        var page = visit.Page;
        var client = Client(visit);
        var run = (await client.RunAsync(await client.CreateFlowAsync(Failing, "start->pay"))).GetProperty("id").GetString();
        await visit.GoAsync($"runs/{run}");
        var failed = page.GetByRole(AriaRole.Button, new() { Name = "Go to the failed step" });
        await Expect(page.Locator(".rp-detail h2").First).ToHaveTextAsync("Pay the bill");
        await Expect(failed).ToHaveCountAsync(0);
        await page.Locator("[data-step=start]").ClickAsync();
        await Expect(page.Locator(".rp-detail h2").First).ToHaveTextAsync("start");
        await failed.ClickAsync();
        await Expect(page.Locator(".rp-detail h2").First).ToHaveTextAsync("Pay the bill");

        await page.GetByRole(AriaRole.Button, new() { Name = "Create task from this failure" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await Expect(dialog.GetByLabel("Title")).ToHaveValueAsync("Test failed at Pay the bill");
        await Expect(dialog.Locator(".ot-markdown")).ToContainTextAsync("Failed at Pay the bill");
        await Expect(dialog.GetByRole(AriaRole.Link, new() { Name = "Open the run", Exact = true })).ToHaveAttributeAsync("href", new Regex($"/runs/{run}$"));
        await Expect(dialog.GetByRole(AriaRole.Link, new() { Name = "a run", Exact = true })).ToHaveAttributeAsync("href", $"/w/{visit.Slug}/runs/{run}");

        await visit.GoAsync($"runs/{run}");
        await page.GetByRole(AriaRole.Link, new() { Name = "Open task T-1" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog).GetByLabel("Title")).ToHaveValueAsync("Test failed at Pay the bill");
        await visit.ExpectTitlesAsync("todo", "Test failed at Pay the bill");
        Assert.Empty(visit.Complaints);
    }

    /// <summary>Twenty seconds later it says so, and nothing went to and fro for it.</summary>
    private static async Task TickAsync(IPage page, ILocator clock, SentFrames sent)
    {
        await Expect(clock).ToHaveTextAsync(new Regex(@"^\d+ s$"));
        var before = int.Parse((await clock.TextContentAsync())![..^2], CultureInfo.InvariantCulture);
        sent.Forget();
        await page.Clock.RunForAsync(20_000);
        Assert.InRange(int.Parse((await clock.TextContentAsync())![..^2], CultureInfo.InvariantCulture), before + 20, before + 30);
        Assert.DoesNotContain(sent.All, text => text.Contains("OnRenderCompleted", StringComparison.Ordinal));
    }

    private static RunClient Client(WorkspaceVisit visit) => new(visit.Rest, $"/api/v1/workspaces/{visit.Id}");

    /// <summary>The selected step lies within what the list shows, wherever the page itself is scrolled to.</summary>
    private static Task InSightAsync(IPage page) => Patience.UntilAsync(
        () => page.EvaluateAsync<bool>("""
            () => {
              const list = document.querySelector('.rp-steps').getBoundingClientRect(), row = document.querySelector('.rp-step[aria-current=true]')?.getBoundingClientRect();
              return !!row && row.top >= list.top - 1 && row.bottom <= list.bottom + 1;
            }
            """),
        () => "the selected step is in sight in the list");

    private static async Task AtEndAsync(IPage page, bool isIt) => await Patience.UntilAsync(
        async () =>
            isIt == await page.GetByLabel("Live output")
                .EvaluateAsync<bool>("text => text.scrollHeight > text.clientHeight && text.scrollHeight - text.scrollTop - text.clientHeight < 2"),
        () => "the end of what is said is in sight");

    private static async Task DecideAsync(RunClient client, string run)
    {
        var open = (await client.GetAsync($"/approvals?runId={run}&open=true")).GetProperty("items")[0].GetProperty("id").GetString();
        await client.PostAsync($"/approvals/{open}", """{"decision":"approve"}""");
    }
}
