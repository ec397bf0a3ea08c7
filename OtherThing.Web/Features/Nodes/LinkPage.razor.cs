using Microsoft.AspNetCore.Components;
using OtherThing.Core.Access;
using OtherThing.Core.Nodes;
using OtherThing.Core.Results;
using OtherThing.Core.Workspaces;
using OtherThing.Web.Hosting.Requests;

namespace OtherThing.Web.Features.Nodes;

public sealed partial class LinkPage
{
    private readonly HashSet<Guid> _serves = [];
    private IReadOnlyList<Workspace> _workspaces = [];
    private ClaimPreview? _preview;
    private NodeView? _done;
    private Error? _error;
    private bool _busy;
    private string? _code;
    private double? _cores;
    private long? _memory;

    [Inject]
    public required NodeClaims Claims { get; init; }

    [Inject]
    public required NodeService Nodes { get; init; }

    [Inject]
    public required WorkspaceService Workspaces { get; init; }

    [Inject]
    public required CurrentActor Current { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [SupplyParameterFromQuery(Name = "code")]
    public string? Code { get; set; }

    protected override void OnInitialized() => _code = Code;

    private void Serve(Guid workspaceId, bool on) => _ = on ? _serves.Add(workspaceId) : _serves.Remove(workspaceId);

    private async Task FindAsync()
    {
        var actor = await Current.GetAsync();
        (_busy, _preview) = (true, null);
        if ((await Claims.PreviewClaimAsync(actor, _code, CancellationToken.None)).TryGet(out var found, out _error))
        {
            _preview = found;
            var mine = await Workspaces.ListMineAsync(actor, new PageRequest(PageRequest.MaxLimit), CancellationToken.None);
            _workspaces = mine.TryGet(out var page, out _)
                ? [.. page.Items.Where(item => Operations.NodeAttach.For(item.Role ?? Role.Viewer) == Grant.Allow).Select(item => item.Workspace)]
                : [];
        }

        _busy = false;
    }

    private async Task ClaimAsync()
    {
        var actor = await Current.GetAsync();
        _busy = true;
        var claimed = await Claims.ClaimAsync(actor, _preview!.NodeId, _code, CancellationToken.None);
        if (claimed.TryGet(out var node, out _error))
        {
            _done = node;
            var limits = new NodeLimits { CpuCores = _cores, MemoryMb = _memory };
            _error = (limits == new NodeLimits() ? null : (await Nodes.SetLimitsAsync(actor, node.Id, limits, CancellationToken.None)).Error)
                ?? (_serves.Count == 0 ? null : (await Nodes.SetWorkspacesAsync(actor, node.Id, _serves, CancellationToken.None)).Error);
        }

        _busy = false;
    }
}
