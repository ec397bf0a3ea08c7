using Microsoft.AspNetCore.Components;
using MudBlazor;
using OtherThing.Core.Access;
using OtherThing.Core.Nodes;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Workspaces;
using OtherThing.Web.Components.Layout;
using OtherThing.Web.Components.Shared;

namespace OtherThing.Web.Features.Workspaces;

public sealed partial class SettingsPage
{
    private WorkspaceView? _view;
    private string _name = "";
    private string _description = "";
    private bool _isPrivate;
    private int _days;
    private int _runs;
    private int? _limit;
    private string? _sandbox;
    private bool _busy;
    private Draft? _draft;
    private Error? _error;

    [Parameter]
    public string Slug { get; set; } = "";

    [CascadingParameter]
    public required WorkspaceContext Workspace { get; set; }

    [Inject]
    public required WorkspaceService Workspaces { get; init; }

    [Inject]
    public required IDialogService Dialogs { get; init; }

    [Inject]
    public required ISnackbar Snackbar { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    private bool MayEdit => Workspace.May(Operations.WorkspaceEdit);

    protected override async Task OnInitializedAsync() =>
        Show(await Workspaces.FindAsync(Workspace.Actor, Workspace.Id, CancellationToken.None));

    private void Show(Result<WorkspaceView> found)
    {
        if (found.TryGet(out var view, out _error))
        {
            _view = view;
            (_name, _description, _isPrivate) = (view.Workspace.Name, view.Workspace.Description, view.Workspace.IsPrivate);
            (_days, _runs, _limit) = (view.Workspace.RetentionDays, view.Workspace.RetentionRuns, view.Workspace.MaxConcurrentRuns);
            _sandbox = view.Workspace.LeastSandbox ?? SandboxClasses.Process;
        }
    }

    private async Task SaveAsync()
    {
        _busy = true;
        var sandbox = _sandbox == SandboxClasses.Process ? null : _sandbox;
        var change = new WorkspaceChange(_name, _description, _isPrivate, new RunRetentionChange(_days, _runs), _limit, sandbox);
        var saved = await ConfirmedAct.RunAsync(Dialogs, () => Workspaces.UpdateAsync(Workspace.Actor, Workspace.Id, change, CancellationToken.None));
        _busy = false;
        Show(saved);
        if (saved.IsSuccess)
        {
            await (_draft?.DropAsync() ?? Task.CompletedTask);
            Snackbar.Add("Settings saved.", Severity.Success);
        }
    }

    private async Task DeleteAsync()
    {
        var yes = await ConfirmDialog.AskAsync(
            Dialogs, $"Delete {Workspace.Name}", "Everybody loses it at once. An owner can bring it back for seven days.", "Delete workspace", Workspace.Slug);
        if (yes && (await ConfirmedAct.RunAsync(Dialogs, () => Workspaces.DeleteAsync(Workspace.Actor, Workspace.Id, CancellationToken.None))).TryGet(out _, out _error))
        {
            Navigation.NavigateTo("/");
        }
    }
}
