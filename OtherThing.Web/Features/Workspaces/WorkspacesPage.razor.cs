using Microsoft.AspNetCore.Components;
using MudBlazor;
using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Core.Workspaces;
using OtherThing.Web.Components.Shared;
using OtherThing.Web.Hosting.Requests;

namespace OtherThing.Web.Features.Workspaces;

public sealed partial class WorkspacesPage
{
    private readonly PageLoad _load = new();
    private Actor? _actor;
    private List<WorkspaceView>? _list;
    private string? _next;
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

    public void Dispose() => _load.Dispose();

    protected override async Task OnParametersSetAsync()
    {
        if (_load.Opens(Show ?? ""))
        {
            (_list, _error) = (null, null);
            await ReloadAsync();
        }
    }

    private async Task ReloadAsync()
    {
        _actor ??= await Current.GetAsync();
        if (!IsDeleted)
        {
            await _load.ReadAsync(gone => ListAsync(new PageRequest(), gone), page => (_list, _next) = ([.. page.Items], page.Next));
        }
    }

    private async Task MoreAsync()
    {
        if (PageRequest.Parse(null, _next).TryGet(out var request, out _))
        {
            await _load.MoreAsync(gone => ListAsync(request, gone), page => (_list, _next) = ([.. _list ?? [], .. page.Items], page.Next));
        }
    }

    private Task<Result<Page<WorkspaceView>>> ListAsync(PageRequest page, CancellationToken gone) =>
        IsPublic ? Workspaces.ListPublicAsync(_actor!, page, gone) : Workspaces.ListMineAsync(_actor!, page, gone);

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
        if ((await Members.JoinPublicAsync(_actor!, view.Workspace.Id, _load.Gone)).TryGet(out _, out _error))
        {
            Navigation.NavigateTo($"/w/{view.Workspace.Slug}/tasks");
        }
    }
}
