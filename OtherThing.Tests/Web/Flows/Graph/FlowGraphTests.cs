using System.Text.Json;
using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MudBlazor.Services;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Versions;
using OtherThing.Web.Features.Flows.Graph;
using OtherThing.Web.Features.Runs.Picture;

namespace OtherThing.Tests.Web.Flows.Graph;

public sealed class FlowGraphTests : IAsyncDisposable
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);
    private readonly BunitContext _page = new();
    private readonly BunitJSModuleInterop _attached;

    public FlowGraphTests()
    {
        var module = _page.JSInterop.SetupModule("./Features/Flows/Graph/FlowGraph.razor.js");
        module.Mode = JSRuntimeMode.Loose;
        _attached = module.SetupModule("mount", _ => true);
        _attached.Mode = JSRuntimeMode.Loose;
        _page.Services.AddMudServices();
        _page.Services.AddSingleton<TimeProvider>(new FakeTimeProvider(s_now));
    }

    [Fact]
    public void Card_SaysStateDurationAttemptItemsCostAndTheBranchTaken()
    {
        var graph = Render(Branching(), new()
        {
            ["check"] = new StepState("succeeded", 1234, 2, "3 of 10", "$0.02", null, null, "true"),
            ["yes"] = new StepState("running", null, 1, null, null, null, "so far", null) { Since = s_now.UtcDateTime.AddSeconds(-65) },
            ["no"] = new StepState("skipped", null, 1, null, null, null, null, null),
        });

        var card = Card(graph, "check");
        Assert.Contains("Check", card.TextContent, StringComparison.Ordinal);
        Assert.Contains("Succeeded · 1.2 s · attempt 2 · 3 of 10 · $0.02", card.TextContent, StringComparison.Ordinal);
        Assert.Contains("went on by true", card.TextContent, StringComparison.Ordinal);
        Assert.Equal("true", Assert.Single(card.QuerySelectorAll(".sg-port.sg-taken")).TextContent);
        Assert.Contains("Running · 1 min 5 s", Card(graph, "yes").TextContent, StringComparison.Ordinal);
        Assert.Contains("so far", Card(graph, "yes").TextContent, StringComparison.Ordinal);
        Assert.Equal("65000", graph.Find("[data-step=yes] ot-clock").GetAttribute("ms"));
        Assert.NotNull(Card(graph, "check").QuerySelector(".sg-state.sg-success svg path"));
        Assert.Equal(
            ["sg-flowing", "sg-idle"], graph.FindAll(".sg-wires path").Select(path => path.ClassName).Where(name => !string.IsNullOrEmpty(name)).Order());
    }

    [Fact]
    public void Container_IsAGroupWithItsStepsInsideTheFrame()
    {
        var graph = Render(Mapping(), []);

        var head = graph.FindComponents<StepCard>().Single(card => card.Instance.Model is StepGroup);
        var group = (StepGroup)head.Instance.Model;
        Assert.Equal(["ask", "sum"], group.Children.Cast<StepNode>().Select(child => child.Face.Step.Id).Order());
        Assert.All(group.Children, child => Assert.True(
            child.Position.X >= group.Position.X && child.Position.Y >= group.Position.Y + 52
            && child.Position.X + child.Size!.Width <= group.Position.X + group.Size!.Width
            && child.Position.Y + child.Size.Height <= group.Position.Y + group.Size.Height));
        Assert.NotNull(head.Find(".sg-frame"));
        Assert.Contains("inside For each", Card(graph, "ask").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Diagram_StandsStill()
    {
        var diagram = new FlowDiagram(Mapping());

        Assert.Null(diagram.GetBehavior<Blazor.Diagrams.Core.Behaviors.PanBehavior>());
        Assert.Null(diagram.GetBehavior<Blazor.Diagrams.Core.Behaviors.DragMovablesBehavior>());
        Assert.Null(diagram.GetBehavior<Blazor.Diagrams.Core.Behaviors.SelectionBehavior>());
        Assert.All(diagram.Nodes, node => Assert.True(node.ControlledSize && node.Size is { Width: > 0 }));
        Assert.StartsWith("M", Assert.Single(diagram.Wires, wire => wire.Connection.To == "each").Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task States_OfFiftySteps_ReachTheBrowserInOneBatchAndDrawOnlyWhatChanged()
    {
        using var renderer = new CountingRenderer(_page.Services);
        var flow = Row(60);
        await renderer.ShowAsync(flow, new Dictionary<string, StepState>());
        renderer.Forget();

        await renderer.ShowAsync(
            flow, Enumerable.Range(0, 50).ToDictionary(at => $"s{at}", _ => new StepState("queued", null, 1, null, null, null, null, null)));

        Assert.Equal((1, 50), (renderer.Batches, renderer.Cards));
    }

    [Fact]
    public void Select_ByClickAndByTheList_MarksTheCardAndBringsItIntoSight()
    {
        var chosen = new List<string>();
        var graph = Render(Branching(), [], chosen.Add);

        Card(graph, "yes").Click();
        graph.Render(parameters => parameters.Add(each => each.Selected, "no"));

        Assert.Equal(["yes"], chosen);
        Assert.Equal("no", Assert.Single(graph.FindAll("[aria-current=true]")).GetAttribute("data-step"));
        graph.WaitForAssertion(() => Assert.Equal("no", _attached.VerifyInvoke("reveal").Arguments[0]));
        graph.Render(parameters => parameters.Add(each => each.Selected, (string?)null));
        Assert.Empty(graph.FindAll("[aria-current=true]"));
    }

    [Fact]
    public void Cards_WithNobodyToHearThem_AreAPictureWithWords()
    {
        var graph = _page.Render<FlowGraph>(parameters => parameters
            .Add(each => each.Flow, Branching()).Add(each => each.Label, "Draft")
            .Add(each => each.States, new Dictionary<string, StepState> { ["yes"] = StepState.Mark(FlowChangeKind.Added) }));

        Assert.Empty(graph.FindAll("button[data-step]"));
        Assert.Equal("Draft: Start, Check, Yes (Added), No", graph.Find("[role=img]").GetAttribute("aria-label"));
        Assert.Contains("Added", Card(graph, "yes").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dispose_LetsGoOfTheBrowserAndTheModels()
    {
        var graph = Render(Mapping(), []);
        var models = graph.FindComponents<StepCard>().Select(card => card.Instance.Model).ToList();

        await _page.DisposeComponentsAsync();

        _attached.VerifyInvoke("dispose");
        Assert.All(models, model => Assert.Null(Record.Exception(model.Refresh))); // a card that still listened would be drawn after its end
    }

    public async ValueTask DisposeAsync() => await _page.DisposeAsync();

    private IRenderedComponent<FlowGraph> Render(FlowDocument flow, Dictionary<string, StepState> states, Action<string>? chosen = null) =>
        _page.Render<FlowGraph>(parameters => parameters
        .Add(graph => graph.Flow, flow).Add(graph => graph.States, states).Add(graph => graph.Label, "Graph")
        .Add(graph => graph.OnSelect, EventCallback.Factory.Create(this, chosen ?? (_ => { }))));

    private static IElement Card(IRenderedComponent<FlowGraph> graph, string id) => graph.Find($"[data-step={id}]");

    private static FlowDocument Branching() => FlowDocument.Empty with
    {
        Steps =
        [
            new FlowStep { Id = "start", Type = "trigger.manual", Name = "Start" },
            new FlowStep
            { Id = "check", Type = "logic.if", Name = "Check", Position = new(320, 0), Config = JsonElement.Parse("""{"condition":"input.ok"}""") },
            new FlowStep { Id = "yes", Type = "data.set", Name = "Yes", Position = new(640, -80) },
            new FlowStep { Id = "no", Type = "data.set", Name = "No", Position = new(640, 80) },
        ],
        Connections = [
            new() { From = "start", To = "check" }, new() { From = "check", Port = "true", To = "yes" }, new() { From = "check", Port = "false", To = "no" }],
    };

    private static FlowDocument Mapping() => FlowDocument.Empty with
    {
        Steps =
        [
            new FlowStep { Id = "start", Type = "trigger.manual" },
            new FlowStep { Id = "each", Type = "logic.map", Name = "For each", Position = new(320, 0) },
            new FlowStep { Id = "ask", Type = "data.set", Parent = "each", Position = new(350, 90) },
            new FlowStep { Id = "sum", Type = "data.set", Parent = "each", Position = new(650, 90) },
        ],
        Connections = [new() { From = "start", To = "each" }, new() { From = "ask", To = "sum" }],
    };

    private static FlowDocument Row(int count) => FlowDocument.Empty with
    {
        Steps = [.. Enumerable.Range(0, count).Select(at => new FlowStep { Id = $"s{at}", Type = "data.set", Position = new(at * 304, 0) })],
        Connections = [.. Enumerable.Range(1, count - 1).Select(at => new FlowConnection { From = $"s{at - 1}", To = $"s{at}" })],
    };
}
