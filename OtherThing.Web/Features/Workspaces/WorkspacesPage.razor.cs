using Microsoft.AspNetCore.Components;
using MudBlazor;
using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Core.Workspaces;
using OtherThing.Web.Hosting.Requests;

namespace OtherThing.Web.Features.Workspaces;

public sealed partial class WorkspacesPage
{
    private readonly CancellationTokenSource _disposal = new();
    private Actor? _actor;
    private List<WorkspaceView>? _list;
    private string? _next;
    private string? _shown;
    private Error? _error;

    /// <summary><c>public</c> shows the directory, <c>deleted</c> what can be brought back.</summary>
    [SupplyParameterFromQuery(Name = "show")]
    public string? Show { get; set; }

    [Inject]
    public required WorkspaceService Workspaces { get; init; }

    [Inject]
    public required MemberService Members { get; init; }

    [Inject]
    public required CurrentActor Current { get; init; }

    [Inject]
    public required IDialogService Dialogs { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    private bool IsPublic => Show == "public";

    private bool IsDeleted => Show == "deleted";

    public void Dispose()
    {
        _disposal.Cancel();
        _disposal.Dispose();
    }

    protected override async Task OnParametersSetAsync()
    {
        if (_shown == (Show ?? ""))
        {
            return;
        }

        (_shown, _list) = (Show ?? "", null);
        await ReloadAsync();
    }

    private async Task ReloadAsync()
    {
        _actor ??= await Current.GetAsync();
        _list = null;
        if (!IsDeleted)
        {
            await ReadAsync(new PageRequest());
        }
    }

    private async Task MoreAsync()
    {
        if (PageRequest.Parse(null, _next).TryGet(out var request, out _))
        {
            await ReadAsync(request);
        }
    }

    private async Task ReadAsync(PageRequest request)
    {
        try
        {
            var found = IsPublic
                ? await Workspaces.ListPublicAsync(_actor!, request, _disposal.Token)
                : await Workspaces.ListMineAsync(_actor!, request, _disposal.Token);
            if (found.TryGet(out var page, out _error))
            {
                _list = [.. _list ?? [], .. page.Items];
                _next = page.Next;
            }
        }
        catch (OperationCanceledException) when (_disposal.IsCancellationRequested)
        {
            // The page is gone.
        }
    }

    private async Task CreateAsync()
    {
        var dialog = await Dialogs.ShowAsync<CreateWorkspaceDialog>("New workspace");
        if (await dialog.Result is { Canceled: false, Data: WorkspaceView made })
        {
            Navigation.NavigateTo($"/w/{made.Workspace.Slug}/start");
        }
    }

    private async Task JoinAsync()
    {
        var dialog = await Dialogs.ShowAsync<JoinWorkspaceDialog>("Join with a code");
        if (await dialog.Result is { Canceled: false, Data: string code })
        {
            Navigation.NavigateTo($"/join/{Uri.EscapeDataString(code)}");
        }
    }

    private async Task JoinPublicAsync(WorkspaceView view)
    {
        if ((await Members.JoinPublicAsync(_actor!, view.Workspace.Id, _disposal.Token)).TryGet(out _, out _error))
        {
            Navigation.NavigateTo($"/w/{view.Workspace.Slug}/tasks");
        }
    }
}
