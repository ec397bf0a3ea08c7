using System.Text.Json;
using MudBlazor;
using OtherThing.Core.Access;
using OtherThing.Core.Flows.Preview;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Steps.Configs;
using OtherThing.Web.Components.Shared;
using OtherThing.Web.Features.Runs;
using OtherThing.Web.Features.Runs.Input;
using OtherThing.Web.Features.Runs.Picture;

namespace OtherThing.Web.Features.Flows.Editing;

/// <summary>The run on show: begun here or picked from the list, its states on the canvas, its values in the fields.</summary>
public sealed partial class FlowEditorPage
{
    private FlowValues? _values;
    private RunWatch? _watch;
    private IReadOnlyList<StepRun> _stepRuns = [];
    private IReadOnlyDictionary<string, string> _statuses = new Dictionary<string, string>();
    private bool _showRuns;

    private IReadOnlyList<InputField> _asked = [];
    private JsonElement? _input;
    private bool _askInput;
    private RunInputForm? _inputForm;

    /// <summary>True while the form of the run's input is on view; the Run button submits it then.</summary>
    private bool Asking => _showRuns && _asked.Count > 0 && _selection.Count == 0 && Workspace.May(Operations.RunStart);

    private async Task RunAsync()
    {
        if (Asking)
        {
            return; // the button submits the form
        }

        if (_asked.Count == 0)
        {
            await StartAsync(Json.EmptyObject);
        }
        else if (await MayRunAsync())
        {
            _askInput = true;
            await ShowAsideAsync(runs: true);
        }
    }

    private Task StartAsync(JsonElement input)
    {
        _input = input;
        return StartAsync(input, null);
    }

    private async Task StartAsync(JsonElement input, string? triggerStepId)
    {
        // Set before the first await: of many clicks the first counts.
        if (_busy || _editor is not { } editor)
        {
            return;
        }

        _busy = true;
        try
        {
            if (!await MayRunAsync())
            {
                return;
            }

            if (await editor.SaveAsync(_load.Gone) is { } notSaved)
            {
                Snackbar.Add(notSaved.Message, Severity.Warning);
                return;
            }

            var started = await RunStarts.StartAsync(Workspace.Actor, Workspace.Id, FlowId, input, null, _load.Gone, triggerStepId);
            if (started.TryGet(out var runId, out var refusal))
            {
                await (_inputForm?.DropDraftAsync() ?? Task.CompletedTask);
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

    private async Task<bool> MayRunAsync()
    {
        Look(); // what was mended a moment ago is no problem any more
        if (_problems.Count == 0)
        {
            return true;
        }

        await ShowAsideAsync(problems: true);
        Snackbar.Add($"This flow cannot run yet. {Say(_problems[0])}", Severity.Warning);
        return false;
    }

    private Task ReplayAsync(Guid runId)
    {
        _input = null; // the form begins with what that run had
        return WatchAsync(runId);
    }

    /// <summary>What the fields complete and preview with before a run is on show: the flow's last one.</summary>
    private async Task ReadLastRunAsync()
    {
        if (_values is not null)
        {
            return; // a run is on show
        }

        var last = await Runs.ListAsync(Workspace.Actor, Workspace.Id, new RunFilter(FlowId), new PageRequest(1), _load.Gone);
        if (last is { IsSuccess: true, Value.Items: [var run, ..] }
            && (await Runs.GetAsync(Workspace.Actor, Workspace.Id, run.Id, _load.Gone)).TryGet(out var detail, out _))
        {
            _values = FlowValues.Of(detail.Run, detail.Steps);
        }
    }

    private async Task WatchAsync(Guid runId)
    {
        if (_watch is { } earlier)
        {
            _watch = null;
            await earlier.DisposeAsync();
        }

        var watch = new RunWatch(Runs, Feed, Clock, WatchLog, Workspace.Actor, Workspace.Id, runId);
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
        // While it goes on the fields keep what they had: paths are sent once, not four times a second.
        if (watch.Run is { } run && (run.Status.IsFinal() || _values is null))
        {
            _values = FlowValues.Of(run, _stepRuns);
        }

        var states = StepState.Of(_stepRuns, watch.TextOf, _editor?.Snapshot.Definition);
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

    private string Took(Run run) => Duration.Say((run.FinishedAt ?? Clock.GetUtcNow().UtcDateTime) - (run.StartedAt ?? run.CreatedAt));

    private bool MayCancel(Run run) => !run.Status.IsFinal() && Workspace.May(Operations.RunCancel, own: run.StartedBy == Workspace.UserId);

    private async Task CancelRunAsync()
    {
        if (_watch is { } watch
            && (await Runs.CancelAsync(Workspace.Actor, Workspace.Id, watch.RunId, _load.Gone)).Error is { } refusal)
        {
            Snackbar.Add(refusal.Message, Severity.Warning);
        }
    }

    private Task ToggleRunsAsync() => _showRuns && _selection.Count == 0 ? ShowAsideAsync() : ShowAsideAsync(runs: true);

    private StepRun? StepRunOf(string stepId) => _stepRuns.LastOrDefault(step => step.StepId == stepId);
}
