using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;
using OtherThing.Core.Access;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Triggers;
using OtherThing.Web.Components.Layout;
using OtherThing.Web.Components.Shared;
using OtherThing.Web.Components.Shared.Lists;
using OtherThing.Web.Features.Flows.Editing;
using OtherThing.Web.Features.Flows.Exchange;
using OtherThing.Web.Features.Runs.Input;

namespace OtherThing.Web.Features.Flows;

public sealed partial class FlowListPage : IDisposable
{
    private readonly TypedQuery _typed = new();
    private readonly PageLoad _load = new();
    private readonly PageLoad _loadBeside = new();
    private List<FlowSummary>? _flows;
    private Dictionary<Guid, FlowRunRecord> _records = [];
    private ILookup<Guid, TriggerView> _triggers = Array.Empty<TriggerView>().ToLookup(_ => Guid.Empty);
    private string? _next;
    private readonly OneAct _act = new();

    [Parameter]
    public string Slug { get; set; } = "";

    [SupplyParameterFromQuery(Name = "q")]
    public string? Filter { get; set; }

    [CascadingParameter]
    public required WorkspaceContext Workspace { get; set; }

    [Inject]
    public required FlowService Flows { get; init; }

    [Inject]
    public required FlowSettingsService Settings { get; init; }

    [Inject]
    public required RunService Runs { get; init; }

    [Inject]
    public required RunStartService RunStarts { get; init; }

    [Inject]
    public required TriggerService Triggers { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Inject]
    private PageAddress Address { get; init; } = null!;

    [Inject]
    public required IJSRuntime JS { get; init; }

    [Inject]
    public required IDialogService Dialogs { get; init; }

    [Inject]
    public required ISnackbar Snackbar { get; init; }

    private bool MayEdit => Workspace.May(Operations.FlowEdit);

    /// <summary>The words that are looked for; empty for all flows.</summary>
    private string Words => FlowLimits.FlowName.Holds(Filter) ? Filter?.Trim() ?? "" : "";

    public void Dispose()
    {
        _load.Dispose();
        _loadBeside.Dispose();
    }

    protected override Task OnParametersSetAsync()
    {
        _typed.Arrive(Filter);
        return _load.Opens((Workspace.Id, Words)) ? ReloadAsync(fresh: true) : Task.CompletedTask;
    }

    private void Search(string? text)
    {
        if (_typed.Type(text))
        {
            Address.Set("q", _typed.Text, replace: true);
        }
    }

    private Task ReloadAsync() => ReloadAsync(fresh: false);

    private async Task ReloadAsync(bool fresh)
    {
        var request = new PageRequest(fresh ? PageRequest.DefaultLimit : Math.Max(_flows?.Count ?? 0, PageRequest.DefaultLimit));
        if (await _load.ReadAsync(gone => ListAsync(request, gone), page => (_flows, _next) = ([.. page.Items], page.Next)))
        {
            await ReadWhatGoesWithThemAsync();
        }
    }

    private async Task MoreAsync()
    {
        if (PageRequest.Parse(PageRequest.DefaultLimit, _next).TryGet(out var request, out _)
            && await _load.MoreAsync(gone => ListAsync(request, gone), page => (_flows, _next) = ([.. _flows ?? [], .. page.Items], page.Next)))
        {
            await ReadWhatGoesWithThemAsync();
        }
    }

    private Task<Result<Page<FlowSummary>>> ListAsync(PageRequest page, CancellationToken gone)
    {
        var words = Words;
        return page.FillAsync(some => Flows.ListAsync(Workspace.Actor, Workspace.Id, some, gone, words));
    }

    private async Task ReadWhatGoesWithThemAsync() => await _loadBeside.GatherAsync(
        async gone => (
            Records: await Runs.ListRecordsAsync(Workspace.Actor, Workspace.Id, [.. _flows!.Select(flow => flow.Id)], gone),
            Triggers: await Triggers.DescribeAsync(Workspace.Actor, Workspace.Id, [.. _flows!.Select(flow => (flow.Id, flow.CreatedBy))], gone)),
        read =>
        {
            _records = read.Records.TryGet(out var records, out _) ? records.ToDictionary(record => record.FlowId) : [];
            _triggers = read.Triggers.IsSuccess ? read.Triggers.Value : _triggers;
        });

    private Task CreateAsync() => OnceAsync(async () =>
    {
        var number = 1 + (_flows?.Count(flow => flow.Name.StartsWith("New flow", StringComparison.Ordinal)) ?? 0);
        var name = number == 1 ? "New flow" : $"New flow {number}";
        var made = await Flows.CreateAsync(Workspace.Actor, Workspace.Id, name, "", NewFlow.Definition, CancellationToken.None);
        if (made.TryGet(out var flow, out var refusal))
        {
            Navigation.NavigateTo(Workspace.PathTo("flows", flow.Id));
        }

        return refusal;
    });

    private async Task ImportAsync()
    {
        if (await FlowFiles.ImportAsync(Dialogs, Workspace) is { } flowId)
        {
            Navigation.NavigateTo(Workspace.PathTo("flows", flowId));
        }
    }

    private Task RunAsync(FlowSummary summary) => OnceAsync(async () =>
    {
        var read = await Flows.GetAsync(Workspace.Actor, Workspace.Id, summary.Id, CancellationToken.None);
        if (!read.TryGet(out var flow, out var refusal))
        {
            return refusal;
        }

        var started = await RunInputDialog.RunAsync(
            Dialogs, flow, input => RunStarts.StartAsync(Workspace.Actor, Workspace.Id, flow.Id, input, null, CancellationToken.None));
        if (started is { IsSuccess: true } run)
        {
            Navigation.NavigateTo(Workspace.PathTo("runs", run.Value));
        }

        return started?.Error;
    });

    private Task DuplicateAsync(FlowSummary flow) => OnceAsync(async () =>
    {
        var copied = await Flows.DuplicateAsync(Workspace.Actor, Workspace.Id, flow.Id, CancellationToken.None);
        if (copied.IsSuccess)
        {
            Snackbar.Add($"{copied.Value.Name} is a draft of its own.", Severity.Success);
        }

        return copied.Error;
    });

    private Task SettingsAsync(FlowSummary flow) => FlowSettingsDialog.OpenAsync(Dialogs, Workspace, flow.Id, flow.Name, flow.Settings);

    private Task PauseAsync(FlowSummary flow) => OnceAsync(async () =>
    {
        var changed = await Settings.UpdateAsync(
            Workspace.Actor, Workspace.Id, flow.Id, new FlowSettingsChange { Paused = !flow.Settings.Paused }, CancellationToken.None);
        if (changed.IsSuccess)
        {
            Snackbar.Add(changed.Value.Paused ? $"{flow.Name} is paused: nothing new starts." : $"{flow.Name} starts again.", Severity.Success);
        }

        return changed.Error;
    });

    private Task DeleteAsync(FlowSummary flow) => OnceAsync(async () =>
        await ConfirmDialog.AskAsync(Dialogs, $"Delete {flow.Name}?", "Its steps and versions go and its triggers stop. Its runs are kept.", "Delete flow")
            ? await Flows.DeleteAsync(Workspace.Actor, Workspace.Id, flow.Id, CancellationToken.None)
            : null);

    private static string CountedRuns => $"Of its last {FlowRunRecord.Looked} runs, without those that were cancelled or have not ended";

    private static string WentWell(FlowRunRecord record) => $"{record.Succeeded} of {record.Ended} succeeded";

    private static string Stands(FlowSummary flow) =>
        flow.PublishedRevision is not { } version ? "Draft" : version == flow.Revision ? "Published" : $"Version {version} published, changed since";

    private Task OnceAsync(Func<Task<Error?>> act) => _act.RunAsync(Snackbar, act);
}
