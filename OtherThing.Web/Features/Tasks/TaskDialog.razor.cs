using Microsoft.AspNetCore.Components;
using MudBlazor;
using OtherThing.Core.Access;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Core.Tasks;
using OtherThing.Web.Components.Layout;
using OtherThing.Web.Features.Workspaces;

namespace OtherThing.Web.Features.Tasks;

/// <summary>Makes or changes a card. Only the fields the person touched are sent, so two people in one card keep both their edits.</summary>
public sealed partial class TaskDialog
{
    private string _title = "";
    private string _description = "";
    private TaskState _status;
    private TaskPriority _priority;
    private Guid? _assignee;
    private Guid? _flowId;
    private DateOnly? _due;
    private string _labels = "";
    private IReadOnlyList<FlowSummary> _flows = [];
    private Error? _error;
    private bool _busy;

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

    private bool MayEdit => Original is null
        || Workspace.May(Operations.TaskEdit, own: Original.CreatedBy == Workspace.UserId || Original.AssigneeId == Workspace.UserId);

    private bool MayAssign => Original is null || Workspace.May(Operations.TaskAssign);

    protected override async Task OnInitializedAsync()
    {
        _status = Status;
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
    }

    private string[] Labels => _labels.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private async Task SaveAsync()
    {
        _busy = true;
        var saved = Original is null
            ? await Tasks.CreateAsync(Workspace.Actor, Workspace.Id, Draft(), CancellationToken.None)
            : await Tasks.UpdateAsync(Workspace.Actor, Workspace.Id, Original.Id, Change(Original), CancellationToken.None);
        _busy = false;
        if (saved.TryGet(out var task, out _error))
        {
            Dialog.Close(task);
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

    private TaskDraft Draft() => new(_title, _description, _status, _assignee, _priority, Labels, _due, _flowId);

    private TaskChange Change(TaskItem was) => new()
    {
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
