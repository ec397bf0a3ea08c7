using Microsoft.AspNetCore.Components;
using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Core.Workspaces;
using OtherThing.Web.Hosting.Requests;

using RouteData = Microsoft.AspNetCore.Components.RouteData;

namespace OtherThing.Web.Components.Layout;

public sealed partial class WorkspaceLayout
{
    private readonly CancellationTokenSource _disposal = new();
    private WorkspaceContext? _context;
    private AccessHold? _hold;
    private Error? _refusal;
    private bool _wasOpen;
    private string? _slug;

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
        _disposal.Cancel();
        _disposal.Dispose();
    }

    protected override async Task OnParametersSetAsync()
    {
        var slug = Route.RouteValues.TryGetValue("slug", out var value) || Route.RouteValues.TryGetValue("Slug", out value)
            ? value as string ?? "" : "";
        if (slug == _slug)
        {
            return;
        }

        (_slug, _context, _refusal, _wasOpen) = (slug, null, null, false);
        await LookAgainAsync();
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
        try
        {
            var slug = _slug!;
            var actor = await Current.GetAsync();
            var result = await Workspaces.FindBySlugAsync(actor, slug, _disposal.Token);
            if (slug != _slug || _disposal.IsCancellationRequested)
            {
                return; // the route moved on while we asked, or the page is gone
            }

            if (result.TryGet(out var view, out var refusal))
            {
                Watch(actor, view.Workspace.Id, view.Role);
                _context = new WorkspaceContext(view.Workspace.Id, slug, view.Workspace.Name, view.Role ?? Role.Viewer, actor);
                (_refusal, _wasOpen) = (null, true);
            }
            else
            {
                _hold?.Dispose();
                (_context, _refusal) = (null, refusal);
            }

            StateHasChanged(); // also when nobody but the watch called
        }
        catch (OperationCanceledException) when (_disposal.IsCancellationRequested)
        {
            // The page is gone.
        }
    }
}
