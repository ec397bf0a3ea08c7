using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;
using OtherThing.Tests.Web.Keys;
using OtherThing.Tests.Web.Runs;
using static Microsoft.Playwright.Assertions;

namespace OtherThing.Tests.Browser;

/// <summary>What a model answers, as it comes and as it is.</summary>
[Collection(Lanes.Pages)]
public sealed class RunAnswerTests(Chromium chromium, ProviderServer providers) : IClassFixture<ProviderServer>
{
    [Fact]
    public async Task Answer_ComesWordByWord_ThenAsMarkdownWithItsSourceRemembered()
    {
        using var place = await providers.OpenAsync();
        var client = new RunClient(place.Client, $"/api/v1/workspaces/{place.WorkspaceId}");
        var flow = await client.CreateFlowAsync(
            """{"id":"ask","name":"Ask the model","type":"ai.chat","config":{"provider":"openai","model":"m","prompt":"Hi"}},{"id":"say","type":"output","config":{"value":"{{ steps.ask.text }}"}}""",
            "start->ask", "ask->say");
        var more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        providers.Fake.Script = async (context, _) =>
        {
            context.Response.ContentType = "text/event-stream";
            await WriteAsync(context, Part("Here is **the", null));
            await more.Task;
            await WriteAsync(context, Part(" plan**\n\n- one\n- <script>two</script>", null), Part("", "stop"), "[DONE]");
        };
        var workspace = await place.Client.GetStringAsync($"/api/v1/workspaces/{place.WorkspaceId}", TestContext.Current.CancellationToken);
        await using var visit = await WorkspaceVisit.JoinAsync(chromium, providers.Server, place.Client, JsonElement.Parse(workspace));
        var page = visit.Page;
        try
        {
            var run = await client.StartAsync(flow);
            await visit.GoAsync($"runs/{run}");

            await Expect(page.Locator(".rp-step[aria-current=true]")).ToContainTextAsync("Ask the model");
            await Expect(page.GetByLabel("Live output")).ToHaveTextAsync("Here is **the");
            more.SetResult();
            await Expect(page.Locator(".rp-facts")).ToContainTextAsync("Succeeded");
            var output = page.GetByRole(AriaRole.Region, new() { Name = "Output" });
            await Expect(output.Locator("strong")).ToHaveTextAsync("the plan");
            await page.Locator(".rp-step", new() { HasText = "Ask the model" }).ClickAsync();
            var answer = page.GetByRole(AriaRole.Region, new() { Name = "Answer" });
            await Expect(answer.Locator("strong")).ToHaveTextAsync("the plan");
            await Expect(answer.Locator("li")).ToHaveTextAsync(["one", "<script>two</script>"]);
            await Accessible.CheckAsync(page, "answer");

            await page.GetByRole(AriaRole.Button, new() { Name = "Source" }).ClickAsync();
            await Expect(answer.Locator("pre")).ToHaveTextAsync("Here is **the plan**\n\n- one\n- <script>two</script>");
            await page.ReloadAsync();
            await Expect(output.Locator("pre")).ToContainTextAsync("**the plan**");
            await page.GetByRole(AriaRole.Button, new() { Name = "Source" }).ClickAsync();
            await page.ReloadAsync();
            await Expect(output.Locator("strong")).ToHaveTextAsync("the plan");
            Assert.Empty(visit.Complaints);
        }
        finally
        {
            more.TrySetResult();
            providers.Fake.Script = null;
        }
    }

    private static string Part(string text, string? end) =>
        JsonSerializer.Serialize(
            new
            {
                id = "1",
                @object = "chat.completion.chunk",
                model = "m",
                choices = new[]
            { new { index = 0, delta = new { content = text }, finish_reason = end } }
            });

    private static async Task WriteAsync(HttpContext context, params string[] events)
    {
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(string.Concat(events.Select(each => $"data: {each}\n\n"))));
        await context.Response.Body.FlushAsync();
    }
}
