using System.Text.Json;
using CsCheck;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Versions;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Steps;
using OtherThing.Web.Features.Flows;
using OtherThing.Web.Features.Flows.Canvas;
using OtherThing.Web.Features.Flows.Graph;
using OtherThing.Web.Features.Runs.Picture;

namespace OtherThing.Tests.Web.Flows.Graph;

/// <summary>The canvas in the browser and the graph from the server show the same flow at the same places, in the same words.</summary>
public sealed class CanvasAgreesTests
{
    private const string Layouts = """
        import { Catalog } from './catalog.js';
        import { FlowDoc } from './document.js';
        import { Layout, strokes } from './geometry.js';

        export const layout = (types, text) => {
          const doc = new FlowDoc(JSON.parse(text)), found = new Layout(new Catalog(JSON.parse(types)));
          found.update(doc);
          return JSON.stringify({
            rects: Object.fromEntries([...found.rects].map(([id, { x, y, width, height }]) => [id, [x, y, width, height]])),
            wires: doc.connections.map(({ from, port, to }) => strokes(found.output(from, port), found.input(to), false).map(([kind, ...places]) => ({ kind, places }))),
          });
        };
        """;

    private static readonly string s_types = JsonSerializer.Serialize(CanvasStepType.All, Json.Options);

    [Fact]
    public void Layout_OfAnyFlow_IsTheCanvasesOwn()
    {
        using var canvas = new CanvasScript(Layouts);

        Gen.Int.Select(seed => Draw(new Random(seed))).Sample(
            flow =>
            {
                var theirs = JsonElement.Parse(canvas.Call("layout", s_types, FlowJson.Write(flow)));
                var ours = FlowLayout.Of(flow);
                Assert.Equal(
                    theirs.GetProperty("rects")
                        .EnumerateObject()
                        .Select(rect => $"{rect.Name}: {Say(rect.Value.EnumerateArray().Select(part => part.GetDouble()))}")
                        .Order(),
                    ours.Rects.Select(rect => $"{rect.Key}: {Say([rect.Value.X, rect.Value.Y, rect.Value.Width, rect.Value.Height])}").Order());
                Assert.Equal(
                    theirs.GetProperty("wires").EnumerateArray().Select(wire => string.Join(' ', wire.EnumerateArray()
                        .Select(stroke =>
                            stroke.GetProperty("kind").GetString() + Say(stroke.GetProperty("places").EnumerateArray().Select(place => place.GetDouble()))))),
                    flow.Connections.Select(
                        each =>
                            string.Join(
                                ' ',
                                Wire.Strokes(ours.Output(each.From, each.Port), ours.Input(each.To)).Select(stroke => stroke.Kind + Say(stroke.Places)))));
            },
            iter: 400, threads: 1);
    }

    [Fact]
    public void Look_KnowsEveryKindAndEveryState()
    {
        using var canvas = new CanvasScript("import look from './look.js'; export const all = () => JSON.stringify(look);");

        var look = JsonElement.Parse(canvas.Call("all"));

        Assert.Equal(Enum.GetValues<StepKind>().Select(StepLook.KindName), look.GetProperty("kinds").EnumerateArray().Select(kind => kind.GetString()));
        Assert.All(Enum.GetValues<StepKind>(), kind =>
            Assert.Equal(look.GetProperty("icons").GetProperty(StepLook.KindName(kind)).GetString(), StepLook.Icon(kind)));
        string[] states = [.. Enum.GetNames<StepRunStatus>().Concat(Enum.GetNames<FlowChangeKind>()).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];
        Assert.All(states, state => Assert.Equal(look.GetProperty("states").GetProperty(state).GetProperty("word").GetString(), StepLook.StateWord(state)));
        Assert.All(states, state => Assert.Equal(look.GetProperty("icons").GetProperty(state).GetString(), StepLook.StateIcon(state)));
        Assert.Equal(look.GetProperty("card").GetProperty("width").GetDouble(), StepLook.Card.Width);
    }

    [Fact]
    public void Look_EveryStepOneCanAdd_HasAShapeOfItsOwn_OnBothSides()
    {
        using var canvas =
            new CanvasScript(
                "import { Catalog } from './catalog.js'; import look from './look.js'; export const icon = (name, kind) => look.icons[new Catalog([{ name, "
                    + "kind }]).icon({ type: name })];");

        var shapes = StepCatalog.All.Select(type => canvas.Call("icon", type.Name, StepLook.KindName(type.Kind))).ToList();

        Assert.Equal(StepCatalog.All.Select(type => StepLook.Icon(type)), shapes);
        Assert.Equal(shapes.Count, shapes.Distinct().Count());
    }

    [Fact]
    public void Line_OfAnyState_ReadsAsOnTheCanvas()
    {
        using var canvas = new CanvasScript("import { statusLine } from './states.js'; export const line = text => statusLine(JSON.parse(text));");

        Gen.Int.Select(seed => DrawState(new Random(seed))).Sample(
            state => Assert.Equal(canvas.Call("line", JsonSerializer.Serialize(state, Json.Options)), state.Line), iter: 500, threads: 1);
    }

    [Fact]
    public void States_SaidAsChangesWithSomeLost_AreTheServersOwn()
    {
        Gen.Int.Select(seed => new Random(seed)).Sample(
            random =>
            {
                using var canvas = new CanvasScript("""
                    import { States } from './states.js';
                    const states = new States();
                    export const take = text => states.take(JSON.parse(text));
                    export const all = () => JSON.stringify(states.all);
                    """);
                var (changes, now) = (new StateChanges(), new Dictionary<string, StepState>());
                for (var turn = 0; turn < 12; turn++)
                {
                    for (var change = random.Next(4); change > 0; change--)
                    {
                        var id = "s" + random.Next(6);
                        if (!now.Remove(id) || random.Next(3) > 0)
                        {
                            now[id] = DrawState(random);
                        }
                    }

                    var lost = turn > 0 && random.Next(4) == 0;
                    if (changes.Next(now) is { } said && !lost && canvas.Call("take", JsonSerializer.Serialize(said, Json.Options)) == "false")
                    {
                        Assert.Equal("true", canvas.Call("take", JsonSerializer.Serialize(changes.Again(), Json.Options)));
                    }
                }

                // Whatever was lost before, what is said next either fits or is found to be missing something.
                now["last"] = DrawState(random);
                if (canvas.Call("take", JsonSerializer.Serialize(changes.Next(now), Json.Options)) == "false")
                {
                    canvas.Call("take", JsonSerializer.Serialize(changes.Again(), Json.Options));
                }

                var theirs = JsonSerializer.Deserialize<Dictionary<string, StepState>>(canvas.Call("all"), Json.Options)!;
                Assert.Equal(now.OrderBy(state => state.Key, StringComparer.Ordinal), theirs.OrderBy(state => state.Key, StringComparer.Ordinal));
            },
            iter: 60, threads: 1);
    }

    [Fact]
    public void States_NothingChanged_SaysNothing()
    {
        var changes = new StateChanges();
        var state = DrawState(new Random(1));

        Assert.True(changes.Next(new Dictionary<string, StepState> { ["a"] = state, ["b"] = state })!.All);
        Assert.Null(changes.Next(new Dictionary<string, StepState> { ["b"] = state, ["a"] = state with { } }));
        var said = changes.Next(new Dictionary<string, StepState> { ["a"] = state with { Attempt = 9 } })!;

        Assert.Equal((false, "a", "b"), (said.All, Assert.Single(said.Changed).Key, Assert.Single(said.Gone)));
    }

    private static FlowDocument Draw(Random random)
    {
        var types = StepCatalog.All;
        var steps = new List<FlowStep>();
        for (var at = random.Next(1, 14); at > 0; at--)
        {
            var type = types[random.Next(types.Count)];
            var outer = steps.Where(step => StepCatalog.Find(step.Type)!.IsContainer).Select(step => step.Id).Prepend(null).ToList();
            steps.Add(new FlowStep
            {
                Id = $"s{steps.Count}",
                Type = type.Name,
                Position = new(random.Next(-500, 1500), random.Next(-300, 700) / 4.0),
                Parent = outer[random.Next(outer.Count)],
                Config = type.Name == "logic.switch"
                    ? JsonElement.Parse(
                        $$"""{"value":"x","cases":[{{string.Join(',', Enumerable.Range(0, random.Next(5)).Select(each => $"\"c{each % 3}\""))}}]}""")
                    : Json.EmptyObject,
                OnError = random.Next(3) == 0 ? OnError.Branch : OnError.Fail,
            });
        }

        string Any() => steps[random.Next(steps.Count)].Id;
        string[] ports = ["out", "error", "true", "c1", "nowhere"];
        return FlowDocument.Empty with
        {
            Steps = steps,
            Connections = [.. Enumerable.Range(0, 12).Select(_ => new FlowConnection { From = Any(), Port = ports[random.Next(ports.Length)], To = Any() })],
        };
    }

    private static StepState DrawState(Random random)
    {
        string?[] words = ["queued", "running", "waiting", "succeeded", "failed", "cancelled", "skipped", "unknown"];
        return new StepState(
            words[random.Next(words.Length)]!, random.Next(3) == 0 ? null : Math.Floor(Math.Exp(random.NextDouble() * 18)), random.Next(1, 4),
            random.Next(2) == 0 ? null : $"{random.Next(9)} of 9",
            random.Next(2) == 0 ? null : "$0.01", random.Next(2) == 0 ? null : "It broke.", random.Next(2) == 0 ? null : "text",
            random.Next(2) == 0 ? null : "out");
    }

    private static string Say(IEnumerable<double> numbers) => string.Join(',', numbers.Select(number => Math.Round(number, 6)));
}
