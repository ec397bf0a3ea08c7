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
using OtherThing.Web.Features.Runs;

namespace OtherThing.Web.Features.Flows;

public sealed partial class FlowListPage
{
    private readonly TypedQuery _typed = new();
    private List<FlowSummary>? _flows;
    private Dictionary<Guid, Run> _lastRuns = [];
    private ILookup<Guid, TriggerView> _triggers = Array.Empty<TriggerView>().ToLookup(_ => Guid.Empty);
    private Error? _refusal;
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
    public required TriggerService Triggers { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Inject]
    public required IJSRuntime JS { get; init; }

    [Inject]
    public required IDialogService Dialogs { get; init; }

    [Inject]
    public required ISnackbar Snackbar { get; init; }

    private bool MayEdit => Workspace.May(Operations.FlowEdit);

    protected override Task OnInitializedAsync() => ReloadAsync();

    protected override void OnParametersSet() => _typed.Arrive(Filter);

    private IEnumerable<FlowSummary> Found() => (_flows ?? []).Where(flow =>
        string.IsNullOrWhiteSpace(Filter) || flow.Name.Contains(Filter.Trim(), StringComparison.OrdinalIgnoreCase)
        || flow.Description.Contains(Filter.Trim(), StringComparison.OrdinalIgnoreCase));

    private void Search(string? text)
    {
        if (_typed.Type(text))
        {
            Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("q", _typed.Text.Length == 0 ? null : _typed.Text), replace: true);
        }
    }

    private async Task ReloadAsync()
    {
        var limit = Math.Clamp(_flows?.Count ?? 0, PageRequest.DefaultLimit, PageRequest.MaxLimit);
        var listed = await Flows.ListAsync(Workspace.Actor, Workspace.Id, new PageRequest(limit), CancellationToken.None);
        if (!listed.TryGet(out var page, out _refusal))
        {
            return;
        }

        (_flows, _next) = ([.. page.Items], page.Next);
        await ReadTriggersAsync();
        await ReadLastRunsAsync();
    }

    private async Task ReadTriggersAsync()
    {
        var read = await Triggers.DescribeAsync(
            Workspace.Actor, Workspace.Id, [.. _flows!.Select(flow => (flow.Id, flow.CreatedBy))], CancellationToken.None);
        _triggers = read.IsSuccess ? read.Value : _triggers;
    }

    private async Task ReadLastRunsAsync()
    {
        var runs = await Runs.ListAsync(Workspace.Actor, Workspace.Id, new RunFilter(), new PageRequest(PageRequest.MaxLimit), CancellationToken.None);
        _lastRuns = runs.IsSuccess
            ? runs.Value.Items.GroupBy(run => run.FlowId).ToDictionary(group => group.Key, group => group.First())
            : [];
    }

    private async Task MoreAsync()
    {
        if (PageRequest.Parse(PageRequest.DefaultLimit, _next).TryGet(out var request, out _)
            && (await Flows.ListAsync(Workspace.Actor, Workspace.Id, request, CancellationToken.None)).TryGet(out var page, out _))
        {
            _flows!.AddRange(page.Items);
            _next = page.Next;
            await ReadTriggersAsync();
        }
    }

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

        if (await RunInputDialog.AskAsync(Dialogs, flow.Name, flow.ReadDefinition()) is not { } input)
        {
            return null;
        }

        var started = await Runs.StartAsync(Workspace.Actor, Workspace.Id, flow.Id, input, null, CancellationToken.None);
        if (started.TryGet(out var runId, out refusal))
        {
            Navigation.NavigateTo(Workspace.PathTo("runs", runId));
        }

        return refusal;
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

    private Task OnceAsync(Func<Task<Error?>> act) => _act.RunAsync(Snackbar, act);
}
