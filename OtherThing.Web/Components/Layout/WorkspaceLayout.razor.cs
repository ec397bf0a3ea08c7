using Microsoft.AspNetCore.Components;
using OtherThing.Core.Access;
using OtherThing.Core.Workspaces;
using OtherThing.Web.Components.Shared;
using OtherThing.Web.Hosting.Requests;

using RouteData = Microsoft.AspNetCore.Components.RouteData;

namespace OtherThing.Web.Components.Layout;

public sealed partial class WorkspaceLayout
{
    private readonly PageLoad _load = new();
    private WorkspaceContext? _context;
    private AccessHold? _hold;
    private bool _wasOpen;
    private string _slug = "";

    [CascadingParameter]
    private RouteData Route { get; set; } = default!;

    [Inject]
    public required WorkspaceService Workspaces { get; init; }

    [Inject]
    public required CurrentActor Current { get; init; }

    [Inject]
    public required AccessWatch Access { get; init; }

    public void Dispose()
    {
        _hold?.Dispose();
        _load.Dispose();
    }

    protected override async Task OnParametersSetAsync()
    {
        var slug = Route.RouteValues.TryGetValue("slug", out var value) || Route.RouteValues.TryGetValue("Slug", out value)
            ? value as string ?? "" : "";
        if (_load.Opens(slug))
        {
            (_slug, _context, _wasOpen) = (slug, null, false);
            await LookAgainAsync();
        }
    }

    /// <summary>Looks again when the right or the role changes anywhere, told by nobody in this process or not.</summary>
    private void Watch(Actor actor, Guid workspaceId, Role? role)
    {
        _hold?.Dispose();
        _hold = Access.Hold(actor, workspaceId, Operations.WorkspaceRead, () => _ = InvokeAsync(LookAgainSafelyAsync), role);
    }

    /// <summary>Nobody awaits the watch's call: what goes wrong closes the page, which nothing watches any more, and is told.</summary>
    private async Task LookAgainSafelyAsync()
    {
        try
        {
            await LookAgainAsync();
        }
        catch (Exception exception)
        {
            _context = null;
            await DispatchExceptionAsync(exception);
        }
    }

    /// <summary>Reads the workspace and the role anew; a person who lost them loses the page with its subscriptions.</summary>
    private async Task LookAgainAsync()
    {
        var slug = _slug;
        var actor = await Current.GetAsync();
        if (slug != _slug)
        {
            return; // the route moved on while we asked, and asks for itself
        }

        var isOpen = await _load.ReadAsync(gone => Workspaces.FindBySlugAsync(actor, slug, gone), view =>
        {
            Watch(actor, view.Workspace.Id, view.Role);
            _context = new WorkspaceContext(view.Workspace.Id, slug, view.Workspace.Name, view.Role ?? Role.Viewer, actor);
            _wasOpen = true;
        });
        if (!isOpen && _load.Refusal is not null)
        {
            _hold?.Dispose();
            _context = null;
        }

        if (!_load.Gone.IsCancellationRequested)
        {
            StateHasChanged(); // also when nobody but the watch called
        }
    }
}
