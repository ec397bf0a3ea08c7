using Blazor.Diagrams.Core;
using Blazor.Diagrams.Core.Geometry;
using Blazor.Diagrams.Core.Models.Base;
using Blazor.Diagrams.Core.PathGenerators;
using SvgPathProperties;

namespace OtherThing.Web.Features.Flows.Graph;

/// <summary>One pen stroke: M, L, Q or C as in SVG, and its places.</summary>
internal readonly record struct WireStroke(char Kind, IReadOnlyList<double> Places);

/// <summary>How a connection runs: the same strokes as in <c>wwwroot/canvas/geometry.js</c> (a test compares them).</summary>
internal sealed class Wire : PathGenerator
{
    public static IReadOnlyList<WireStroke> Strokes(Place from, Place to)
    {
        // To an earlier place a curve would cross the cards between, so it is led round them in right angles.
        if (to.X >= from.X)
        {
            var reach = Math.Max(StepLook.Wire.Least, Math.Min(StepLook.Wire.Most, (Math.Abs(to.X - from.X) / 2) + (Math.Max(0, from.X - to.X) / 4)));
            return [new('M', [from.X, from.Y]), new('C', [from.X + reach, from.Y, to.X - reach, to.Y, to.X, to.Y])];
        }

        var places = Corners(from, to);
        List<WireStroke> drawn = [new('M', [from.X, from.Y])];
        for (var at = 1; at < places.Length - 1; at++)
        {
            var place = places[at];
            var round = Math.Min(StepLook.Wire.Corner, Math.Min(Apart(place, places[at - 1]), Apart(places[at + 1], place)) / 2);
            var (before, after) = (Towards(place, places[at - 1], round), Towards(place, places[at + 1], round));
            drawn.Add(new('L', [before.X, before.Y]));
            drawn.Add(new('Q', [place.X, place.Y, after.X, after.Y]));
        }

        drawn.Add(new('L', [to.X, to.Y]));
        return drawn;
    }

    public override PathGeneratorResult GetResult(Diagram diagram, BaseLinkModel link, Point[] route, Point source, Point target)
    {
        var path = new SvgPath();
        foreach (var (kind, at) in Strokes(new Place(source.X, source.Y), new Place(target.X, target.Y)))
        {
            path = kind switch
            {
                'M' => path.AddMoveTo(at[0], at[1]),
                'L' => path.AddLineTo(at[0], at[1]),
                'Q' => path.AddQuadraticBezierCurve(at[0], at[1], at[2], at[3]),
                _ => path.AddCubicBezierCurve(at[0], at[1], at[2], at[3], at[4], at[5]),
            };
        }

        return new PathGeneratorResult(path, []);
    }

    private static Place[] Corners(Place from, Place to)
    {
        var card = StepLook.Card.Height;
        var y = Math.Abs(to.Y - from.Y) > 2 * card ? (from.Y + to.Y) / 2 : Math.Max(from.Y, to.Y) + card;
        var (right, left) = (from.X + StepLook.Wire.Out, to.X - StepLook.Wire.Out);
        return [from, new(right, from.Y), new(right, y), new(left, y), new(left, to.Y), to];
    }

    private static double Apart(Place one, Place other) => Math.Abs(one.X - other.X) + Math.Abs(one.Y - other.Y);

    /// <summary>The place so far from one corner on the way to the next; the way is straight.</summary>
    private static Place Towards(Place from, Place to, double by) => new(from.X + (Sign(to.X - from.X) * by), from.Y + (Sign(to.Y - from.Y) * by));

    private static int Sign(double value) => value > 0 ? 1 : value < 0 ? -1 : 0;
}
