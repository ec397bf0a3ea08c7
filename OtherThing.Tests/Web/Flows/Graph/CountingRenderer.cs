#pragma warning disable BL0006 // what a browser is sent is counted, and only the renderer knows it
using System.Runtime.ExceptionServices;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Components.RenderTree;
using Microsoft.Extensions.Logging.Abstractions;
using OtherThing.Core.Flows;
using OtherThing.Web.Features.Flows.Graph;
using OtherThing.Web.Features.Runs.Picture;

namespace OtherThing.Tests.Web.Flows.Graph;

/// <summary>Draws a graph for nobody and counts the batches, each of which would be one message to a browser, and the cards in them.</summary>
internal sealed class CountingRenderer(IServiceProvider services) : Renderer(services, NullLoggerFactory.Instance)
{
    private int? _root;

    public int Batches { get; private set; }

    public int Cards { get; private set; }

    public override Dispatcher Dispatcher { get; } = Dispatcher.CreateDefault();

    public Task ShowAsync(FlowDocument flow, IReadOnlyDictionary<string, StepState> states) => Dispatcher.InvokeAsync(() =>
    {
        _root ??= AssignRootComponentId(InstantiateComponent(typeof(Page)));
        return RenderRootComponentAsync(_root.Value, ParameterView.FromDictionary(new Dictionary<string, object?>
        {
            [nameof(Page.Flow)] = flow,
            [nameof(Page.States)] = states,
        }));
    });

    public void Forget() => (Batches, Cards) = (0, 0);

    protected override void HandleException(Exception exception) => ExceptionDispatchInfo.Capture(exception).Throw();

    protected override Task UpdateDisplayAsync(in RenderBatch renderBatch)
    {
        Batches++;
        for (var at = 0; at < renderBatch.UpdatedComponents.Count; at++)
        {
            Cards += GetComponentState(renderBatch.UpdatedComponents.Array[at].ComponentId).Component is StepCard ? 1 : 0;
        }

        return Task.CompletedTask;
    }

    /// <summary>What a graph is part of.</summary>
    private sealed class Page : ComponentBase
    {
        [Parameter]
        public FlowDocument Flow { get; set; } = FlowDocument.Empty;

        [Parameter]
        public IReadOnlyDictionary<string, StepState> States { get; set; } = new Dictionary<string, StepState>();

        protected override void BuildRenderTree(RenderTreeBuilder builder)
        {
            builder.OpenComponent<FlowGraph>(0);
            builder.AddComponentParameter(1, nameof(FlowGraph.Flow), Flow);
            builder.AddComponentParameter(2, nameof(FlowGraph.States), States);
            builder.AddComponentParameter(3, nameof(FlowGraph.Label), "Graph");
            builder.CloseComponent();
        }
    }
}
