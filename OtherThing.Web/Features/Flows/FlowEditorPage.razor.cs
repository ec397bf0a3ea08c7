using Microsoft.AspNetCore.Components;
using MudBlazor;
using OtherThing.Core.Access;
using OtherThing.Core.Flows;
using OtherThing.Core.Live;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Usage;
using OtherThing.Web.Components.Layout;
using OtherThing.Web.Features.Runs;

namespace OtherThing.Web.Features.Flows;

public sealed partial class FlowEditorPage
{
    private static readonly TimeSpan s_renderEvery = TimeSpan.FromMilliseconds(250);
    private readonly CancellationTokenSource _disposal = new();
    private FlowEditor? _editor;
    private FlowCanvas? _canvas;
    private LiveSubscription? _subscription;
    private Error? _refusal;
    private IReadOnlyList<FlowProblem> _problems = [];
    private HashSet<string> _problemIds = [];
    private IReadOnlyList<string> _selection = [];
    private Guid _openFlow;
    private RunWatch? _watch;
    private IReadOnlyList<StepRun> _stepRuns = [];
    private IReadOnlyDictionary<string, string> _statuses = new Dictionary<string, string>();
    private string? _name;
    private string? _saved;
    private int? _published;
    private bool _outline;
    private bool _showProblems;
    private bool _busy;
    private bool _dirty;

    [Parameter]
    public string Slug { get; set; } = "";

    [Parameter]
    public Guid FlowId { get; set; }

    /// <summary>The run whose states the canvas shows.</summary>
    [SupplyParameterFromQuery(Name = "run")]
    public Guid? RunId { get; set; }

    [CascadingParameter]
    public required WorkspaceContext Workspace { get; set; }

    [Inject]
    public required FlowEditing Editing { get; init; }

    [Inject]
    public required FlowService Flows { get; init; }

    [Inject]
    public required ILiveFeed Feed { get; init; }

    [Inject]
    public required TimeProvider Clock { get; init; }

    [Inject]
    public required RunService Runs { get; init; }

    [Inject]
    public required IDialogService Dialogs { get; init; }

    [Inject]
    public required ISnackbar Snackbar { get; init; }

    private bool ReadOnly => !Workspace.May(Operations.FlowEdit);

    private FlowStep? SelectedStep => _selection is [var id] ? _editor?.Snapshot.Definition.Steps.FirstOrDefault(step => step.Id == id) : null;

    private FlowNote? SelectedNote => _selection is [var id] && id.StartsWith("note:", StringComparison.Ordinal)
        ? _editor?.Snapshot.Definition.Notes.FirstOrDefault(note => note.Id == id[5..])
        : null;

    private bool PanelOpen => SelectedStep is not null || SelectedNote is not null || _selection.Count > 1 || _showProblems;

    public async ValueTask DisposeAsync()
    {
        await _disposal.CancelAsync();
        await LeaveAsync();
        _disposal.Dispose();
    }

    protected override async Task OnParametersSetAsync()
    {
        if (_openFlow == FlowId)
        {
            return;
        }

        _openFlow = FlowId;
        await LeaveAsync();
        _outline = ReadOnly || RunId is not null;
        var read = await Flows.GetAsync(Workspace.Actor, Workspace.Id, FlowId, _disposal.Token);
        var opened = await Editing.OpenAsync(Workspace.Actor, Workspace.Id, FlowId, _disposal.Token);
        if (!opened.TryGet(out var editor, out var refusal) || !read.TryGet(out var flow, out refusal))
        {
            _refusal = refusal;
            return;
        }

        (_name, _published, _refusal) = (flow.Name, flow.PublishedRevision, null);
        // First the subscription, then the snapshot: nothing falls between them, and the canvas drops what it has twice.
        _subscription = Feed.Subscribe(Topic.Flow(FlowId), capacity: 4096);
        _editor = editor;
        Look();
        _ = FollowAsync(_subscription);
        if (RunId is { } runId)
        {
            await WatchAsync(runId);
        }
    }

    private async Task LeaveAsync()
    {
        _subscription?.Dispose();
        _subscription = null;
        if (_watch is { } watch)
        {
            _watch = null;
            await watch.DisposeAsync();
        }

        if (_editor is { } editor)
        {
            _editor = null;
            await editor.DisposeAsync();
        }
    }

    private async Task FollowAsync(LiveSubscription subscription)
    {
        try
        {
            var missed = 0L;
            while (await subscription.Events.WaitToReadAsync(_disposal.Token))
            {
                var changed = subscription.Missed > missed;
                missed = subscription.Missed;
                while (subscription.Events.TryRead(out var happened))
                {
                    if (happened.Type == FlowEditor.EditedEvent)
                    {
                        _saved = "Saving…";
                    }

                    changed |= happened.Type is FlowEditor.EditedEvent or FlowEditor.ResetEvent or "flow.saved" or "flow.published";
                    if (happened is { Type: "flow.saved", Payload: int })
                    {
                        _saved = "Saved";
                    }

                    if (happened is { Type: "flow.published", Payload: int version })
                    {
                        _published = version;
                    }
                }

                if (changed)
                {
                    await InvokeAsync(() => { _ = RefreshSoonAsync(); });
                }
            }
        }
        catch (OperationCanceledException) when (_disposal.IsCancellationRequested)
        {
            // The page is closed.
        }
        catch (Exception exception) when (exception is not ObjectDisposedException)
        {
            await DispatchExceptionAsync(exception);
        }
    }

    // Panels and problems follow at most four times a second, however many acts there are.
    private async Task RefreshSoonAsync()
    {
        if (_dirty)
        {
            return;
        }

        _dirty = true;
        try
        {
            await Task.Delay(s_renderEvery, Clock, _disposal.Token);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        _dirty = false;
        await InvokeAsync(async () =>
        {
            if (_editor is not null)
            {
                Look();
                StateHasChanged();
                await ShowProblemsAsync();
            }
        });
    }

    private void Look()
    {
        _problems = FlowValidator.Validate(_editor!.Snapshot.Definition);
        _problemIds = [.. _problems.Select(problem => problem.StepId).OfType<string>()];
    }

    private async Task ReadyAsync()
    {
        await ShowProblemsAsync();
        if (_watch is not null)
        {
            await ShowRunAsync();
        }
    }

    private async Task RunAsync()
    {
        // Set before the first await: of many clicks the first counts.
        if (_busy || _editor is not { } editor)
        {
            return;
        }

        _busy = true;
        try
        {
            if (_problems.Count > 0)
            {
                await ClosePanelAsync();
                _showProblems = true;
                Snackbar.Add($"This flow cannot run yet: {_problems[0].Message}", Severity.Warning);
                return;
            }

            if (await editor.SaveAsync(_disposal.Token) is { } notSaved)
            {
                Snackbar.Add(notSaved.Message, Severity.Warning);
                return;
            }

            if (await RunInputDialog.AskAsync(Dialogs, _name ?? "flow", editor.Snapshot.Definition) is not { } input)
            {
                return;
            }

            var started = await Runs.StartAsync(Workspace.Actor, Workspace.Id, FlowId, input, null, _disposal.Token);
            if (started.TryGet(out var runId, out var refusal))
            {
                await WatchAsync(runId);
            }
            else
            {
                Snackbar.Add(refusal.Message, Severity.Warning);
            }
        }
        finally
        {
            _busy = false;
        }
    }

    private async Task WatchAsync(Guid runId)
    {
        if (_watch is { } earlier)
        {
            await earlier.DisposeAsync();
        }

        var watch = new RunWatch(Runs, Feed, Clock, Workspace.Actor, Workspace.Id, runId);
        _watch = watch;
        if (await watch.StartAsync(() => InvokeAsync(ShowRunAsync)) is { } refusal)
        {
            _watch = null;
            Snackbar.Add(refusal.Message, Severity.Warning);
            return;
        }

        await ShowRunAsync();
    }

    private async Task ShowRunAsync()
    {
        if (_watch is not { } watch)
        {
            return;
        }

        _stepRuns = watch.Steps;
        var states = StepState.Of(_stepRuns, watch.TextOf);
        _statuses = states.ToDictionary(state => state.Key, state => state.Value.Status, StringComparer.Ordinal);
        StateHasChanged();
        if (_canvas is { } canvas)
        {
            await canvas.ShowStatusesAsync(states);
        }
    }

    private async Task HideRunAsync()
    {
        if (_watch is { } watch)
        {
            (_watch, _stepRuns, _statuses) = (null, [], new Dictionary<string, string>());
            await watch.DisposeAsync();
        }

        if (_canvas is { } canvas)
        {
            await canvas.ShowStatusesAsync(new Dictionary<string, StepState>());
        }
    }

    private async Task CancelRunAsync()
    {
        if (_watch is { } watch
            && (await Runs.CancelAsync(Workspace.Actor, Workspace.Id, watch.RunId, _disposal.Token)).Error is { } refusal)
        {
            Snackbar.Add(refusal.Message, Severity.Warning);
        }
    }

    private StepRun? StepRunOf(string stepId) => _stepRuns.LastOrDefault(step => step.StepId == stepId);

    private string Cost(Run run) => run.Status.IsFinal()
        ? run.CostUnits is { } units ? new Money(units).ToString() : ""
        : new Money(_stepRuns.Sum(step => step.Usage?.CostUnits ?? 0)).ToString();

    private Task ShowProblemsAsync() => _canvas?.ShowProblemsAsync(_problems.Where(problem => problem.StepId is not null)
        .GroupBy(problem => problem.StepId!).Take(2000).ToDictionary(group => group.Key, group => group.First().Message)) ?? Task.CompletedTask;

    private void SelectedAsync(IReadOnlyList<string> ids) => _selection = ids;

    private void OpenedAsync(string id) => _selection = [id];

    private async Task ShowStepAsync(string id)
    {
        _selection = [id];
        _editor?.Select(_selection);
        if (_canvas is { } canvas)
        {
            await canvas.ShowSelectionAsync(_selection, reveal: true);
        }
    }

    private Task ToggleProblemsAsync()
    {
        _showProblems = !_showProblems || PanelOpen && _selection.Count > 0;
        return _selection.Count > 0 ? ClosePanelAsync() : Task.CompletedTask;
    }

    private async Task ClosePanelAsync()
    {
        _selection = [];
        if (_canvas is { } canvas)
        {
            await canvas.ShowSelectionAsync([], reveal: false);
        }
    }

    private async Task EditAsync(FlowEdit edit)
    {
        if (_editor is { } editor
            && (await editor.ApplyAsync(Guid.CreateVersion7().ToString("N"), [edit], _disposal.Token)).Error is { } refusal)
        {
            Snackbar.Add(refusal.Message, Severity.Warning);
        }
    }

    private async Task RenameAsync(string? name)
    {
        var changed = await Flows.UpdateAsync(Workspace.Actor, Workspace.Id, FlowId, new FlowUpdate(Name: name), null, byHeader: false, _disposal.Token);
        if (changed.TryGet(out var flow, out var refusal))
        {
            _name = flow.Name;
        }
        else
        {
            Snackbar.Add(refusal.Message, Severity.Warning);
        }
    }

    private async Task PublishAsync()
    {
        if (_busy || _editor is not { } editor)
        {
            return;
        }

        _busy = true;
        try
        {
            var refusal = await editor.SaveAsync(_disposal.Token);
            if (refusal is null && (await Flows.PublishAsync(Workspace.Actor, Workspace.Id, FlowId, _disposal.Token)).TryGet(out var flow, out refusal))
            {
                _published = flow.PublishedRevision;
                Snackbar.Add($"Version {flow.PublishedRevision} is published. Its triggers are on.", Severity.Success);
                return;
            }

            Snackbar.Add(refusal!.Message, Severity.Warning);
        }
        finally
        {
            _busy = false;
        }
    }
}
