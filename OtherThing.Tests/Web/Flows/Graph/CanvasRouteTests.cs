using System.Globalization;
using System.Text.Json;
using OtherThing.Core.Results;

namespace OtherThing.Tests.Web.Flows.Graph;

/// <summary>The ways that connections take round cards.</summary>
public sealed class CanvasRouteTests
{
    private const string Module = """
        import { search, crosses } from './routes.js';
        export const way = text => {
          const { from, to, rects } = JSON.parse(text), places = search(from, to, rects);
          return JSON.stringify({ places, crossed: places ? crosses(places, rects.map((rect, index) => [String(index), rect])) : -1 });
        };
        """;

    [Fact]
    public void CardBetween_IsPassedBelow_FromTheRightEdgeToTheLeftOne()
    {
        using var canvas = new CanvasScript(Module);

        var found = Find(canvas, (224, 38), (640, 38), [(0, 0), (320, -32), (640, 0)]);

        // The card in between ends nearer below the line than above it.
        Assert.Equal("[[224,38],[308,38],[308,56],[620,56],[620,38],[640,38]]", Say(found.Places));
    }

    [Fact]
    public void RandomCards_AreNeverRunInto()
    {
        using var canvas = new CanvasScript(Module);
        var random = new Random(20_261_129);
        for (var round = 0; round < 60; round++)
        {
            // Somewhere in the cells of a grid, so that between any two there is room to pass.
            var cards = Enumerable.Range(0, 20).Select(at => ((at % 5) * 320.0 + random.Next(60), (at / 5) * 160.0 + random.Next(40))).ToList();
            var (source, target) = (cards[random.Next(20)], cards[random.Next(20)]);
            if (source == target)
            {
                continue;
            }

            var found = Find(canvas, (source.Item1 + 224, source.Item2 + 38), (target.Item1, target.Item2 + 38), cards);

            Assert.True(found.Crossed == 0, $"round {round} crosses {found.Crossed}: {Say(found.Places)}");
            var places =
                found.Places!.Value.EnumerateArray().Select(place => (X: place.GetProperty("x").GetDouble(), Y: place.GetProperty("y").GetDouble())).ToList();
            Assert.Equal((source.Item1 + 224, source.Item2 + 38), places[0]);
            Assert.Equal((target.Item1, target.Item2 + 38), places[^1]);
            Assert.All(places.Zip(places.Skip(1)), leg => Assert.True(leg.First.X == leg.Second.X || leg.First.Y == leg.Second.Y));
        }
    }

    private static (JsonElement? Places, int Crossed) Find(
        CanvasScript canvas, (double X, double Y) from, (double X, double Y) to, IReadOnlyList<(double X, double Y)> cards)
    {
        var asked = Json.ToElement(new
        {
            from = new { from.X, from.Y },
            to = new { to.X, to.Y },
            rects = cards.Select(card => new { card.X, card.Y, Width = 224, Height = 76 }),
        });
        var answer = JsonElement.Parse(canvas.Call("way", asked.GetRawText()));
        return (answer.GetProperty("places"), answer.GetProperty("crossed").GetInt32());
    }

    private static string Say(JsonElement? places) => places is not { ValueKind: JsonValueKind.Array } list ? "none"
        : $"[{string.Join(',', list.EnumerateArray().Select(place => string.Create(CultureInfo.InvariantCulture, $"[{place.GetProperty("x").GetDouble()},{place.GetProperty("y").GetDouble()}]")))}]";
}
