using Microsoft.Playwright;
using OtherThing.Core.Flows;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Core.Flows.Exchange;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Browser.Flows;

/// <summary>The journeys beside the canvas: fields, problems, runs, publishing, files.</summary>
[Collection(Lanes.Panels)]
public sealed class FlowPanelTests(Chromium chromium, SharedServer server)
{
    [Fact]
    public async Task TemplateField_CompletesFromTheLastRunAndShowsWhatItWouldBe()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, Flow("""{"value":"x"}"""));
        var page = builder.Page;
        await RunAsync(page, "Bees");
        await SelectAsync(builder, "shape");
        var field = page.GetByRole(AriaRole.Textbox, new() { Name = "Value" });
        await field.FillAsync("");
        await field.PressSequentiallyAsync("About {{ inp");

        await Assertions.Expect(page.GetByRole(AriaRole.Option, new() { Name = "input.topic" })).ToContainTextAsync("Bees");
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(field).ToHaveValueAsync("About {{ input.topic }}");
        await Assertions.Expect(page.Locator(".cf-preview")).ToContainTextAsync("With the last run: About Bees");
        var saved = await builder.SavedAsync(
            flow => flow.Steps[1].Config.GetRawText().Contains("topic", StringComparison.Ordinal)); // what was typed before it may be saved first
        Assert.Equal("""{"value":"About {{ input.topic }}"}""", saved.Steps[1].Config.GetRawText());
    }

    [Fact]
    public async Task TemplateField_TypedInBeforeTheModuleCame_StillCompletes()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, Flow("""{"value":""}"""));
        var page = builder.Page;
        var typed = new TaskCompletionSource();
        await page.RouteAsync("**/StepPanel.razor.js", async route =>
        {
            await typed.Task;
            await route.ContinueAsync();
        });
        await SelectAsync(builder, "shape");

        await page.GetByRole(AriaRole.Textbox, new() { Name = "Value" }).PressSequentiallyAsync("{{ inp");
        typed.SetResult();

        await Assertions.Expect(page.GetByRole(AriaRole.Option, new() { Name = "input.topic" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Publish_RightAfterAProblemIsMended_Asks()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, Flow("""{"value":"x"}"""));
        var page = builder.Page;
        await SelectAsync(builder, "shape");
        var field = page.GetByRole(AriaRole.Textbox, new() { Name = "Value" });
        await field.FillAsync("{{ steps.nobody }}");
        await page.GetByRole(AriaRole.Button, new() { Name = "1 problem" }).WaitForAsync();

        // Leaving the field sends it; the click follows on its heels.
        await field.FillAsync("y");
        await page.GetByRole(AriaRole.Button, new() { Name = "Publish", Exact = true }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Publish flow" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Problem_Clicked_LeadsToTheField()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, Flow("""{"value":"x"}"""));
        var page = builder.Page;
        await SelectAsync(builder, "shape");
        var field = page.GetByRole(AriaRole.Textbox, new() { Name = "Value" });
        await field.FillAsync("{{ steps.nobody }}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Close step" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "1 problem" }).ClickAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "There is no step 'nobody'" }).ClickAsync();

        await Assertions.Expect(field).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Problem_OfAFieldLeftOut_NamesItAndLeadsToIt()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, Flow("""{"value":"x"}"""));
        var page = builder.Page;
        await SelectAsync(builder, "shape");
        var field = page.GetByRole(AriaRole.Textbox, new() { Name = "Value" });
        await field.FillAsync("");
        await page.GetByRole(AriaRole.Button, new() { Name = "Close step" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "1 problem" }).ClickAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Shape value Set data needs value." }).ClickAsync();

        await Assertions.Expect(field).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Publish_ASecondTime_ShowsWhatDiffers()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, Flow("""{"value":"x"}"""));
        var page = builder.Page;
        var publish = page.GetByRole(AriaRole.Button, new() { Name = "Publish", Exact = true });
        await publish.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Publish flow" }).ClickAsync();
        await Assertions.Expect(page.GetByText("is published. Its triggers are on.")).ToBeVisibleAsync();
        await SelectAsync(builder, "shape");
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Value" }).FillAsync("another");
        await builder.SavedAsync(flow => flow.Steps[1].Config.GetRawText().Contains("another", StringComparison.Ordinal));

        await publish.ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Region, new() { Name = "Fields of Shape" })).ToContainTextAsync("another");
        await page.GetByRole(AriaRole.Button, new() { Name = "Publish flow" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task RunOfOneStep_FailedAndReplayed_ShowsWhereItWentWrong()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, Flow("""{"value":"{{ input.topic | divided_by: 0 }}"}"""));
        var page = builder.Page;
        await RunAsync(page, "Bees");
        await Assertions.Expect(page.Locator(".frp-failed")).ToContainTextAsync("Shape failed. value: ");
        await Assertions.Expect(page.Locator(".frp-lines")).ToContainTextAsync("Shape");
        await Assertions.Expect(page.Locator(".frp-lines")).Not.ToContainTextAsync("shape");
        await page.GetByRole(AriaRole.Button, new() { Name = "Go to the failed step" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Set data" })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Textbox, new() { Name = "Value" })).ToBeFocusedAsync();

        await page.GetByRole(AriaRole.Textbox, new() { Name = "Value" }).FillAsync("{{ input.topic }}!");
        await page.GetByRole(AriaRole.Button, new() { Name = "Run this step" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Region, new() { Name = "Run of shape" })).ToContainTextAsync("Bees!");
        await page.GetByRole(AriaRole.Button, new() { Name = "Pin output" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Pinned: runs of the draft")).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Close step" }).ClickAsync();
        await page.Locator(".frp-runs").GetByRole(AriaRole.Button).Last.ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Region, new() { Name = "Run on show" })).ToContainTextAsync("Failed");
        Assert.Equal("failed", await builder.Host.EvaluateAsync<string>("host => host.flowCanvas.scene.statuses.shape.status"));
    }

    [Fact]
    public async Task Import_OfAWorkflow_OpensADraftWithItsPlaceholders()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, Flow("""{"value":"x"}"""));
        var page = builder.Page;
        await page.GotoAsync(builder.PagePath[..builder.PagePath.LastIndexOf('/')]);
        await page.GetByRole(AriaRole.Button, new() { Name = "Import", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByLabel("File")).ToBeEnabledAsync();
        await page.GetByLabel("File")
            .SetInputFilesAsync(
                new FilePayload
                { Name = "mail.json", MimeType = "application/json", Buffer = System.Text.Encoding.UTF8.GetBytes(Corpus.Text("n8n-support-webhook")) });
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("Route support mail is a draft now: 6 steps, 6 connections, from n8n.");

        await page.GetByRole(AriaRole.Button, new() { Name = "Open flow" }).ClickAsync();

        await page.Locator("[data-part=host][data-ready=true]").WaitForAsync();
        await page.GetByRole(AriaRole.Tab, new() { Name = "Outline" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Navigation, new() { Name = "Steps of this flow" })).ToContainTextAsync("Tell the team");
        var download = await page.RunAndWaitForDownloadAsync(async () =>
        {
            await page.GetByRole(AriaRole.Button, new() { Name = "More about this flow" }).ClickAsync();
            await page.GetByRole(AriaRole.Menuitem, new() { Name = "Export" }).ClickAsync();
        });
        Assert.Equal("route-support-mail.flow.json", download.SuggestedFilename);
        Assert.StartsWith(
            "{\n  \"format\": \"otherthing.flow/1\",", await File.ReadAllTextAsync(await download.PathAsync(), TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_FileChosenTheMomentTheFieldIsThere_IsRead()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, Flow("""{"value":"x"}"""));
        var page = builder.Page;
        await page.GotoAsync(builder.PagePath[..builder.PagePath.LastIndexOf('/')]);
        await page.GetByRole(AriaRole.Button, new() { Name = "Import", Exact = true }).WaitForAsync();
        // Between the server's drawing of the field and whatever it says next.
        await page.EvaluateAsync(
            """
            text => new MutationObserver((_, observer) => {
              const field = document.getElementById("import-file");
              if (field && !field.disabled) {
                observer.disconnect();
                const chosen = new DataTransfer();
                chosen.items.add(new File([text], "mail.json", { type: "application/json" }));
                field.files = chosen.files;
                field.dispatchEvent(new Event("change", { bubbles: true }));
              }
            }).observe(document.body, { subtree: true, childList: true, attributes: true })
            """,
            Corpus.Text("n8n-support-webhook"));

        await page.GetByRole(AriaRole.Button, new() { Name = "Import", Exact = true }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("Route support mail is a draft now: 6 steps, 6 connections, from n8n.");
    }

    private static async Task RunAsync(IPage page, string topic)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Run", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Topic" }).FillAsync(topic);
        await page.GetByRole(AriaRole.Button, new() { Name = "Run flow" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Region, new() { Name = "Run on show" }))
            .ToContainTextAsync(new System.Text.RegularExpressions.Regex("Succeeded|Failed"));
    }

    private static async Task SelectAsync(FlowBuilder builder, string id)
    {
        var (x, y) = await builder.PlaceOfAsync(id);
        await builder.Page.Mouse.ClickAsync(x, y);
        await builder.Page.GetByRole(AriaRole.Button, new() { Name = "Close step" }).WaitForAsync();
    }

    private static FlowDocument Flow(string config) => FlowDocument.Empty with
    {
        Steps =
        [
            new FlowStep { Id = "start", Type = "trigger.manual", Name = "Start", Config = JsonElementOf("""{"fields":[{"name":"topic","required":true}]}""") },
            new FlowStep { Id = "shape", Type = "data.set", Name = "Shape", Position = new(320, 0), Config = JsonElementOf(config) },
        ],
        Connections = [new FlowConnection { From = "start", To = "shape" }],
    };

    private static System.Text.Json.JsonElement JsonElementOf(string text) => System.Text.Json.JsonElement.Parse(text);
}
