using Microsoft.AspNetCore.Components;
using MudBlazor;
using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Core.Tasks;
using OtherThing.Core.Workspaces;
using OtherThing.Web.Components.Layout;
using OtherThing.Web.Components.Shared;
using OtherThing.Web.Components.Shared.Lists;
using OtherThing.Web.Features.Workspaces;

namespace OtherThing.Web.Features.Tasks;

public sealed partial class TasksPage
{
    private const string Me = "me";
    private const string NoOne = "nobody";
    private readonly PageLoad _load = new();
    private readonly BoardModel _board = new();
    private readonly TypedQuery _query = new();
    private IReadOnlyList<TaskCard>? _cards;
    private IReadOnlyList<string> _labels = [];
    private MemberNames _people = new();
    private int? _openNumber;
    private IDialogReference? _dialog;
    private DateOnly _today;

    [Parameter]
    public string Slug { get; set; } = "";

    /// <summary>The card whose dialog is open.</summary>
    [Parameter]
    public int? Number { get; set; }

    [SupplyParameterFromQuery(Name = "q")]
    public string? Query { get; set; }

    /// <summary>Whose cards are shown: <see cref="Me"/>, <see cref="NoOne"/>, a member's id; null for everybody's.</summary>
    [SupplyParameterFromQuery(Name = "assignee")]
    public string? Assignee { get; set; }

    /// <summary>The label that a card must have; null for any.</summary>
    [SupplyParameterFromQuery(Name = "label")]
    public string? Label { get; set; }

    [CascadingParameter]
    public required WorkspaceContext Workspace { get; set; }

    [Inject]
    public required TaskService Tasks { get; init; }

    [Inject]
    public required MemberService Members { get; init; }

    [Inject]
    public required IDialogService Dialogs { get; init; }

    [Inject]
    public required ISnackbar Snackbar { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Inject]
    private PageAddress Address { get; init; } = null!;

    [Inject]
    public required TimeProvider Clock { get; init; }

    public void Dispose()
    {
        // First the page is over, then its dialog: what the dialog ends must not lead back here from where a link in it led.
        _load.Dispose();
        _dialog?.Close();
    }

    protected override async Task OnParametersSetAsync()
    {
        _query.Arrive(Query);
        if (_load.Opens(Workspace.Id))
        {
            _cards = null;
            await ReloadAsync();
        }

        Arrange();

        if (Number != _openNumber)
        {
            _openNumber = Number;
            _dialog?.Close(); // Back from a card closes it
            if (Number is { } number)
            {
                await OpenAsync(number);
            }
        }
    }

    private string PathOf(int number) => Workspace.PathTo("tasks", number) + Search(Query, Assignee, Label);

    private bool Mine => Assignee == Me;

    private bool MayEdit(TaskCard card) =>
        Workspace.May(Operations.TaskEdit, own: card.CreatedBy == Workspace.UserId || card.AssigneeId == Workspace.UserId);

    private async Task ReloadAsync()
    {
        _today = DateOnly.FromDateTime(Clock.GetUtcNow().UtcDateTime);
        await _load.ReadAsync(ReadAsync, read =>
        {
            (_people, _cards) = read;
            _labels = [.. _cards.SelectMany(card => card.Labels).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.CurrentCultureIgnoreCase)];
            Arrange();
        });
    }

    private async Task<Result<(MemberNames, IReadOnlyList<TaskCard>)>> ReadAsync(CancellationToken gone)
    {
        var people = await MemberNames.ReadAsync(Members, Workspace.Actor, Workspace.Id, gone);
        return (await Tasks.ListBoardAsync(Workspace.Actor, Workspace.Id, gone)).TryGet(out var cards, out var refusal) ? (people, cards) : refusal;
    }

    private void Arrange() => _board.Load(_cards ?? [], Matches);

    private bool Matches(TaskCard card) =>
        Assignee switch
        {
            null or "" => true,
            Me => card.AssigneeId == Workspace.UserId,
            NoOne => card.AssigneeId is null,
            var id => card.AssigneeId?.ToString() == id,
        }
        && (string.IsNullOrEmpty(Label) || card.Labels.Contains(Label, StringComparer.OrdinalIgnoreCase))
        && (string.IsNullOrWhiteSpace(Query)
            || card.Title.Contains(Query, StringComparison.CurrentCultureIgnoreCase)
            || $"T-{card.Number}".Equals(Query.Trim(), StringComparison.OrdinalIgnoreCase)
            || card.Labels.Any(label => label.Contains(Query, StringComparison.CurrentCultureIgnoreCase)));

    private void Filter(string? text)
    {
        if (_query.Type(text))
        {
            Address.Set("q", _query.Text, replace: true);
        }
    }

    private void Choose(string filter, string? value) => Address.Set(filter, value, replace: true);

    private void ShowAll()
    {
        _query.Type("");
        Address.Set(replace: true, ("q", null), ("assignee", null), ("label", null));
    }

    private static string Search(params ReadOnlySpan<string?> values)
    {
        ReadOnlySpan<string> names = ["q", "assignee", "label"];
        var text = "";
        for (var at = 0; at < names.Length; at++)
        {
            if (!string.IsNullOrEmpty(values[at]))
            {
                text += $"{(text.Length == 0 ? '?' : '&')}{names[at]}={Uri.EscapeDataString(values[at]!)}";
            }
        }

        return text;
    }

    private async Task MoveAsync((Guid Id, TaskPlace Place) move)
    {
        var change = new TaskChange { Status = move.Place.Status, BeforeId = move.Place.BeforeId, AfterId = move.Place.AfterId };
        var moved = await Tasks.UpdateAsync(Workspace.Actor, Workspace.Id, move.Id, change, _load.Gone);
        if (!moved.IsSuccess)
        {
            // The card goes back to where the server has it, and the reason is said.
            Snackbar.Add(moved.Error.Message, Severity.Error);
            await ReloadAsync();
        }
    }

    private Task CreateAsync(TaskState status) => ShowDialogAsync(null, status);

    private async Task OpenAsync(int number)
    {
        var found = await Tasks.GetByNumberAsync(Workspace.Actor, Workspace.Id, number, _load.Gone);
        if (found.TryGet(out var task, out var error))
        {
            await ShowDialogAsync(task, task.Status);
        }
        else
        {
            Snackbar.Add($"T-{number}: {error.Message}", Severity.Warning);
        }

        if (Number == number && !_load.Gone.IsCancellationRequested)
        {
            Navigation.NavigateTo(Workspace.PathTo("tasks") + Search(Query, Assignee, Label), replace: true);
        }
    }

    private async Task ShowDialogAsync(TaskItem? task, TaskState status)
    {
        var parameters = new DialogParameters<TaskDialog>
        {
            { dialog => dialog.Workspace, Workspace },
            { dialog => dialog.People, _people },
            { dialog => dialog.Original, task },
            { dialog => dialog.Status, status },
        };
        var title = task is null ? "New task" : $"T-{task.Number}";
        // Opening a card is itself a navigation, so the dialog must outlive that.
        var options =
            new DialogOptions { MaxWidth = MaxWidth.Medium, FullWidth = true, CloseButton = true, CloseOnEscapeKey = true, CloseOnNavigation = false };
        _dialog = await Dialogs.ShowAsync<TaskDialog>(title, parameters, options);
        var result = await _dialog.Result;
        _dialog = null;
        if (result is { Canceled: false, Data: TaskItem { DeletedAt: not null } deleted })
        {
            OfferUndo(deleted);
        }
    }

    private void OfferUndo(TaskItem deleted) => Snackbar.Add($"T-{deleted.Number} deleted.", Severity.Normal, options =>
    {
        options.VisibleStateDuration = 10_000;
        options.Action = "Bring it back";
        options.OnClick = async _ =>
        {
            var restored = await Tasks.RestoreAsync(Workspace.Actor, Workspace.Id, deleted.Id, CancellationToken.None);
            if (!restored.IsSuccess)
            {
                Snackbar.Add(restored.Error.Message, Severity.Error);
            }
        };
    });
}
