using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Validation;
using OtherThing.Core.Runs;
using OtherThing.Core.Steps;

namespace OtherThing.Web.Features.Flows.Editing;

/// <summary>What the panel beside the canvas is about.</summary>
public sealed partial class FlowEditorPage
{
    private FlowProblem? _focus;
    private FlowDocument? _typedIn;
    private long? _seen;

    private void SelectedAsync(IReadOnlyList<string> ids)
    {
        if (!ids.SequenceEqual(_selection))
        {
            Typing(null);
        }

        (_selection, _focus) = (ids, null);
    }

    private void OpenedAsync(string id) => SelectedAsync([id]);

    /// <summary>While somebody types, the panel's fields stay as they were when they began, so that other people's edits do not take the text away.</summary>
    private void Typing(long? seen) => (_typedIn, _seen) = (seen is null ? null : _editor?.Snapshot.Definition, seen);

    private FlowStep Held(FlowStep step) => _typedIn?.Steps.FirstOrDefault(held => held.Id == step.Id) ?? step;

    private FlowNote Held(FlowNote note) => _typedIn?.Notes.FirstOrDefault(held => held.Id == note.Id) ?? note;

    private Task ShowStepAsync(string id) => ShowProblemAsync(new FlowProblem(id, "", ""));

    /// <summary>To the field where what failed is mended; to the step's own first field when the error speaks of none.</summary>
    private Task ShowFailedAsync(StepRun failed) => ShowProblemAsync(new FlowProblem(
        failed.StepId,
        failed.Error?.Field ?? (failed.Error is { } error ? StepErrorCodes.FieldOf(failed.Type, error.Code) : null) ?? "config",
        failed.Error?.Message ?? ""));

    /// <summary>To the step, and in its panel to the field.</summary>
    private async Task ShowProblemAsync(FlowProblem problem)
    {
        if (problem.StepId is not { } id)
        {
            return;
        }

        SelectedAsync([id]);
        (_selection, _focus) = ([id], problem.Field.Length > 0 ? problem : null);
        _editor?.Select(_selection);
        if (_canvas is { } canvas)
        {
            await canvas.ShowSelectionAsync(_selection, reveal: true);
        }
    }

    private Task ToggleProblemsAsync() => _showProblems && _selection.Count == 0 ? ShowAsideAsync() : ShowAsideAsync(problems: true);

    private Task ClosePanelAsync()
    {
        _askInput = false;
        return ShowAsideAsync(_showProblems, _showRuns, _showLive);
    }

    /// <summary>Nothing selected: the problems, the runs, what is live, or no panel.</summary>
    private async Task ShowAsideAsync(bool problems = false, bool runs = false, bool live = false)
    {
        Typing(null);
        (_selection, _focus, _askInput) = ([], null, _askInput && runs);
        (_showProblems, _showRuns, _showLive) = (problems, runs, live);
        if (_canvas is { } canvas)
        {
            await canvas.ShowSelectionAsync([], reveal: false);
        }
    }
}
