using Microsoft.Playwright;
using OtherThing.Core.Flows;
using OtherThing.Protocol.V1;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;
using OtherThing.Tests.Web.Nodes;

namespace OtherThing.Tests.Browser.Flows;

/// <summary>The list of models that machines of the workspace serve.</summary>
[Collection(Lanes.Panels)]
public sealed class FlowLocalModelTests(Chromium chromium, SharedServer server)
{
    [Fact]
    public async Task Model_OfMachines_IsChosenByItsNameAndTheMachines_AndOneThatNobodyServesIsHintedAt()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, Flow());
        var page = builder.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = "Ready to run, 1 hint" }).ClickAsync();
        await Assertions.Expect(page.GetByText("No machine of this workspace serves qwen3. Start Ollama on one and allow models: "
            + "otherthing-node policy set --allow model").First).ToBeVisibleAsync();

        var workspace = Guid.Parse(builder.FlowPath.Split('/')[4]);
        await using var attic =
            await ModelNode.ConnectAsync(server, builder.Rest, workspace, "Attic", new LocalModel { Name = "llama3.2:latest", Loaded = true, SizeMb = 1_925 });
        await using var den = await ModelNode.ConnectAsync(
            server, builder.Rest, workspace, "Den", new LocalModel { Name = "llama3.2:latest", Loaded = false }, new LocalModel { Name = "phi4", Loaded = false });
        await page.GetByRole(AriaRole.List, new() { Name = "Hints" }).GetByRole(AriaRole.Button).First.ClickAsync();
        var model = page.GetByRole(AriaRole.Combobox, new() { Name = "Model", Exact = true });
        await Assertions.Expect(model.Locator("option")).ToHaveTextAsync(
            ["Choose…", "llama3.2 on Attic (loaded), Den", "phi4 on Den", "qwen3: no machine serves it now", "From a template…"]);
        await Assertions.Expect(page.GetByText("No machine of this workspace serves qwen3. They serve llama3.2:latest, phi4: choose one of them, or load "
            + "qwen3 on one of the machines.").First).ToBeVisibleAsync();
        await Accessible.CheckAsync(page, "a model of machines");

        await model.SelectOptionAsync(new SelectOptionValue { Label = "llama3.2 on Attic (loaded), Den" });

        await builder.SavedAsync(flow => flow.Steps.Any(step => step.Type == "ai.chat" && step.Config.GetProperty("model").GetString() == "llama3.2"));
        await Assertions.Expect(page.GetByText("No machine of this workspace serves")).ToHaveCountAsync(0);
        await Assertions.Expect(page.GetByLabel("Key id")).ToHaveCountAsync(0);
    }

    private static FlowDocument Flow() => FlowDocument.Empty with
    {
        Steps =
        [
            new FlowStep { Id = "start", Type = "trigger.manual", Name = "Start" },
            new FlowStep
            {
                Id = "ask",
                Type = "ai.chat",
                Name = "Ask",
                Position = new(320, 0),
                Config = System.Text.Json.JsonElement.Parse("""{"provider":"nodes","model":"qwen3","prompt":"Hi"}"""),
            },
        ],
        Connections = [new FlowConnection { From = "start", To = "ask" }],
    };
}
