using OtherThing.Core.Flows;

namespace OtherThing.Web.Features.Flows.Graph;

/// <summary>Places for a flow that has none: one that came by REST, where every step lies on the same spot and hides the others.</summary>
internal sealed class FlowPlaces
{
    private const double Beside = 80;
    private const double Below = 52;
    private readonly Dictionary<string, FlowPosition> _places = new(StringComparer.Ordinal);
    private readonly ILookup<string?, FlowStep> _inside;
    private readonly ILookup<string, string> _before;
    private readonly FlowLayout _sizes;

    private FlowPlaces(FlowDocument flow)
    {
        _inside = ReadingOrder.Of(flow).Select(each => each.Step).ToLookup(step => step.Parent, StringComparer.Ordinal);
        _before = flow.Connections.Where(each => each.From != each.To).ToLookup(each => each.To, each => each.From, StringComparer.Ordinal);
        _sizes = FlowLayout.Of(flow);
    }

    /// <summary>The flow as it is, or with each step behind those that lead to it when two of them lie on one spot.</summary>
    public static FlowDocument Of(FlowDocument flow)
    {
        var known = flow with { Steps = [.. flow.Steps.DistinctBy(step => step.Id)] };
        if (known.Steps.GroupBy(step => (step.Parent, step.Position)).All(group => group.Count() == 1))
        {
            return flow;
        }

        var places = new FlowPlaces(known);
        places.Lay(null, 0, 0);
        return known with { Steps = [.. known.Steps.Select(step => step with { Position = places._places.GetValueOrDefault(step.Id, step.Position) })] };
    }

    /// <summary>Lays what a container holds, column by column; answers how much room it takes.</summary>
    private (double Width, double Height) Lay(string? parent, double left, double top)
    {
        var columns = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var step in _inside[parent])
        {
            // In reading order, so what leads here has its column already; what is in a circle begins where it is met.
            columns[step.Id] = _before[step.Id].Where(columns.ContainsKey).Select(id => columns[id] + 1).DefaultIfEmpty(0).Max();
        }

        var (x, bottom) = (left, top);
        foreach (var column in _inside[parent].GroupBy(step => columns[step.Id]).OrderBy(group => group.Key))
        {
            var (y, width) = (top, 0.0);
            foreach (var step in column)
            {
                _places[step.Id] = new FlowPosition(x, y);
                var size = SizeOf(step, x, y);
                (y, width) = (y + size.Height + Below, Math.Max(width, size.Width));
            }

            (x, bottom) = (x + width + Beside, Math.Max(bottom, y - Below));
        }

        return (Math.Max(0, x - Beside - left), bottom - top);
    }

    private (double Width, double Height) SizeOf(FlowStep step, double x, double y)
    {
        var rect = _sizes.Rects[step.Id];
        if (!rect.IsContainer)
        {
            return (rect.Width, rect.Height);
        }

        var (pad, head) = (StepLook.Container.Pad, StepLook.Card.HeaderHeight);
        var (width, height) = Lay(step.Id, x + pad, y + pad + head);
        return (Math.Max(StepLook.Container.Width, width + (2 * pad)), Math.Max(StepLook.Container.Height, height + (2 * pad) + head));
    }
}
