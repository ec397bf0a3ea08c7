using System.Diagnostics;
using System.Net.Http.Json;
using Microsoft.Playwright;
using OtherThing.Lab.Processes;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Browser;

/// <summary>From an empty server to work that does itself.</summary>
[Collection(Lanes.Pages)]
public sealed class FirstHourTests(Chromium chromium, SharedServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EmptyServer_ToAFinishedRunOfTheSample_TakesAtMostFiveClicks()
    {
        await using var empty = new ServerProcess(BuildOutput.Server, ("OtherThing__LocalNode", "true"));
        await empty.StartAsync(Cancellation);
        await using var context = await chromium.OpenAsync(empty.Address);
        await context.AddInitScriptAsync("addEventListener('pointerdown', () => { sessionStorage.clicks = 1 + Number(sessionStorage.clicks ?? 0); }, true);");
        var page = await context.NewPageAsync();
        var watch = Stopwatch.StartNew();

        await page.GotoAsync("/");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Create the first account");
        await Assertions.Expect(page.GetByLabel("E-mail address")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("first@example.org");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync(TestServer.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Create account" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "New workspace" }).First.ClickAsync();
        await Assertions.Expect(page.GetByLabel("Name", new() { Exact = true })).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("Workshop");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create workspace" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Run the sample" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Next: Create a task" })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("main").GetByText("Succeeded").First).ToBeVisibleAsync();
        var seconds = watch.Elapsed.TotalSeconds;

        var clicks = await page.EvaluateAsync<int>("Number(sessionStorage.clicks)");
        TestContext.Current.TestOutputHelper?.WriteLine($"From an empty server to a finished run: {clicks} clicks, {seconds:F1} s");
        Assert.InRange(clicks, 1, 5);
    }

    [Theory]
    [InlineData(1280, 800)]
    [InlineData(390, 844)]
    public async Task EmptyServer_FrontPage_CreatesTheFirstAccount(int width, int height)
    {
        await using var empty = new TestServer();
        await using var context = await chromium.OpenAsync(empty.BaseAddress, new() { ViewportSize = new() { Width = width, Height = height } });
        var page = await context.NewPageAsync();

        await page.GotoAsync("/");

        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Create the first account");
        await Accessible.CheckAsync(page, "first account");
        await Accessible.FitsAsync(page, "first account");
        await page.GetByLabel("E-mail address").FillAsync("first@example.org");
        await page.GetByLabel("Password").FillAsync(TestServer.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Create account" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Workspaces");
    }

    [Fact]
    public async Task FirstSteps_WhatHappensAnywhere_TicksThemOnTheOpenPage()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        await visit.GoAsync("start");
        var page = visit.Page;
        await Assertions.Expect(page.Locator("[data-done=true]")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator("[data-step]")).ToHaveCountAsync(5);
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Get started" })).ToContainTextAsync("0/5");

        await visit.AddTaskAsync("Write the report");
        await Assertions.Expect(page.Locator("[data-step=task]")).ToHaveAttributeAsync("data-done", "true");
        using var invited = await visit.Rest.PostAsJsonAsync($"/api/v1/workspaces/{visit.Id}/invites", new { role = "member" }, Cancellation);
        await Assertions.Expect(page.Locator("[data-step=people]")).ToHaveAttributeAsync("data-done", "true");

        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Get started" })).ToContainTextAsync("2/5");
        await Assertions.Expect(page.Locator("[aria-current=step]")).ToHaveAttributeAsync("data-step", "machine");
    }

    [Theory]
    [InlineData(1280, 800)]
    [InlineData(390, 844)]
    public async Task FirstSteps_PutAway_StayAwayAndAreFoundInTheMenuOfTheName(int width, int height)
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server, new() { ViewportSize = new() { Width = width, Height = height } });
        await visit.GoAsync("start");
        var page = visit.Page;
        await Accessible.CheckAsync(page, "get started");
        await Accessible.FitsAsync(page, "get started");
        var chip = page.Locator(".ot-chip-next");

        await page.GetByRole(AriaRole.Button, new() { Name = "Put away" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Show in the top bar again" })).ToBeVisibleAsync();
        await Assertions.Expect(chip).ToHaveCountAsync(0);
        await visit.GoAsync("tasks");
        await Assertions.Expect(chip).ToHaveCountAsync(0);

        await page.Locator(".ot-switcher").ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Get started" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Show in the top bar again" }).ClickAsync();
        await Assertions.Expect(chip).ToHaveCountAsync(1);
    }
}
