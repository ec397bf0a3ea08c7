using Microsoft.AspNetCore.Components;
using MudBlazor;
using OtherThing.Core.Access;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Versions;
using OtherThing.Core.Steps.Configs;
using OtherThing.Core.Triggers;
using OtherThing.Web.Components.Layout;
using OtherThing.Web.Components.Shared;

namespace OtherThing.Web.Features.Flows.Editing;

public sealed partial class FlowLivePanel : IDisposable
{
    private const int Most = 6;
    private readonly PageLoad _load = new();
    private readonly OneAct _act = new();
    private IReadOnlyList<TriggerView> _rows = [];
    private FlowVersion? _version;
    private FlowDocument? _live;
    private bool _paused;

    [CascadingParameter]
    public required WorkspaceContext Workspace { get; set; }

    [Parameter, EditorRequired]
    public required Guid FlowId { get; set; }

    /// <summary>The draft.</summary>
    [Parameter, EditorRequired]
    public required FlowDocument Definition { get; set; }

    /// <summary>The published version; null when there is none.</summary>
    [Parameter]
    public int? Published { get; set; }

    /// <summary>What the draft changes since; null when that is not known.</summary>
    [Parameter]
    public FlowDiff? Diff { get; set; }

    /// <summary>The person wants to see a step.</summary>
    [Parameter]
    public EventCallback<string> OnStep { get; set; }

    [Parameter]
    public EventCallback OnClose { get; set; }

    [Inject]
    public required FlowService Flows { get; init; }

    [Inject]
    public required FlowVersionService Versions { get; init; }

    [Inject]
    public required TriggerService Triggers { get; init; }

    [Inject]
    public required ISnackbar Snackbar { get; init; }

    public void Dispose() => _load.Dispose();

    protected override async Task OnParametersSetAsync()
    {
        if (_load.Opens((FlowId, Published)))
        {
            await ReadAsync();
        }
    }

    private async Task ReadAsync() => await _load.GatherAsync(
        async gone => (Rows: await ReadTriggersAsync(gone), Version: await ReadVersionAsync(gone)),
        read =>
        {
            (_rows, _paused) = read.Rows ?? (_rows, _paused);
            if (read.Version is { } version)
            {
                (_version, _live) = (version, FlowJson.Parse(version.Definition).TryGet(out var definition, out _) ? definition : null);
            }
        });

    private async Task<(IReadOnlyList<TriggerView>, bool)?> ReadTriggersAsync(CancellationToken gone) =>
        (await Flows.GetAsync(Workspace.Actor, Workspace.Id, FlowId, gone)).TryGet(out var flow, out _)
        && (await Triggers.DescribeAsync(Workspace.Actor, Workspace.Id, [(flow.Id, flow.CreatedBy)], gone)).TryGet(out var views, out _)
            ? ([.. views[flow.Id]], flow.Settings.Paused)
            : null;

    /// <summary>The version that is live, unless it is known.</summary>
    private async Task<FlowVersion?> ReadVersionAsync(CancellationToken gone) =>
        Published is { } number && _version?.Number != number
        && (await Versions.GetAsync(Workspace.Actor, Workspace.Id, FlowId, number, gone)).TryGet(out var version, out _)
            ? version
            : null;

    /// <summary>The triggers of the draft that are not published.</summary>
    private List<FlowStep> Waiting() =>
    [
        .. Definition.Steps.Where(step => step.Type is WebhookTriggerConfig.StepType or ScheduleTriggerConfig.StepType
            && !_rows.Any(row => row.StepId == step.Id && row.Type == step.Type)),
    ];

    private bool MaySwitch(TriggerView row) => Workspace.May(row.IsOff ? Operations.FlowPublish : Operations.FlowTriggersOff);

    private Task SwitchAsync(TriggerView row, bool on) => _act.RunAsync(Snackbar, async () =>
    {
        var refusal = await Triggers.SwitchAsync(Workspace.Actor, Workspace.Id, FlowId, row.StepId, on, _load.Gone);
        await ReadAsync();
        return refusal;
    });

    private string NameOf(string stepId) =>
        Definition.Steps.Concat(_live?.Steps ?? []).FirstOrDefault(step => step.Id == stepId)?.CalledName ?? stepId;

    private static string Kind(string type) => Core.Steps.StepCatalog.Find(type)?.Title ?? type;
}
