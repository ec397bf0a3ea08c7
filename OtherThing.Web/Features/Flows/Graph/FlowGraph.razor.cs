using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using OtherThing.Core.Flows;
using OtherThing.Web.Components.Shared;
using OtherThing.Web.Features.Runs.Picture;

namespace OtherThing.Web.Features.Flows.Graph;

public sealed partial class FlowGraph
{
    /// <summary>The most steps that are drawn so; a larger flow is shown by the canvas, which draws only what is in sight.</summary>
    public const int MostSteps = 200;

    private static readonly IReadOnlyDictionary<string, StepState> s_none = new Dictionary<string, StepState>();
    private readonly FlowDiagram _nothing = new(FlowDocument.Empty);
    private BrowserModule _browser = null!;
    private ElementReference _root;
    private FlowDiagram _diagram = null!;
    private FlowDocument? _flow;
    private string? _chosen;
    private string? _inSight;
    private int _turn;
    private bool _redraw = true;

    /// <summary>The flow.</summary>
    [Parameter, EditorRequired]
    public required FlowDocument Flow { get; set; }

    /// <summary>How its steps stand, by id.</summary>
    [Parameter]
    public IReadOnlyDictionary<string, StepState> States { get; set; } = s_none;

    /// <summary>Connections that look another way: <c>added</c> or <c>removed</c>.</summary>
    [Parameter]
    public IReadOnlyDictionary<FlowConnection, string>? Marks { get; set; }

    /// <summary>The step that is selected and in sight.</summary>
    [Parameter]
    public string? Selected { get; set; }

    /// <summary>A person chose a step; with nobody to hear it the cards are no buttons.</summary>
    [Parameter]
    public EventCallback<string> OnSelect { get; set; }

    /// <summary>A small picture: names alone, large enough to read, and no controls.</summary>
    [Parameter]
    public bool Still { get; set; }

    /// <summary>What it is a picture of.</summary>
    [Parameter, EditorRequired]
    public required string Label { get; set; }

    [Inject]
    public required IJSRuntime JS { get; init; }

    private string Said => OnSelect.HasDelegate
        ? $"{Label}. Arrow keys go from step to step, Enter shows a step, plus and minus zoom."
        : $"{Label}: {string.Join(", ", _diagram.Cards.Select(card => card.Face).Concat(_diagram.Frames.Select(frame => frame.Face)).OrderBy(face => face.Order)
            .Select(face => face.State is { } state ? $"{face.Name} ({StepLook.StateWord(state.Status)})" : face.Name))}";

    public ValueTask DisposeAsync() => _browser.DisposeAsync();

    protected override void OnInitialized()
    {
        _browser = new BrowserModule(JS, "./Features/Flows/Graph/FlowGraph.razor.js");
        _diagram = _nothing;
    }

    // While this component is being drawn, so that every card that changed is part of the same message to the browser.
    protected override void OnParametersSet()
    {
        if (!ReferenceEquals(_flow, Flow))
        {
            (_flow, _diagram, _chosen, _redraw) = (Flow, new FlowDiagram(FlowPlaces.Of(Flow)), null, true);
        }

        if (_diagram.Show(States, Marks))
        {
            _turn++;
            _redraw = true;
        }

        if (_chosen != Selected)
        {
            _chosen = Selected;
            _diagram.Choose(Selected);
        }
    }

    protected override bool ShouldRender() => _redraw || (_chosen != _inSight && _browser.IsAttached);

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        _redraw = false;
        if (firstRender)
        {
            _inSight = _chosen;
            await _browser.AttachAsync("mount", _root, this, new { Selected = _chosen, Still });
        }

        // What was selected while the module was on its way is brought into sight when it is there.
        if (_browser.IsAttached && _chosen != _inSight)
        {
            _inSight = _chosen;
            await _browser.CallAsync("reveal", _chosen);
        }
    }

    private static string N(double number) => Math.Round(number, 1).ToString(CultureInfo.InvariantCulture);
}
