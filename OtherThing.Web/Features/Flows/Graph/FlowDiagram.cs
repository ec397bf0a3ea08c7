using Blazor.Diagrams;
using Blazor.Diagrams.Core.Anchors;
using Blazor.Diagrams.Core.Behaviors;
using Blazor.Diagrams.Core.Controls;
using Blazor.Diagrams.Core.Geometry;
using Blazor.Diagrams.Core.Models;
using Blazor.Diagrams.Core.Models.Base;
using OtherThing.Core.Flows;
using OtherThing.Core.Steps;
using OtherThing.Web.Features.Runs.Picture;

namespace OtherThing.Web.Features.Flows.Graph;

/// <summary>
/// A flow as a diagram that stands still: nothing in it can be dragged or drawn, so it has no behaviours, its sizes are known here, and
/// the browser alone pans and zooms. Its upper left corner is 0, 0.
/// </summary>
public sealed class FlowDiagram : BlazorDiagram
{
    private readonly Dictionary<string, IStepModel> _steps = new(StringComparer.Ordinal);

    public FlowDiagram(FlowDocument flow)
    {
        UnregisterBehavior<SelectionBehavior>();
        UnregisterBehavior<DragMovablesBehavior>();
        UnregisterBehavior<DragNewLinkBehavior>();
        UnregisterBehavior<PanBehavior>();
        UnregisterBehavior<ZoomBehavior>();
        UnregisterBehavior<EventsBehavior>();
        UnregisterBehavior<KeyboardShortcutsBehavior>();
        UnregisterBehavior<ControlsBehavior>();
        UnregisterBehavior<VirtualizationBehavior>();
        Options.Links.DefaultPathGenerator = new Wire();
        var layout = FlowLayout.Of(flow);
        if (layout.Rects.Count == 0)
        {
            return;
        }

        var (left, top) = (layout.Rects.Values.Min(rect => rect.X), layout.Rects.Values.Min(rect => rect.Y));
        (Width, Height) = (layout.Rects.Values.Max(rect => rect.Right) - left, layout.Rects.Values.Max(rect => rect.Bottom) - top);
        SuspendRefresh = true;
        AddSteps(flow, layout, new Place(left, top));
        AddLinks(flow, layout, new Place(left, top));
        SuspendRefresh = false;
    }

    public double Width { get; }

    public double Height { get; }

    /// <summary>The steps that hold others, outermost first.</summary>
    public IEnumerable<StepGroup> Frames => Groups.OfType<StepGroup>().OrderBy(group => group.Face.Depth);

    public IEnumerable<StepNode> Cards => Nodes.OfType<StepNode>().OrderBy(node => node.Face.Order);

    public IEnumerable<StepLink> Wires => Links.OfType<StepLink>();

    /// <summary>Shows how the steps stand; whoever draws them is told of those that changed.</summary>
    /// <returns>True when a connection looks another way than before.</returns>
    public bool Show(IReadOnlyDictionary<string, StepState> states, IReadOnlyDictionary<FlowConnection, string>? marks)
    {
        foreach (var (id, model) in _steps)
        {
            var state = states.GetValueOrDefault(id);
            if (model.Face.State != state)
            {
                model.Face.State = state;
                model.Refresh();
            }
        }

        var changed = false;
        foreach (var link in Wires)
        {
            var look = marks?.GetValueOrDefault(link.Connection) ?? LookOf(link.Connection, states);
            changed |= look != link.Look;
            link.Look = look;
        }

        return changed;
    }

    /// <summary>Selects one step, or none.</summary>
    public void Choose(string? id)
    {
        if (id is not null && _steps.TryGetValue(id, out var chosen))
        {
            SelectModel((SelectableModel)chosen, unselectOthers: true);
        }
        else
        {
            UnselectAll();
        }
    }

    private static string LookOf(FlowConnection connection, IReadOnlyDictionary<string, StepState> states)
    {
        var (source, target) = (states.GetValueOrDefault(connection.From), states.GetValueOrDefault(connection.To));
        if (source?.Status is "succeeded" or "failed" && target is { Status: not "skipped" } && (source.Port is null || source.Port == connection.Port))
        {
            return target.Status is "running" or "queued" ? "flowing" : "taken";
        }

        var passedBy = source?.Status == "skipped"
            || target?.Status == "skipped"
            || (source is { Status: "succeeded", Port: { } port } && port != connection.Port);
        return passedBy ? "idle" : connection.Port == "error" ? "error" : "";
    }

    private void AddSteps(FlowDocument flow, FlowLayout layout, Place origin)
    {
        // The innermost containers first: a group is made of what is there already.
        var order = ReadingOrder.Of(flow).DistinctBy(each => each.Step.Id).Select((each, at) => (each.Step, each.Depth, Order: at)).ToList();
        var names = order.ToDictionary(each => each.Step.Id, each => each.Step.Name ?? each.Step.Id, StringComparer.Ordinal);
        foreach (var (step, depth, at) in order.OrderByDescending(each => each.Depth))
        {
            var rect = layout.Rects[step.Id];
            var face = new StepFace(
                step, StepCatalog.Find(step.Type), at, depth, step.Parent is { } parent ? names.GetValueOrDefault(parent) : null,
                PortsOf(step.Id, rect, layout));
            var place = new Point(rect.X - origin.X, rect.Y - origin.Y);
            if (!rect.IsContainer)
            {
                _steps[step.Id] = Nodes.Add(new StepNode(face, place, new Size(rect.Width, rect.Height)));
                continue;
            }

            var inside = order.Where(each => each.Step.Parent == step.Id && _steps.ContainsKey(each.Step.Id)).Select(each => (NodeModel)_steps[each.Step.Id]);
            _steps[step.Id] = Groups.Add(new StepGroup(face, inside, place, new Size(rect.Width, rect.Height)));
        }
    }

    private void AddLinks(FlowDocument flow, FlowLayout layout, Place origin)
    {
        foreach (var connection in flow.Connections.Distinct())
        {
            if (_steps.TryGetValue(connection.From, out var from) && _steps.TryGetValue(connection.To, out var to))
            {
                Links.Add(new StepLink(connection, End(from, layout.Output(connection.From, connection.Port)), End(to, layout.Input(connection.To))));
            }
        }

        PortAnchor End(IStepModel model, Place at) => new((NodeModel)model, at.X - origin.X, at.Y - origin.Y);
    }

    private static IReadOnlyList<StepPort> PortsOf(string id, FlowRect rect, FlowLayout layout) => layout.PortsOf(id) is ["out"]
        ? []
        : [.. layout.PortsOf(id).Select(port => new StepPort(port, layout.Output(id, port).Y - rect.Y))];
}

/// <summary>A port that has a name to read, and how far below its step's upper edge it lies.</summary>
public sealed record StepPort(string Name, double Y);

/// <summary>What a step's card shows.</summary>
/// <param name="Step">The step.</param>
/// <param name="Type">Its type; null when the catalog has none of that name.</param>
/// <param name="Order">Its place in reading order, from 0.</param>
/// <param name="Depth">How many containers it is in.</param>
/// <param name="Inside">The name of the container it is in.</param>
/// <param name="Ports">The ports that have names to read.</param>
public sealed record StepFace(FlowStep Step, StepType? Type, int Order, int Depth, string? Inside, IReadOnlyList<StepPort> Ports)
{
    public string Name => Step.Name ?? Step.Id;

    public string Title => Type?.Title ?? Step.Type;

    public StepKind Kind => Type?.Kind ?? StepKind.Data;

    /// <summary>How it stands in the run on show; null when it has not begun.</summary>
    public StepState? State { get; set; }
}

/// <summary>A step in a diagram, with others inside it or not.</summary>
public interface IStepModel
{
    StepFace Face { get; }

    void Refresh();
}

/// <summary>A step that holds no others.</summary>
public sealed class StepNode : NodeModel, IStepModel
{
    public StepNode(StepFace face, Point place, Size size)
        : base(face.Step.Id, place)
    {
        (Face, Size, ControlledSize, Locked) = (face, size, true, true);
    }

    public StepFace Face { get; }
}

/// <summary>A step that holds others.</summary>
public sealed class StepGroup : GroupModel, IStepModel
{
    public StepGroup(StepFace face, IEnumerable<NodeModel> inside, Point place, Size size)
        : base(inside, padding: 0, autoSize: false)
    {
        (Face, Position, Size, ControlledSize, Locked) = (face, place, size, true, true);
    }

    public StepFace Face { get; }
}

/// <summary>A connection in a diagram.</summary>
public sealed class StepLink(FlowConnection connection, Anchor source, Anchor target) : LinkModel(source, target)
{
    public FlowConnection Connection { get; } = connection;

    /// <summary><c>taken</c>, <c>flowing</c>, <c>idle</c>, <c>error</c>, <c>added</c>, <c>removed</c>, or nothing special.</summary>
    public string Look { get; set; } = "";

    /// <summary>As SVG.</summary>
    public string Path => PathGeneratorResult?.FullPath.ToString() ?? "";
}

/// <summary>An end of a connection: a place that does not move.</summary>
internal sealed class PortAnchor(NodeModel step, double x, double y) : Anchor(step)
{
    private readonly Point _place = new(x, y);

    public override Point GetPosition(BaseLinkModel link, Point[] route) => _place;

    public override Point GetPlainPosition() => _place;
}
