using System.Net.Http.Json;
using Microsoft.Playwright;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Browser.Flows;

/// <summary>Hints beside problems, and the lists that ids are chosen from.</summary>
[Collection(Lanes.Panels)]
public sealed class FlowHintTests(Chromium chromium, SharedServer server)
{
    [Fact]
    public async Task Hint_LeadsToItsField_AndGoesWhenItIsMended_AndKeepsNobodyFromRunning()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, Flow());
        var page = builder.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = "Ready to run, 1 hint" }).ClickAsync();
        await page.GetByRole(AriaRole.List, new() { Name = "Hints" })
            .GetByRole(AriaRole.Button, new() { Name = "End value 'Start' declares no input 'topik'" })
            .ClickAsync();

        var field = page.GetByRole(AriaRole.Textbox, new() { Name = "Value" });
        await Assertions.Expect(field).ToBeFocusedAsync();
        await Assertions.Expect(field).ToHaveAccessibleDescriptionAsync(new System.Text.RegularExpressions.Regex("Did you mean 'topic'"));
        await field.FillAsync("{{ input.topic }}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Close step" }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Ready to run", Exact = true })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task CalledFlow_IsChosenByName_AndOneThatIsDeletedMeanwhileIsHintedAt()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, Flow());
        var flows = builder.FlowPath[..builder.FlowPath.LastIndexOf('/')];
        using var made = await builder.Rest.PostAsJsonAsync(
            flows, new { name = "Weekly summary", flow = FlowDocument.Empty }, Json.Options, TestContext.Current.CancellationToken);
        var id = (await made.Content.ReadFromJsonAsync<System.Text.Json.JsonElement>(TestContext.Current.CancellationToken)).GetProperty("id").GetString();
        var page = builder.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = "Call a flow", Exact = true }).ClickAsync();

        await page.GetByRole(AriaRole.Combobox, new() { Name = "Flow", Exact = true })
            .SelectOptionAsync(new SelectOptionValue { Label = "Weekly summary (draft only)" });

        await builder.SavedAsync(flow => flow.Steps.Any(step => step.Type == "flow.call" && step.Config.GetProperty("flowId").GetString() == id));
        using var deleted = await builder.Rest.DeleteAsync($"{flows}/{id}", TestContext.Current.CancellationToken);
        Assert.True(deleted.IsSuccessStatusCode);
        await Assertions.Expect(page.GetByText("There is no such flow in this workspace. Choose another one.").First).ToBeVisibleAsync();
    }

    private static FlowDocument Flow() => FlowDocument.Empty with
    {
        Steps =
        [
            new FlowStep
            { Id = "start", Type = "trigger.manual", Name = "Start", Config = System.Text.Json.JsonElement.Parse("""{"fields":[{"name":"topic"}]}""") },
            new FlowStep { Id = "end", Type =
                "output", Name = "End", Position = new(320, 0), Config = System.Text.Json.JsonElement.Parse("""{"value":"{{ input.topik }}"}""") },
        ],
        Connections = [new FlowConnection { From = "start", To = "end" }],
    };
}
