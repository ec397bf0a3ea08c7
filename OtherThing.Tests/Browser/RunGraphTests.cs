using System.Text.Json;
using Microsoft.Playwright;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;
using OtherThing.Tests.Web.Runs;
using static Microsoft.Playwright.Assertions;

namespace OtherThing.Tests.Browser;

/// <summary>The picture of a run on its page.</summary>
[Collection(Lanes.Pages)]
public sealed class RunGraphTests(Chromium chromium, SharedServer server)
{
    [Fact]
    public async Task HoverPanAndZoom_SendNothing_AndAClickSelectsInTheList()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        var (page, sent) = (visit.Page, new SentFrames(visit.Page));
        await OpenAsync(visit, Waiting(12, at: 3), until: "waiting");
        var graph = page.Locator(".sg");
        await Expect(page.Locator("[data-step=s3]")).ToHaveAttributeAsync("aria-current", "true");
        var box = (await graph.BoundingBoxAsync())!;
        var before = await TransformAsync(page);
        sent.Forget();

        for (var turn = 0; turn < 40; turn++)
        {
            await page.Mouse.MoveAsync(box.X + 20 + (turn * (box.Width - 40) / 40), box.Y + 20 + (turn % 10 * 15));
        }

        await page.Mouse.MoveAsync(box.X + (box.Width / 2), box.Y + box.Height - 30);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(box.X + (box.Width / 2) - 150, box.Y + box.Height - 60, new() { Steps = 25 });
        await page.Mouse.UpAsync();
        Assert.NotEqual(before, await TransformAsync(page));
        before = await TransformAsync(page);
        await page.Keyboard.DownAsync("Control");
        await page.Mouse.WheelAsync(0, -200);
        await page.Mouse.WheelAsync(0, 120);
        await page.Keyboard.UpAsync("Control");
        await page.GetByRole(AriaRole.Button, new() { Name = "Zoom out" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Show the whole flow" }).ClickAsync();
        Assert.NotEqual(before, await TransformAsync(page));
        Assert.Empty(sent.All);

        await page.Locator("[data-step=s1]").ClickAsync();
        await Expect(page.Locator(".rp-step[aria-current=true]")).ToContainTextAsync("Step 1");
        await Expect(page.Locator(".rp-detail h2").First).ToHaveTextAsync("Step 1");
        await page.Locator(".rp-step", new() { HasText = "Step 2" }).ClickAsync();
        await Expect(page.Locator("[data-step=s2]")).ToHaveAttributeAsync("aria-current", "true");
        await page.Locator("[data-step=s9]").ClickAsync();
        await Expect(page.GetByText("This step has not begun yet.")).ToBeVisibleAsync();
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task Keyboard_EntersAtTheStepAtWorkAndGoesOnByArrows()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        var page = visit.Page;
        await Line.AddAsync(visit.Browser);
        await OpenAsync(visit, Waiting(8, at: 3), until: "waiting");

        await page.Locator("[data-step=s3]").FocusAsync();
        await page.Keyboard.PressAsync("ArrowLeft");
        await Expect(page.Locator("[data-step=s2]")).ToBeFocusedAsync();
        // What the server answers to the choice comes when the person has gone on.
        await Line.SlowAsync(page, 300);
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("End");

        await Expect(page.Locator(".rp-detail h2").First).ToHaveTextAsync("Step 2");
        await Expect(page.Locator("[data-step=s7]")).ToBeFocusedAsync();
        await Expect(page.Locator("[data-step=s7]")).ToBeInViewportAsync();
        Assert.Equal(1, await page.Locator(".sg button[data-step][tabindex='0']").CountAsync());
    }

    [Fact]
    public async Task Phone_OpensAtTheStepAtWork()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server, new() { ViewportSize = new() { Width = 390, Height = 844 } });
        var page = visit.Page;
        await OpenAsync(visit, Waiting(14, at: 9), until: "waiting");

        var (host, card) = ((await page.Locator(".sg").BoundingBoxAsync())!, (await page.Locator("[data-step=s9]").BoundingBoxAsync())!);
        Assert.True(
            card.X >= host.X && card.X + card.Width <= host.X + host.Width, $"the card is at {card.X}, {card.Width} wide, in {host.X}, {host.Width} wide");
        Assert.True(card.Width > 170, $"its card is {card.Width} px wide");
        await Accessible.FitsAsync(page, "run on a phone");
    }

    [Theory]
    [InlineData(1280, 900)]
    [InlineData(390, 844)]
    public async Task RunPage_WithAContainerABranchAndAFailure_HasNoSeriousFindings(int width, int height)
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server, new() { ViewportSize = new() { Width = width, Height = height } });
        var page = visit.Page;
        await OpenAsync(visit, Failing(), until: "failed");

        await Expect(page.Locator("[data-step=broken]")).ToHaveAttributeAsync("aria-current", "true");
        await Expect(page.Locator("[data-step=each]")).ToContainTextAsync("3 of 3");
        await Expect(page.Locator("[data-step=check] .sg-taken")).ToHaveTextAsync("true");
        Assert.Equal(
            ["start", "each", "double", "double", "double", "check", "broken", "other"],
            await page.Locator(".rp-step").EvaluateAllAsync<string[]>(
                "rows => rows.map(row => row.querySelector('code')?.textContent.split('/').pop() ?? row.querySelector('.rp-name').textContent)"));
        await Accessible.FitsAsync(page, "run graph");
        await Accessible.CheckAsync(page, "run graph");
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task MoreThanTwoHundredSteps_AreShownByTheCanvas()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        var (page, sent) = (visit.Page, new SentFrames(visit.Page));
        var run = await StartAsync(visit, Waiting(240, at: 3), "waiting");
        await visit.GoAsync($"runs/{run}");

        await page.Locator("flow-canvas [data-part=host][data-ready=true]").WaitForAsync();
        await page.WaitForFunctionAsync("() => document.querySelector('flow-canvas').canvas.scene.statuses.s3?.status === 'waiting'");
        await page.WaitForFunctionAsync("() => document.querySelector('flow-canvas').canvas.scene.selection.has('s3')");
        var box = (await page.Locator("flow-canvas").BoundingBoxAsync())!;
        sent.Forget();
        await page.Mouse.MoveAsync(box.X + 200, box.Y + 100);
        await page.Mouse.WheelAsync(120, 80);
        await page.Mouse.WheelAsync(-60, 40);
        Assert.DoesNotContain(sent.All, text => !text.Contains("EndInvokeJSFromDotNet", StringComparison.Ordinal));

        await page.Locator(".rp-step", new() { HasText = "Step 1" }).First.ClickAsync();
        await page.WaitForFunctionAsync("() => document.querySelector('flow-canvas').canvas.scene.selection.has('s1')");
        Assert.Empty(visit.Complaints);
    }

    private static Task<string> TransformAsync(IPage page) => page.Locator("[data-part=pan]").EvaluateAsync<string>("pan => pan.style.transform");

    private static async Task OpenAsync(WorkspaceVisit visit, FlowDocument flow, string until)
    {
        await visit.GoAsync($"runs/{await StartAsync(visit, flow, until)}");
        await visit.Page.Locator(".sg[data-ready=true]").WaitForAsync();
    }

    private static async Task<string> StartAsync(WorkspaceVisit visit, FlowDocument flow, string until)
    {
        var client = new RunClient(visit.Rest, $"/api/v1/workspaces/{visit.Id}");
        var made = await client.PostAsync("/flows", JsonSerializer.Serialize(new { name = "Report", description = "", flow }, Json.Options));
        var run = await client.StartAsync(made.GetProperty("id").GetString()!);
        await client.UntilAsync(run, each => RunClient.StatusOf(each) == until);
        return run;
    }

    /// <summary>A row of steps, one of which waits for an hour.</summary>
    private static FlowDocument Waiting(int count, int at) => FlowDocument.Empty with
    {
        Steps =
        [
            .. Enumerable.Range(0, count).Select(step => new FlowStep
            {
                Id = $"s{step}", Name = $"Step {step}", Position = new(step % 20 * 304, step / 20 * 128),
                Type = step == 0 ? "trigger.manual" : step == at ? "logic.wait" : "data.set",
                Config = JsonElement.Parse(step == 0 ? "{}" : step == at ? """{"seconds":3600}""" : """{"value":1}"""),
            }),
        ],
        Connections = [.. Enumerable.Range(1, count - 1).Select(step => new FlowConnection { From = $"s{step - 1}", To = $"s{step}" })],
    };

    private static FlowDocument Failing() => FlowDocument.Empty with
    {
        Steps =
        [
            new FlowStep { Id = "start", Type = "trigger.manual" },
            new FlowStep { Id = "each", Type = "logic.map", Position = new(304, 0), Config = JsonElement.Parse("""{"items":[1,2,3]}""") },
            new FlowStep
            { Id = "double", Type = "data.set", Parent = "each", Position = new(330, 80), Config = JsonElement.Parse("""{"value":"{{ item | times: 2 }}"}""") },
            new FlowStep { Id = "check", Type = "logic.if", Position = new(720, 0), Config = JsonElement.Parse("""{"condition":"steps.each contains 4"}""") },
            new FlowStep { Id = "broken", Type = "http.request", Position = new(1024, -60), Config = JsonElement.Parse("""{"url":"http://169.254.1.1/"}""") },
            new FlowStep { Id = "other", Type = "data.set", Position = new(1024, 100), Config = JsonElement.Parse("""{"value":1}""") },
        ],
        Connections =
        [
            new() { From = "start", To = "each" }, new() { From = "each", To = "check" },
            new() { From = "check", Port = "true", To = "broken" }, new() { From = "check", Port = "false", To = "other" },
        ],
    };
}
