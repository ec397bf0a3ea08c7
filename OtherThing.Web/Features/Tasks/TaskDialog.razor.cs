using System.Globalization;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using OtherThing.Core.Access;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Tasks;
using OtherThing.Web.Components.Layout;
using OtherThing.Web.Components.Shared;
using OtherThing.Web.Features.Runs.Input;
using OtherThing.Web.Features.Workspaces;

namespace OtherThing.Web.Features.Tasks;

/// <summary>
/// Makes or changes a card. Only the fields the person touched are sent, so two people in one card keep both their edits; where both changed one
/// field, the one who saves second chooses.
/// </summary>
public sealed partial class TaskDialog
{
    private const int Tries = 5;
    private string _title = "";
    private string _description = "";
    private TaskState _status;
    private TaskPriority _priority;
    private Guid? _assignee;
    private Guid? _flowId;
    private DateOnly? _due;
    private string _labels = "";
    private IReadOnlyList<FlowSummary> _flows = [];
    private FlowDocument? _picture;
    private Error? _error;
    private bool _busy;
    private bool _writes;
    private Guid? _startedRun;
    private bool _loaded;
    private Draft? _draft;

    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = default!;

    [Parameter, EditorRequired]
    public required WorkspaceContext Workspace { get; set; }

    [Parameter, EditorRequired]
    public required MemberNames People { get; set; }

    /// <summary>The card as it was opened; null for a new one.</summary>
    [Parameter]
    public TaskItem? Original { get; set; }

    [Parameter]
    public TaskState Status { get; set; }

    [Inject]
    public required TaskService Tasks { get; init; }

    [Inject]
    public required FlowService Flows { get; init; }

    [Inject]
    public required RunStartService Runs { get; init; }

    [Inject]
    public required IDialogService Dialogs { get; init; }

    private bool MayEdit => Original is null
        || Workspace.May(Operations.TaskEdit, own: Original.CreatedBy == Workspace.UserId || Original.AssigneeId == Workspace.UserId);

    private bool MayAssign => Original is null || Workspace.May(Operations.TaskAssign);

    protected override async Task OnInitializedAsync()
    {
        _status = Status;
        _writes = Original is not { Description.Length: > 0 } && MayEdit;
        if (Original is { } task)
        {
            (_title, _description, _priority, _assignee) = (task.Title, task.Description, task.Priority, task.AssigneeId);
            (_flowId, _due, _labels) = (task.FlowId, task.DueDate, string.Join(", ", task.Labels));
        }

        var flows = await Flows.ListAsync(Workspace.Actor, Workspace.Id, new PageRequest(PageRequest.MaxLimit), CancellationToken.None);
        if (flows.TryGet(out var page, out _))
        {
            _flows = page.Items;
        }

        await DrawAsync();
        _loaded = true; // how the form begins is known from here on
    }

    private async Task DrawAsync() =>
        _picture = _flowId is { } id && (await Flows.GetAsync(Workspace.Actor, Workspace.Id, id, CancellationToken.None)).TryGet(out var flow, out _)
            ? flow.ReadDefinition()
            : null;

    private string[] Labels => _labels.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private async Task SaveAsync()
    {
        if (_busy || _draft is { IsUndecided: true })
        {
            return;
        }

        _busy = true;
        try
        {
            var saved = Original is null
                ? await Tasks.CreateAsync(Workspace.Actor, Workspace.Id, ToDraft(), CancellationToken.None)
                : await Tasks.UpdateAsync(Workspace.Actor, Workspace.Id, Original.Id, Change(Original), CancellationToken.None);
            for (var tries = 0; saved.Error == TaskErrors.Changed && tries < Tries; tries++)
            {
                if (!await TakeOverAsync())
                {
                    _error = null; // the form asks which text it is to be
                    return;
                }

                saved = await Tasks.UpdateAsync(Workspace.Actor, Workspace.Id, Original!.Id, Change(Original), CancellationToken.None);
            }

            if (saved.TryGet(out var task, out _error))
            {
                await (_draft?.DropAsync() ?? Task.CompletedTask);
                Dialog.Close(task);
            }
        }
        finally
        {
            _busy = false;
        }
    }

    private Task LookAgainAsync() => _busy ? Task.CompletedTask : TakeOverAsync();

    /// <summary>What others saved meanwhile comes into the form where the person changed nothing.</summary>
    /// <returns>False when both changed a field and the person is to choose.</returns>
    private async Task<bool> TakeOverAsync()
    {
        if (Original is not { } was || _draft is not { IsReady: true } draft
            || !(await Tasks.GetAsync(Workspace.Actor, Workspace.Id, was.Id, CancellationToken.None)).TryGet(out var now, out _)
            || now.Version == was.Version)
        {
            return true;
        }

        Original = now;
        return await draft.RebaseAsync(new Dictionary<string, object>
        {
            ["task-title"] = now.Title,
            ["task-status"] = now.Status.ToString(),
            ["task-assignee"] = now.AssigneeId?.ToString() ?? "",
            ["task-priority"] = now.Priority.ToString(),
            ["task-due"] = now.DueDate?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "",
            ["task-labels"] = string.Join(", ", now.Labels),
            ["task-flow"] = now.FlowId?.ToString() ?? "",
            ["task-description"] = now.Description,
        });
    }

    /// <summary>A box is ticked at once, as the one change of the card; what else was typed here stays typed.</summary>
    private async Task TickAsync(string description)
    {
        if (Original is not { } task)
        {
            _description = description;
            return;
        }

        var tick = new TaskChange { Description = new Optional<string?>(description), Version = task.Version };
        if ((await Tasks.UpdateAsync(Workspace.Actor, Workspace.Id, task.Id, tick, CancellationToken.None)).TryGet(out var changed, out _error))
        {
            (Original, _description) = (changed, description);
        }
        else if (_error == TaskErrors.Changed)
        {
            await TakeOverAsync(); // the text is another by now: the box is ticked there, or not there any more
        }
    }

    private async Task RunFlowAsync()
    {
        _busy = true;
        _startedRun = null;
        try
        {
            var read = await Flows.GetAsync(Workspace.Actor, Workspace.Id, _flowId!.Value, CancellationToken.None);
            if (read.TryGet(out var flow, out _error)
                && await RunInputDialog.RunAsync(
                    Dialogs, flow, input => Runs.StartAsync(Workspace.Actor, Workspace.Id, flow.Id, input, null, CancellationToken.None)) is { } started)
            {
                _startedRun = started.TryGet(out var runId, out _error) ? runId : null;
            }
        }
        finally
        {
            _busy = false;
        }
    }

    private async Task DeleteAsync()
    {
        _busy = true;
        var deleted = await Tasks.DeleteAsync(Workspace.Actor, Workspace.Id, Original!.Id, CancellationToken.None);
        _busy = false;
        if (deleted.TryGet(out var task, out _error))
        {
            Dialog.Close(task);
        }
    }

    private TaskDraft ToDraft() => new(_title, _description, _status, _assignee, _priority, Labels, _due, _flowId);

    private TaskChange Change(TaskItem was) => new()
    {
        Version = was.Version,
        Title = _title == was.Title ? default : new Optional<string?>(_title),
        Description = _description == was.Description ? default : new Optional<string?>(_description),
        Status = _status == was.Status ? default : new Optional<TaskState>(_status),
        AssigneeId = _assignee == was.AssigneeId ? default : new Optional<Guid?>(_assignee),
        Priority = _priority == was.Priority ? default : new Optional<TaskPriority>(_priority),
        Labels = Labels.SequenceEqual(was.Labels) ? default : new Optional<IReadOnlyList<string>?>(Labels),
        DueDate = _due == was.DueDate ? default : new Optional<DateOnly?>(_due),
        FlowId = _flowId == was.FlowId ? default : new Optional<Guid?>(_flowId),
    };
}
