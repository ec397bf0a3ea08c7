using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;
using OtherThing.Core.Access;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Editing;
using OtherThing.Core.Flows.Validation;
using OtherThing.Core.Flows.Versions;
using OtherThing.Core.Keys;
using OtherThing.Core.Live;
using OtherThing.Core.Nodes;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Triggers;
using OtherThing.Core.Usage.Prices;
using OtherThing.Core.Workspaces;
using OtherThing.Web.Components.Layout;
using OtherThing.Web.Components.Shared;
using OtherThing.Web.Features.Flows.Canvas;
using OtherThing.Web.Features.Flows.Panels;
using OtherThing.Web.Features.Runs;
using OtherThing.Web.Features.Runs.Input;

namespace OtherThing.Web.Features.Flows.Editing;

public sealed partial class FlowEditorPage
{
    private static readonly TimeSpan s_renderEvery = TimeSpan.FromMilliseconds(250);
    private readonly PageLoad _load = new();
    private FlowEditor? _editor;
    private StepChoices? _choices;
    private FlowCanvas? _canvas;
    private LiveSubscription? _subscription;
    private IReadOnlyList<FlowProblem> _problems = [];
    private IReadOnlyList<FlowProblem> _hints = [];
    private HashSet<string> _problemIds = [];
    private IReadOnlyList<string> _selection = [];
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
    public required FlowSessions Editing { get; init; }

    [Inject]
    public required FlowService Flows { get; init; }

    [Inject]
    public required ILiveFeed Feed { get; init; }

    [Inject]
    public required TimeProvider Clock { get; init; }

    [Inject]
    public required RunService Runs { get; init; }

    [Inject]
    public required RunStartService RunStarts { get; init; }

    [Inject]
    internal ILogger<RunWatch> WatchLog { get; init; } = null!;

    [Inject]
    public required KeyService Keys { get; init; }

    [Inject]
    public required KeyTestService KeyTests { get; init; }

    [Inject]
    public required PriceTable Prices { get; init; }

    [Inject]
    public required MemberService Members { get; init; }

    [Inject]
    public required FlowVersionService Versions { get; init; }

    [Inject]
    public required TriggerService Triggers { get; init; }

    [Inject]
    public required FlowFactService FactsOf { get; init; }

    [Inject]
    public required NodeService Nodes { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Inject]
    public required IJSRuntime JS { get; init; }

    [Inject]
    public required IDialogService Dialogs { get; init; }

    [Inject]
    public required ISnackbar Snackbar { get; init; }

    private bool ReadOnly => !Workspace.May(Operations.FlowEdit);

    private FlowStep? SelectedStep => _selection is [var id] ? _editor?.Snapshot.Definition.Steps.FirstOrDefault(step => step.Id == id) : null;

    private FlowNote? SelectedNote => _selection is [var id] && id.StartsWith("note:", StringComparison.Ordinal)
        ? _editor?.Snapshot.Definition.Notes.FirstOrDefault(note => note.Id == id[5..])
        : null;

    /// <summary>Whose panel is open, as the canvas calls it: the keyboard follows into that one only.</summary>
    private string PanelOf => SelectedStep?.Id ?? (SelectedNote is { } note ? $"note:{note.Id}" : "");

    private bool PanelOpen => SelectedStep is not null || SelectedNote is not null || _selection.Count > 1 || _showProblems || _showRuns || _showLive;

    public async ValueTask DisposeAsync()
    {
        _load.Dispose();
        await LeaveAsync();
    }

    protected override async Task OnParametersSetAsync()
    {
        if (!_load.Opens((Workspace.Id, FlowId)))
        {
            return;
        }

        await LeaveAsync();
        _outline = ReadOnly || RunId is not null;
        FlowEditor? late = null;
        var isOpen = await _load.ReadAsync(
            async gone =>
            {
                var opened = await OpenAsync(gone);
                late = opened.TryGet(out var all, out _) ? all.Editor : null;
                return opened;
            },
            opened =>
            {
                (_name, _published, late) = (opened.Flow.Name, opened.Flow.PublishedRevision, null);
                // First the subscription, then the snapshot: nothing falls between them, and the canvas drops what it has twice.
                _subscription = Feed.Subscribe(Topic.Flow(FlowId), capacity: 4096);
                _editor = opened.Editor;
                Look();
                _ = FollowAsync(_subscription);
            });
        if (late is not null)
        {
            await late.DisposeAsync(); // nobody sees this flow here any more
        }

        if (!isOpen)
        {
            return;
        }

        if (RunId is { } runId)
        {
            await WatchAsync(runId);
        }

        _ = ReadAroundAsync();
    }

    private async Task<Result<(Flow Flow, FlowEditor Editor)>> OpenAsync(CancellationToken gone)
    {
        var read = await Flows.GetAsync(Workspace.Actor, Workspace.Id, FlowId, gone);
        if (!read.TryGet(out var flow, out var refusal))
        {
            return refusal;
        }

        return (await Editing.OpenAsync(Workspace.Actor, Workspace.Id, FlowId, gone)).TryGet(out var editor, out refusal) ? (flow, editor) : refusal;
    }

    // What the fields choose from and preview with; the canvas does not wait for it.
    private async Task ReadAroundAsync()
    {
        try
        {
            await ReadWorkspaceAsync();
            await ReadLiveAsync();
            await ReadLastRunAsync();
            await InvokeAsync(StateHasChanged);
        }
        catch (OperationCanceledException) when (_load.Gone.IsCancellationRequested)
        {
            // The page is closed.
        }
        catch (Exception exception) when (exception is not ObjectDisposedException)
        {
            await DispatchExceptionAsync(exception);
        }
    }

    private async Task LeaveAsync()
    {
        (_values, _live, _changes, _facts) = (null, null, null, FlowFacts.None);
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
            while (await subscription.Events.WaitToReadAsync(_load.Gone))
            {
                var changed = subscription.Missed > missed;
                missed = subscription.Missed;
                while (subscription.Events.TryRead(out var happened))
                {
                    if (happened is FlowEdited)
                    {
                        _saved = "Saving…";
                    }

                    changed |= happened is FlowEdited or FlowReset or FlowSaved or FlowPublished;
                    if (happened is FlowSaved)
                    {
                        _saved = "Saved";
                    }

                    if (happened is FlowPublished published)
                    {
                        _published = published.Revision;
                        await InvokeAsync(ReadLiveAsync);
                    }
                }

                if (changed)
                {
                    await InvokeAsync(() => { _ = RefreshSoonAsync(); });
                }
            }
        }
        catch (OperationCanceledException) when (_load.Gone.IsCancellationRequested)
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
            await Task.Delay(s_renderEvery, Clock, _load.Gone);
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
                await ReadFactsAsync(again: false);
            }
        });
    }

    private void Look()
    {
        CompareWithLive();
        _problems = FlowValidator.Validate(_editor!.Snapshot.Definition);
        _hints = FlowHints.Find(_editor.Snapshot.Definition, _facts);
        _problemIds = [.. _problems.Select(problem => problem.StepId).OfType<string>()];
        var asked = RunInput.FieldsOf(_editor.Snapshot.Definition);
        _asked = Json.ToElement(asked).GetRawText() == Json.ToElement(_asked).GetRawText() ? _asked : asked;
    }

    private string Say(FlowProblem problem) => problem.StepId is null ? problem.Message
        : $"{new StepNames(_editor!.Snapshot.Definition)[problem.StepId]}: {problem.Message}";

    private async Task ReadyAsync()
    {
        await ShowProblemsAsync();
        await ShowFreshAsync();
        if (_watch is not null)
        {
            await ShowRunAsync();
        }
    }

    /// <summary>What is wrong with a step, then what may be.</summary>
    private List<FlowProblem> Concerning(string stepId) => [.. _problems.Concat(_hints).Where(each => each.StepId == stepId)];

    private string CheckTitle => _editor!.Snapshot.Definition.Steps.Count == 0 ? "No steps yet"
        : _problems.Count > 0 ? Counted(_problems.Count, "problem")
        : _hints.Count > 0 ? $"Ready to run, {Counted(_hints.Count, "hint")}"
        : "Ready to run";

    private Task ShowFreshAsync() => _choices is { } choices && _canvas is { } canvas ? canvas.ShowFreshAsync(choices.FreshConfigs()) : Task.CompletedTask;

    private Task ShowProblemsAsync() => _canvas?.ShowProblemsAsync(_problems.Concat(_hints).Where(problem => problem.StepId is not null)
        .GroupBy(problem => problem.StepId!).Take(2000).ToDictionary(group => group.Key, group => group.First().Message)) ?? Task.CompletedTask;
}
