using System.Diagnostics;
using System.Text.Json;
using Microsoft.Playwright;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;
using OtherThing.Tests.Web.Runs;

namespace OtherThing.Tests.Browser.Flows;

/// <summary>
/// How long opening takes: a flow of 500 steps in the builder over a line that is 200 ms long each way, and the picture of a run of 100 steps;
/// and what a viewer of such a run takes of the server's memory. Run by eng/bench-canvas, never by the suite. One line of JSON per figure.
/// </summary>
[Collection(Lanes.Builder)]
public sealed class OpeningBench(Chromium chromium, OpeningBench.Installed server) : IClassFixture<OpeningBench.Installed>
{
    private const int Viewers = 8;

    /// <summary>As installed: scripts are kept by the browser for good, which they are not while somebody works on them.</summary>
    public sealed class Installed() : TestServer(("EnableStaticAssetsDevelopmentCaching", "true"));

    [Theory(Explicit = true)]
    [InlineData(0)]
    [InlineData(200)]
    public async Task Builder(int delay)
    {
        await using var line = new SlowLine(server.BaseAddress, TimeSpan.FromMilliseconds(delay));
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        var client = new RunClient(visit.Rest, $"/api/v1/workspaces/{visit.Id}");
        var made =
            await client.PostAsync("/flows", JsonSerializer.Serialize(new { name = "Large", description = "", flow = Row(500, wait: null) }, Json.Options));
        var path = new Uri(line.Address, $"/w/{visit.Slug}/flows/{made.GetProperty("id").GetString()}").ToString();
        var page = visit.Page;
        var cold = await TimeAsync(() => page.GotoAsync(path, new() { WaitUntil = WaitUntilState.Commit }), page);
        var asked = await RequestsAsync(page);
        var warm = new List<double>();
        for (var turn = 0; turn < 3; turn++)
        {
            warm.Add(await TimeAsync(() => page.ReloadAsync(new() { WaitUntil = WaitUntilState.Commit }), page));
        }

        var again = await RequestsAsync(page);
        await page.GotoAsync(new Uri(line.Address, $"/w/{visit.Slug}/flows").ToString());
        await page.GetByRole(AriaRole.Link, new() { Name = "Edit Large" }).WaitForAsync();
        await page.WaitForTimeoutAsync(3_000 + (10 * delay));
        var clicked = await TimeAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "Edit Large" }).ClickAsync(), page);
        Say(new
        {
            figure = "open the builder",
            steps = 500,
            delayMs = delay,
            firstMs = Round(
            cold),
            firstRequests = asked,
            againMs = Round(Median(warm)),
            againRequests = again,
            fromTheListMs = Round(clicked),
            within = 2_500
        });
    }

    [Fact(Explicit = true)]
    public async Task RunGraph()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        var client = new RunClient(visit.Rest, $"/api/v1/workspaces/{visit.Id}");
        var run = await RunAsync(client, 100);
        var page = visit.Page;
        await visit.GoAsync($"runs/{run}");
        await page.Locator(".sg[data-ready=true]").WaitForAsync();
        var opened = new List<double>();
        for (var turn = 0; turn < 5; turn++)
        {
            var watch = Stopwatch.StartNew();
            await page.ReloadAsync(new() { WaitUntil = WaitUntilState.Commit });
            await page.Locator(".sg[data-ready=true]").WaitForAsync();
            opened.Add(watch.Elapsed.TotalMilliseconds);
        }

        Say(new { figure = "open the picture of a run", steps = 100, medianMs = Round(Median(opened)), worstMs = Round(opened.Max()), within = 800 });
        await page.CloseAsync();
        Say(new { figure = "a viewer's memory on the server", steps = 100, mib = Round(await MemoryAsync(visit, run)), within = 3 });
    }

    /// <summary>What was asked of the server for the page, besides what the browser had kept.</summary>
    private static Task<int> RequestsAsync(IPage page) =>
        page.EvaluateAsync<int>("performance.getEntriesByType('resource').filter(each => each.transferSize > 0).length");

    private static async Task<double> MemoryAsync(WorkspaceVisit visit, string run)
    {
        // The first ones fill caches that all share.
        var pages = new List<IPage>();
        await AddAsync(3);
        var before = Heap();
        await AddAsync(Viewers);
        var each = (Heap() - before) / 1048576.0 / Viewers;
        foreach (var page in pages)
        {
            await page.CloseAsync();
        }

        return each;

        async Task AddAsync(int count)
        {
            for (var viewer = 0; viewer < count; viewer++)
            {
                var page = await visit.Browser.NewPageAsync();
                await page.GotoAsync($"/w/{visit.Slug}/runs/{run}");
                await page.Locator(".sg[data-ready=true]").WaitForAsync();
                pages.Add(page);
            }

            await pages[^1].WaitForTimeoutAsync(2_000);
        }
    }

    private static long Heap()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private static async Task<double> TimeAsync(Func<Task> go, IPage page)
    {
        var watch = Stopwatch.StartNew();
        await go();
        await page.Locator("[data-part=host][data-ready=true]").WaitForAsync();
        return watch.Elapsed.TotalMilliseconds;
    }

    private static async Task<string> RunAsync(RunClient client, int count)
    {
        var made = await client.PostAsync(
            "/flows", JsonSerializer.Serialize(new { name = $"Row of {count}", description = "", flow = Row(count, wait: count - 1) }, Json.Options));
        var run = await client.StartAsync(made.GetProperty("id").GetString()!);
        await client.UntilAsync(run, each => RunClient.StatusOf(each) == "waiting");
        return run;
    }

    private static FlowDocument Row(int count, int? wait) => FlowDocument.Empty with
    {
        Steps =
        [
            .. Enumerable.Range(0, count).Select(at => new FlowStep
            {
                Id = $"s{at}", Name = $"Step number {at}", Position = new(at % 20 * 304, at / 20 * 128),
                Type = at == 0 ? "trigger.manual" : at == wait ? "logic.wait" : "data.set",
                Config = JsonElement.Parse(at == 0 ? "{}" : at == wait ? """{"seconds":3600}""" : """{"value":{"text":"{{ run.id }}"}}"""),
            }),
        ],
        Connections = [.. Enumerable.Range(1, count - 1).Select(at => new FlowConnection { From = $"s{at - 1}", To = $"s{at}" })],
    };

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);

    private static double Round(double value) => Math.Round(value, 1);

    private static void Say(object figure) => TestContext.Current.TestOutputHelper!.WriteLine(JsonSerializer.Serialize(figure));
}
