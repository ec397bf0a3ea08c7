using OtherThing.Core.Flows;
using OtherThing.Core.Steps;

namespace OtherThing.Web.Features.Flows.Graph;

/// <summary>A rectangle on the canvas, in canvas pixels.</summary>
internal readonly record struct FlowRect(double X, double Y, double Width, double Height, bool IsContainer)
{
    public double Right => X + Width;

    public double Bottom => Y + Height;
}

/// <summary>A place on the canvas, in canvas pixels.</summary>
internal readonly record struct Place(double X, double Y);

/// <summary>Where the steps and ports of a flow lie: the same places as in <c>wwwroot/canvas/geometry.js</c> (a test compares them).</summary>
internal sealed class FlowLayout
{
    private readonly Dictionary<string, FlowRect> _rects = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<string>> _ports = new(StringComparer.Ordinal);
    private readonly ILookup<string?, FlowStep> _children;

    private FlowLayout(IReadOnlyCollection<FlowStep> steps)
    {
        _children = steps.ToLookup(step => step.Parent, StringComparer.Ordinal);
        foreach (var step in steps)
        {
            _ports[step.Id] = StepCatalog.Find(step.Type)?.Ports(step) is { Count: > 0 } ports ? [.. ports.Distinct(StringComparer.Ordinal)] : ["out"];
        }

        foreach (var step in steps)
        {
            Measure(step);
        }
    }

    /// <summary>By step id.</summary>
    public IReadOnlyDictionary<string, FlowRect> Rects => _rects;

    /// <summary>Lays out any document; of doubled ids the last counts.</summary>
    public static FlowLayout Of(FlowDocument flow) => new([.. flow.Steps.GroupBy(step => step.Id, StringComparer.Ordinal).Select(group => group.Last())]);

    /// <summary>The ports a step can be left by.</summary>
    public IReadOnlyList<string> PortsOf(string id) => _ports[id];

    /// <summary>Where connections enter a step.</summary>
    public Place Input(string id)
    {
        var rect = _rects[id];
        return new Place(rect.X, rect.Y + (rect.IsContainer ? StepLook.Card.HeaderHeight / 2 : Math.Min(rect.Height, StepLook.Card.Height) / 2));
    }

    /// <summary>Where connections leave a step by a port; by the first one when it has none of that name.</summary>
    public Place Output(string id, string port)
    {
        var (rect, ports) = (_rects[id], _ports[id]);
        var index = Math.Max(0, ports.ToList().IndexOf(port));
        var first = rect.IsContainer ? StepLook.Card.HeaderHeight / 2 : (rect.Height / 2) - ((ports.Count - 1) * StepLook.Card.PortGap / 2);
        return new Place(rect.Right, rect.Y + first + (index * StepLook.Card.PortGap));
    }

    private FlowRect Measure(FlowStep step)
    {
        if (_rects.TryGetValue(step.Id, out var known))
        {
            return known;
        }

        var (x, y) = (step.Position.X, step.Position.Y);
        if (StepCatalog.Find(step.Type)?.IsContainer != true)
        {
            var height = Math.Max(StepLook.Card.Height, StepLook.Card.PortRoom + (_ports[step.Id].Count * StepLook.Card.PortGap));
            return _rects[step.Id] = new FlowRect(x, y, StepLook.Card.Width, height, false);
        }

        // Before its children: a circle of parents ends here.
        var rect = _rects[step.Id] = new FlowRect(x, y, StepLook.Container.Width, StepLook.Container.Height, true);
        foreach (var inner in _children[step.Id].Select(Measure))
        {
            var (left, top) = (
                Math.Min(rect.X, inner.X - StepLook.Container.Pad), Math.Min(rect.Y, inner.Y - StepLook.Container.Pad - StepLook.Card.HeaderHeight));
            var (right, bottom) = (Math.Max(rect.Right, inner.Right + StepLook.Container.Pad), Math.Max(rect.Bottom, inner.Bottom + StepLook.Container.Pad));
            rect = new FlowRect(left, top, right - left, bottom - top, true);
        }

        return _rects[step.Id] = rect;
    }
}
