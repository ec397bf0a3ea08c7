using System.Text.Json;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;
using OtherThing.Core.Access;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Tests;
using OtherThing.Core.Flows.Versions;
using OtherThing.Core.Live;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Repeat;
using OtherThing.Core.Runs.Values;
using OtherThing.Core.Steps;
using OtherThing.Core.Tasks;
using OtherThing.Core.Workspaces;
using OtherThing.Web.Components.Layout;
using OtherThing.Web.Components.Shared;
using OtherThing.Web.Features.Flows;
using OtherThing.Web.Features.Runs.Input;
using OtherThing.Web.Features.Runs.Picture;
using OtherThing.Web.Features.Workspaces;

namespace OtherThing.Web.Features.Runs;

public sealed partial class RunPage
{
    private RunWatch? _watch;
    private Error? _refusal;
    private StepRun[] _steps = [];
    private FlowDocument? _flow;
    private StepOrder? _order;
    private IReadOnlyDictionary<string, StepState> _states = new Dictionary<string, StepState>();
    private StepNames _names = new(null);
    private MemberNames _people = new();
    private IReadOnlySet<string> _waiting = OtherThing.Core.Jobs.Dispatch.RunWaits.None.Paths;
    private (string Path, int Attempt)? _shown;
    private string? _unbegun;
    private bool _follows;
    private Guid _openRun;
    private TaskItem? _task;
    private bool _askedForTask;
    private ElementReference _list;
    private BrowserModule _browser = null!;
    private (string Path, int Attempt)? _revealed;
    private bool _chosen;
    private readonly OneAct _act = new();

    /// <summary>The height of a step in the list, in pixels.</summary>
    private const int StepHeight = 44;

    [Parameter]
    public string Slug { get; set; } = "";

    [Parameter]
    public Guid RunId { get; set; }

    /// <summary><c>timeline</c> shows when each step ran; otherwise the steps are a list.</summary>
    [SupplyParameterFromQuery(Name = "view")]
    public string? View { get; set; }

    [CascadingParameter]
    public required WorkspaceContext Workspace { get; set; }

    [Inject]
    public required RunService Runs { get; init; }

    [Inject]
    public required RunRepeatService Repeats { get; init; }

    [Inject]
    public required FlowVersionService Versions { get; init; }

    [Inject]
    public required SavedTestService Tests { get; init; }

    [Inject]
    public required MemberService Members { get; init; }

    [Inject]
    public required FailedRunTasks FailedTasks { get; init; }

    [Inject]
    public required IJSRuntime Js { get; init; }

    [Inject]
    public required ILiveFeed Feed { get; init; }

    [Inject]
    public required TimeProvider Clock { get; init; }

    [Inject]
    internal ILogger<RunWatch> WatchLog { get; init; } = null!;

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Inject]
    public required IDialogService Dialogs { get; init; }

    [Inject]
    public required ISnackbar Snackbar { get; init; }

    private StepRun? Shown => _shown is { } shown ? _steps.FirstOrDefault(step => step.Path == shown.Path && step.Attempt == shown.Attempt) : null;

    private bool IsTimeline => View == "timeline";

    /// <summary>When the first of the steps that wait for a time goes on (UTC); null while others are at work.</summary>
    private DateTime? WaitsUntil => _watch?.Run?.Status == RunStatus.Waiting
        ? _steps.Where(step => step.Status == StepRunStatus.Waiting && step.Due is not null).Min(step => step.Due)
        : null;

    private string? SelectedStep => Shown?.StepId ?? _unbegun;

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        if (_watch is not null)
        {
            await _watch.DisposeAsync();
        }
    }

    protected override void OnInitialized() => _browser = new BrowserModule(Js, "./Features/Runs/RunPage.razor.js");

    /// <summary>Brings the selected step into sight in the list, once for each that is selected.</summary>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (IsTimeline)
        {
            _revealed = null; // the list begins anew when it is shown again
        }
        else if (_shown != _revealed && Shown is { } step && _watch?.Run is not null)
        {
            (_revealed, var chosen) = (_shown, _chosen);
            await _browser.AskAsync<object>("reveal", _list, Array.IndexOf(_steps, step), StepHeight, chosen);
        }
    }

    protected override async Task OnParametersSetAsync()
    {
        if (_openRun == RunId)
        {
            return;
        }

        _openRun = RunId;
        (_shown, _unbegun, _follows, _flow, _order) = (null, null, true, null, null);
        (_revealed, _chosen, _task, _askedForTask) = (null, false, null, false);
        _waiting = OtherThing.Core.Jobs.Dispatch.RunWaits.None.Paths;
        if (_watch is not null)
        {
            await _watch.DisposeAsync();
        }

        var watch = new RunWatch(Runs, Feed, Clock, WatchLog, Workspace.Actor, Workspace.Id, RunId);
        _watch = watch;
        _refusal = await watch.StartAsync(() => InvokeAsync(Refresh));
        if (_refusal is null)
        {
            await NameAsync(watch.Run!);
            Look(watch);
            await FindTaskAsync(watch);
        }
    }

    private async Task Refresh()
    {
        if (_watch is { } watch)
        {
            Look(watch);
            StateHasChanged();
            await FindTaskAsync(watch);
        }
    }

    /// <summary>Looks once, when the run has failed, whether there is a task of it already.</summary>
    private async Task FindTaskAsync(RunWatch watch)
    {
        if (watch.Run is { Status: RunStatus.Failed } && !_askedForTask)
        {
            _askedForTask = true;
            if ((await FailedTasks.FindAsync(Workspace.Actor, Workspace.Id, watch.RunId, CancellationToken.None)).TryGet(out var task, out _)
                && watch == _watch
                && task is not null)
            {
                _task = task;
                StateHasChanged();
            }
        }
    }

    /// <summary>Takes what the watch knows; until a person chooses a step, the one at work is selected, and at the end the one that failed.</summary>
    private void Look(RunWatch watch)
    {
        var steps = watch.Steps;
        _steps = _order?.Sort(steps) ?? [.. steps];
        _states = _flow is null ? _states : StepState.Of(steps, watch.TextOf, _flow);
        if (_follows)
        {
            Show(ToFollow(watch.Run!));
        }
    }

    private StepRun? ToFollow(Run run)
    {
        if (run.Status.IsFinal())
        {
            return run.Status != RunStatus.Failed ? null
                : _steps.LastOrDefault(step => step.Path == ErrorOf(run)?.Path)
                    ?? _steps.LastOrDefault(step => step.Status is StepRunStatus.Failed or StepRunStatus.Unknown);
        }

        // A container is at work as long as anything in it is; and what is selected stays so while it works.
        var atWork =
            _steps.Where(step => step.Status is StepRunStatus.Running or StepRunStatus.Waiting && StepCatalog.Find(step.Type)?.IsContainer != true).ToList();
        return atWork.Find(step => (step.Path, step.Attempt) == _shown)
            ?? atWork.Find(step => step.Status == StepRunStatus.Running)
            ?? atWork.FirstOrDefault()
            ?? Shown;
    }

    private async Task NameAsync(Run run)
    {
        _people = await MemberNames.ReadAsync(Members, Workspace.Actor, Workspace.Id, CancellationToken.None);
        var kept = await Versions.GetAsync(Workspace.Actor, Workspace.Id, run.FlowId, run.FlowVersion, CancellationToken.None);
        if (kept.TryGet(out var version, out _) && FlowJson.Parse(version.Definition).TryGet(out var definition, out _))
        {
            (_flow, _order) = (definition, new StepOrder(definition));
            _names = new StepNames(definition);
        }
    }

    private void Show(StepRun? step) => (_shown, _unbegun) = (step is null ? null : (step.Path, step.Attempt), null);

    /// <summary>A person's own choice; from then on the selection is theirs.</summary>
    private void Choose(StepRun? step)
    {
        (_follows, _chosen) = (false, true);
        Show(step);
    }

    /// <summary>The attempt of a step that matters most: one at work, one that failed, else the last.</summary>
    private void ShowStep(string stepId)
    {
        var own = _steps.Where(step => step.StepId == stepId).ToList();
        Choose(own.Find(step => !step.Status.IsFinal())
            ?? own.FindLast(step => step.Status is StepRunStatus.Failed or StepRunStatus.Unknown)
            ?? own.LastOrDefault());
        _unbegun = own.Count == 0 ? stepId : null;
    }

    private string NameOf(string stepId) => _names[stepId];

    private string NameAt(string path) => _steps.LastOrDefault(step => step.Path == path) is { } step ? NameOf(step.StepId) : path;

    private bool IsWaiting(StepRun step) => MachineWaits.NeedsMachine(step) && _waiting.Contains(step.Path);

    private string Origin(Run run) => run.Trigger switch
    {
        RunTrigger.Rerun => "run again",
        RunTrigger.Flow => $"called for {Starter(run)}",
        _ => $"started by {Starter(run)}",
    };

    private string Starter(Run run) => run.StartedBy == Workspace.UserId ? "you" : _people.InWords(run.StartedBy);

    private long Tokens(Run run) => run.Status.IsFinal() ? run.Tokens : _steps.Sum(step => step.Usage?.Tokens ?? 0);

    private static StepError? ErrorOf(Run run) => run.Error is { } error ? JsonSerializer.Deserialize<StepError>(error, Json.Options) : null;

    /// <summary>The output when it is what a model answered in this run; nothing else is taken for Markdown.</summary>
    private string? AnswerIn(Run run) => run.Output?.ReadInline() is { ValueKind: JsonValueKind.String } output && output.GetString() is { Length: > 0 } text
        && _steps.Any(step => AnswerView.TextOf(step) == text)
            ? text
            : null;

    /// <summary>Whether the person may say what became of a step that ended the run because nobody knows.</summary>
    private bool MaySettle(Run run, StepRun step) => step.Status == StepRunStatus.Unknown && run.Status == RunStatus.Failed && ErrorOf(run)?.Path == step.Path
        && Workspace.May(Operations.RunSettle, own: run.StartedBy == Workspace.UserId);

    private string AddressOf(BlobRef value) => RunValueEndpoints.AddressOf(Workspace.Id, RunId, value);

    private Task CancelAsync() => _act.RunAsync(
        Snackbar, async () => (await Runs.CancelAsync(Workspace.Actor, Workspace.Id, RunId, CancellationToken.None)).Error);

    private Task HoldAsync(bool paused) => _act.RunAsync(Snackbar, async () => (paused
        ? await Runs.PauseAsync(Workspace.Actor, Workspace.Id, RunId, CancellationToken.None)
        : await Runs.ResumeAsync(Workspace.Actor, Workspace.Id, RunId, CancellationToken.None)).Error);

    private Task RerunAsync(string? fromStep) =>
        GoAsync(() => Repeats.RerunAsync(Workspace.Actor, Workspace.Id, RunId, fromStep, null, CancellationToken.None));

    private Task RerunWithAsync(string? fromStep) => _act.RunAsync(Snackbar, async () =>
    {
        var read = await Runs.GetAsync(Workspace.Actor, Workspace.Id, RunId, CancellationToken.None); // the page may hold a reference to a large input only
        if (!read.TryGet(out var detail, out var refusal))
        {
            return refusal;
        }

        var started = await RunAgainDialog.RunAsync(
            Dialogs, detail.Run, fromStep, input => Repeats.RerunAsync(Workspace.Actor, Workspace.Id, detail.Run.Id, fromStep, input, CancellationToken.None));
        return started is { } runId ? Follow(runId) : null;
    });

    private Task RerunItemsAsync(string mapStep) =>
        GoAsync(() => Repeats.RerunFailedItemsAsync(Workspace.Actor, Workspace.Id, RunId, mapStep, CancellationToken.None));

    private Task SettleAsync(StepRun step, UnknownStep.Settlement said) => GoAsync(async () =>
    {
        var settled = await Repeats.SettleAsync(Workspace.Actor, Workspace.Id, RunId, step.Path, said.Happened, said.Output, CancellationToken.None);
        if (settled.IsSuccess)
        {
            await said.DropDraftAsync(); // before the page goes on to the new run
        }

        return settled;
    });

    /// <summary>Items of a map in which a step ended badly.</summary>
    private int FailedItems(StepRun step) => step.Type != "logic.map" ? 0 : _steps
        .Where(inside => inside.Status is StepRunStatus.Failed or StepRunStatus.Unknown or StepRunStatus.Cancelled
            && inside.Path.StartsWith(step.Path + "[", StringComparison.Ordinal))
        .Select(inside => inside.Path[..(inside.Path.IndexOf('/', step.Path.Length) + 1)]).Distinct().Count();

    private Task GoAsync(Func<Task<Result<Guid>>> start) => _act.RunAsync(Snackbar, async () => Follow(await start()));

    private Error? Follow(Result<Guid> started)
    {
        if (started.TryGet(out var runId, out var refusal))
        {
            Navigation.NavigateTo(Workspace.PathTo("runs", runId));
        }

        return refusal;
    }

    private Task CreateTaskAsync() => _act.RunAsync(Snackbar, async () =>
    {
        var address = Navigation.ToAbsoluteUri(Workspace.PathTo("runs", RunId));
        if ((await FailedTasks.CreateAsync(Workspace.Actor, Workspace.Id, RunId, address, CancellationToken.None)).TryGet(out var task, out var refusal))
        {
            Navigation.NavigateTo(Workspace.PathTo("tasks", task.Number));
        }

        return refusal;
    });

    private Task SaveAsTestAsync() => _act.RunAsync(Snackbar, async () =>
    {
        if (_watch?.Run is not { } run)
        {
            return null;
        }

        if ((await Tests.SaveRunAsync(Workspace.Actor, Workspace.Id, run.FlowId, RunId, null, CancellationToken.None)).TryGet(out _, out var refusal))
        {
            Navigation.NavigateTo($"{Workspace.PathTo("flows", run.FlowId)}/tests");
        }

        return refusal;
    });
}
