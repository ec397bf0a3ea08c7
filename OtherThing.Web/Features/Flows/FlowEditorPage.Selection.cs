using OtherThing.Core.Flows;

namespace OtherThing.Web.Features.Flows;

/// <summary>What the panel beside the canvas is about.</summary>
public sealed partial class FlowEditorPage
{
    private FlowProblem? _focus;

    private void SelectedAsync(IReadOnlyList<string> ids) => (_selection, _focus) = (ids, null);

    private void OpenedAsync(string id) => (_selection, _focus) = ([id], null);

    private Task ShowStepAsync(string id) => ShowProblemAsync(new FlowProblem(id, "", ""));

    /// <summary>To the step, and in its panel to the field.</summary>
    private async Task ShowProblemAsync(FlowProblem problem)
    {
        if (problem.StepId is not { } id)
        {
            return;
        }

        (_selection, _focus) = ([id], problem.Field.Length > 0 ? problem : null);
        _editor?.Select(_selection);
        if (_canvas is { } canvas)
        {
            await canvas.ShowSelectionAsync(_selection, reveal: true);
        }
    }

    private Task ToggleProblemsAsync() => _showProblems && _selection.Count == 0 ? ShowAsideAsync() : ShowAsideAsync(problems: true);

    private Task ClosePanelAsync() => ShowAsideAsync(_showProblems, _showRuns);

    /// <summary>Nothing selected: the problems, the runs, or no panel.</summary>
    private async Task ShowAsideAsync(bool problems = false, bool runs = false)
    {
        (_selection, _focus, _showProblems, _showRuns) = ([], null, problems, runs);
        if (_canvas is { } canvas)
        {
            await canvas.ShowSelectionAsync([], reveal: false);
        }
    }
}
