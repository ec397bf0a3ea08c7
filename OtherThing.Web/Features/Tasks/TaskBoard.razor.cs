using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using OtherThing.Core.Tasks;
using OtherThing.Web.Components.Shared;

namespace OtherThing.Web.Features.Tasks;

public sealed partial class TaskBoard : IAsyncDisposable
{
    private const int Step = 100;

    private readonly Dictionary<TaskState, int> _shown = BoardModel.Columns.ToDictionary(status => status, _ => Step);
    private ElementReference _root;
    private BrowserModule _browser = null!;
    private Guid? _menuId;
    private bool _focusMenu;
    private TaskState _phoneColumn = TaskState.Todo;
    private Guid? _focusAfterRender;
    private string _said = "";

    [Inject]
    public required IJSRuntime Js { get; init; }

    [Parameter, EditorRequired]
    public required BoardModel Model { get; set; }

    [Parameter, EditorRequired]
    public required Func<TaskCard, string> HrefOf { get; set; }

    [Parameter, EditorRequired]
    public required Func<Guid, string> NameOf { get; set; }

    /// <summary>Whether to offer moving a card; the service decides.</summary>
    [Parameter, EditorRequired]
    public required Func<TaskCard, bool> MayMove { get; set; }

    [Parameter]
    public bool MayCreate { get; set; }

    /// <summary>The person's day, for what is overdue.</summary>
    [Parameter]
    public DateOnly Today { get; set; }

    [Parameter]
    public EventCallback<(Guid Id, TaskPlace Place)> OnMove { get; set; }

    [Parameter]
    public EventCallback<TaskState> OnCreate { get; set; }

    /// <summary>Called by the browser when a card is dropped: the index counts the column's other shown cards.</summary>
    [JSInvokable]
    public Task DropAsync(string id, int column, int index) =>
        Guid.TryParse(id, out var taskId) && column >= 0 && column < BoardModel.Columns.Count
            ? MoveAsync(taskId, BoardModel.Columns[column], index)
            : Task.CompletedTask;

    /// <summary>Called by the browser for the keys that move a card.</summary>
    [JSInvokable]
    public async Task KeyAsync(string id, string key)
    {
        if (!Guid.TryParse(id, out var taskId) || Model.Find(taskId) is not { } card)
        {
            return;
        }

        if (!MayMove(card))
        {
            Say("You may move your own tasks and those assigned to you.");
            return;
        }

        switch (key)
        {
            case "pick":
                Say(Model.PickUp(taskId));
                break;
            case "up" or "down":
                Say(Model.Carry(key == "up" ? -1 : 1, 0));
                break;
            case "left" or "right":
                Say(Model.Carry(0, key == "left" ? -1 : 1));
                break;
            case "cancel":
                Say(Model.Cancel());
                break;
            case "drop":
                await DropCarriedAsync();
                break;
            case "1" or "2" or "3":
                await MoveAsync(taskId, BoardModel.Columns[key[0] - '1'], int.MaxValue);
                break;
        }

        _focusAfterRender = taskId;
        _phoneColumn = Model.Find(taskId)?.Status ?? _phoneColumn;
        StateHasChanged();
    }

    /// <summary>Called by the browser on Escape, Tab or a press elsewhere.</summary>
    [JSInvokable]
    public void CloseMenu()
    {
        _menuId = null;
        StateHasChanged();
    }

    public ValueTask DisposeAsync() => _browser.DisposeAsync();

    protected override void OnInitialized() => _browser = new BrowserModule(Js, "./Features/Tasks/TaskBoard.razor.js");

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            await _browser.AttachAsync("attach", _root, this);
        }

        if (_focusMenu && _browser.IsAttached)
        {
            _focusMenu = false;
            await _browser.CallAsync("focusMenu");
        }

        if (_focusAfterRender is { } id && _browser.IsAttached)
        {
            _focusAfterRender = null;
            await _browser.CallAsync("focusCard", id.ToString());
        }
    }

    private async Task DropCarriedAsync()
    {
        if (Model.Drop() is { } dropped)
        {
            Say(dropped.Said);
            if (dropped.Place is { } place)
            {
                await OnMove.InvokeAsync((dropped.Id, place));
            }
        }
    }

    private async Task MoveAsync(Guid id, TaskState status, int index)
    {
        if (Model.Find(id) is { } card && MayMove(card) && Model.Move(id, status, index) is { } place)
        {
            Say($"T-{card.Number} moved to {TaskWords.Title(status)}.");
            StateHasChanged();
            await OnMove.InvokeAsync((id, place));
        }
    }

    private int IndexOf(TaskCard card) => Model[card.Status].ToList().FindIndex(other => other.Id == card.Id);

    private void OpenMenu(Guid id) => (_menuId, _focusMenu) = _menuId == id ? ((Guid?)null, false) : (id, true);

    private Task ChooseAsync(Guid id, TaskState status, int index)
    {
        (_menuId, _focusAfterRender) = (null, id);
        return MoveAsync(id, status, Math.Max(0, index));
    }

    private void Say(string? text) => _said = text ?? _said;
}
