using System.Text.Json;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using OtherThing.Core.Access;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Editing;
using OtherThing.Core.Flows.Preview;
using OtherThing.Core.Results;
using OtherThing.Core.Runs.Machine;
using OtherThing.Core.Runs.Repeat;
using OtherThing.Core.Steps;
using OtherThing.Web.Components.Layout;
using OtherThing.Web.Components.Shared;

namespace OtherThing.Web.Features.Flows.Panels;

public sealed partial class StepRunActs : IDisposable
{
    private readonly PageLoad _load = new();
    private StepPin? _pin;
    private readonly OneAct _act = new();

    [CascadingParameter]
    public required WorkspaceContext Workspace { get; set; }

    [Parameter, EditorRequired]
    public required FlowEditor Editor { get; set; }

    [Parameter, EditorRequired]
    public required Guid FlowId { get; set; }

    [Parameter, EditorRequired]
    public required FlowStep Step { get; set; }

    /// <summary>What the run on show, or the last one, had.</summary>
    [Parameter]
    public FlowValues? Values { get; set; }

    /// <summary>A run of the step began.</summary>
    [Parameter]
    public EventCallback<Guid> OnStarted { get; set; }

    [Inject]
    public required PinService Pins { get; init; }

    [Inject]
    public required RunStepService StepRuns { get; init; }

    [Inject]
    public required ISnackbar Snackbar { get; init; }

    private bool MayEdit => Workspace.May(Operations.FlowEdit);

    private bool IsTrigger => StepCatalog.Find(Step.Type) is { IsTrigger: true };

    private JsonElement? Output => Values?.Outputs.TryGetValue(Step.Id, out var output) == true ? output : null;

    public void Dispose() => _load.Dispose();

    protected override async Task OnParametersSetAsync()
    {
        if (_load.Opens((FlowId, Step.Id)))
        {
            await ReadPinAsync();
        }
    }

    private async Task ReadPinAsync()
    {
        if (!await _load.ReadAsync(
            gone => Pins.ListAsync(Workspace.Actor, Workspace.Id, FlowId, gone), pins => _pin = pins.FirstOrDefault(pin => pin.StepId == Step.Id))
            && _load.Refusal is not null)
        {
            _pin = null;
        }
    }

    private Task RunAsync() => OnceAsync(async () =>
    {
        var request = new StepRunRequest { FromRun = Values?.RunId, Item = ItemOf() };
        if ((await StepRuns.StartAsync(Workspace.Actor, Workspace.Id, FlowId, Step.Id, request, _load.Gone)).TryGet(out var runId, out var refusal))
        {
            await OnStarted.InvokeAsync(runId);
        }

        return refusal;
    });

    /// <summary>For a step inside a map: the first item the map walked.</summary>
    private JsonElement? ItemOf()
    {
        var definition = Editor.Snapshot.Definition;
        var at = Step;
        for (var depth = 0; depth <= FlowLimits.ContainerDepth && at?.Parent is { } parent; depth++)
        {
            at = definition.Steps.FirstOrDefault(step => step.Id == parent);
            if (at is { Type: "logic.map" } && Values?.FirstItemOf(definition, at) is { } item)
            {
                return item;
            }
        }

        return null;
    }

    private Task PinAsync() => OnceAsync(async () =>
    {
        if ((await Pins.PinAsync(Workspace.Actor, Workspace.Id, FlowId, Step.Id, Output ?? Json.Null, null, _load.Gone))
            .TryGet(out var pin, out var refusal))
        {
            _pin = pin;
        }

        return refusal;
    });

    private Task UnpinAsync() => OnceAsync(async () =>
    {
        var refusal = await Pins.UnpinAsync(Workspace.Actor, Workspace.Id, FlowId, Step.Id, _load.Gone);
        await ReadPinAsync();
        return refusal;
    });

    // The services work on the saved draft.
    private Task OnceAsync(Func<Task<Error?>> act) => _act.RunAsync(
        Snackbar, async () => (MayEdit ? await Editor.SaveAsync(_load.Gone) : null) ?? await act());
}
