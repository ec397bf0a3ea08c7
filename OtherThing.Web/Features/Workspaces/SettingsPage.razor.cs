using System.Globalization;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using OtherThing.Core.Access;
using OtherThing.Core.Nodes;
using OtherThing.Core.Results;
using OtherThing.Core.Runs.Journal;
using OtherThing.Core.Workspaces;
using OtherThing.Web.Components.Layout;
using OtherThing.Web.Components.Shared;

namespace OtherThing.Web.Features.Workspaces;

public sealed partial class SettingsPage
{
    private const int Tries = 5;
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
        if (_busy || _view is null || _draft is { IsUndecided: true })
        {
            return;
        }

        _busy = true;
        try
        {
            var saved = await SaveOnceAsync();
            for (var tries = 0; saved.Error == WorkspaceErrors.Changed && tries < Tries; tries++)
            {
                if (!await TakeOverAsync())
                {
                    _error = null; // the form asks which text it is to be
                    return;
                }

                saved = await SaveOnceAsync();
            }

            Show(saved);
            if (saved.IsSuccess)
            {
                await (_draft?.DropAsync() ?? Task.CompletedTask);
                Snackbar.Add("Settings saved.", Severity.Success);
            }
        }
        finally
        {
            _busy = false;
        }
    }

    private Task<Result<WorkspaceView>> SaveOnceAsync() => ConfirmedAct.RunAsync(
        Dialogs, () => Workspaces.UpdateAsync(Workspace.Actor, Workspace.Id, Change(), CancellationToken.None));

    private WorkspaceChange Change()
    {
        var sandbox = _sandbox == SandboxClasses.Process ? null : _sandbox;
        return new WorkspaceChange(
            _name, _description, _isPrivate, new RunRetentionChange(_days, _runs), _limit, sandbox, _view!.Workspace.Version);
    }

    private Task LookAgainAsync() => _busy ? Task.CompletedTask : TakeOverAsync();

    /// <summary>What others saved meanwhile comes into the form where the person changed nothing.</summary>
    /// <returns>False when both changed a field and the person is to choose.</returns>
    private async Task<bool> TakeOverAsync()
    {
        if (_draft is not { IsReady: true } draft
            || !(await Workspaces.FindAsync(Workspace.Actor, Workspace.Id, CancellationToken.None)).TryGet(out var view, out _)
            || view.Workspace.Version == _view?.Workspace.Version)
        {
            return true;
        }

        _view = view;
        var now = view.Workspace;
        return await draft.RebaseAsync(new Dictionary<string, object>
        {
            ["settings-name"] = now.Name,
            ["settings-description"] = now.Description,
            ["privacy=0"] = now.IsPrivate,
            ["privacy=1"] = !now.IsPrivate,
            ["settings-days"] = now.RetentionDays.ToString(CultureInfo.InvariantCulture),
            ["settings-runs"] = now.RetentionRuns.ToString(CultureInfo.InvariantCulture),
            ["settings-limit"] = now.MaxConcurrentRuns?.ToString(CultureInfo.InvariantCulture) ?? "",
            ["settings-sandbox"] = now.LeastSandbox ?? SandboxClasses.Process,
        });
    }

    private async Task DeleteAsync()
    {
        var yes = await ConfirmDialog.AskAsync(
            Dialogs, $"Delete {Workspace.Name}", "Everybody loses it at once. An owner can bring it back for seven days.", "Delete workspace", Workspace.Slug);
        if (yes && (await ConfirmedAct.RunAsync(Dialogs, () => Workspaces.DeleteAsync(Workspace.Actor, Workspace.Id, CancellationToken.None)))
            .TryGet(out _, out _error))
        {
            Navigation.NavigateTo("/");
        }
    }
}
