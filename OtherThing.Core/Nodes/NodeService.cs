using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Jobs.Dispatch;
using OtherThing.Core.Results;

namespace OtherThing.Core.Nodes;

/// <summary>What people do with nodes: see, name, limit, lend to workspaces, drain, remove.</summary>
public sealed partial class NodeService(
    INodeStore store, NodeLinks links, JobDispatcher dispatcher, NodeFeed feed, Door door, AuditLog audit, TimeProvider clock,
    IOptions<NodesOptions> options, ILogger<NodeService> logger)
{
    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    /// <summary>The nodes the caller owns or sees through a workspace; those away for thirty days are left out unless asked for.</summary>
    public async Task<Result<IReadOnlyList<NodeView>>> ListMineAsync(Actor actor, bool includeHidden, CancellationToken cancellationToken)
    {
        if (!door.EnterOwn(actor, Operations.NodeList).TryGet(out var userId, out var refusal))
        {
            return refusal;
        }

        var roles = await store.ListRolesAsync(userId, cancellationToken);
        var found = await store.ListVisibleAsync(userId, cancellationToken);
        return Result<IReadOnlyList<NodeView>>.Success(
            [.. found.Where(record => includeHidden || !IsHidden(record.Node)).Select(record => View(record, userId, roles))]);
    }

    /// <summary>The nodes that serve a workspace.</summary>
    public async Task<Result<IReadOnlyList<NodeView>>> ListAsync(Actor actor, Guid workspaceId, CancellationToken cancellationToken)
    {
        if (!(await door.EnterAsync(actor, workspaceId, Operations.NodeList, cancellationToken)).TryGet(out var entry, out var refusal))
        {
            return refusal;
        }

        var found = await store.ListServingAsync(workspaceId, cancellationToken);
        var roles = new Dictionary<Guid, Role> { [workspaceId] = entry.Role };
        return Result<IReadOnlyList<NodeView>>.Success(
            [.. found.Where(record => !IsHidden(record.Node)).Select(record => View(record, entry.UserId, roles))]);
    }

    /// <summary>One node the caller owns or sees through a workspace.</summary>
    public async Task<Result<NodeView>> GetAsync(Actor actor, Guid nodeId, CancellationToken cancellationToken)
    {
        var sight = await SeeAsync(actor, nodeId, Operations.NodeList, cancellationToken);
        return sight.TryGet(out var seen, out var refusal) ? View(seen.Record, seen.UserId, seen.Roles) : refusal;
    }

    private async Task<Result<Sight>> SeeAsync(Actor actor, Guid nodeId, Operation operation, CancellationToken cancellationToken)
    {
        if (!door.EnterOwn(actor, operation).TryGet(out var userId, out var refusal))
        {
            return refusal;
        }

        if (await store.FindAsync(nodeId, cancellationToken) is not { Node: { OwnerId: { } ownerId, RevokedAt: null } } found)
        {
            return NodeErrors.NotFound;
        }

        var all = await store.ListRolesAsync(userId, cancellationToken);
        var shared = found.WorkspaceIds.Where(all.ContainsKey).ToDictionary(id => id, id => all[id]);
        return ownerId == userId || shared.Count > 0 ? new Sight(found, userId, ownerId == userId, shared) : NodeErrors.NotFound;
    }

    internal NodeView View(NodeRecord record, Guid userId, IReadOnlyDictionary<Guid, Role> roles)
    {
        var (node, mine) = (record.Node, record.Node.OwnerId == userId);
        var link = links.Find(node.Id);
        var here = record.WorkspaceIds.Where(roles.ContainsKey).ToArray();
        var detail = mine || here.Any(id => Operations.NodeDetail.For(roles[id]) == Grant.Allow);
        var lent = LentResources.Of(node.Facts, node.Limits);
        return new NodeView
        {
            Id = node.Id,
            Name = node.Name,
            OwnerId = node.OwnerId ?? Guid.Empty,
            OwnerName = record.OwnerName,
            IsMine = mine,
            MayPause = mine || here.Any(id => Operations.NodePause.For(roles[id]) == Grant.Allow),
            Status = StatusOf(node),
            QuarantineReason = mine ? node.QuarantineReason : null,
            Facts = detail ? node.Facts : NodeRules.WithoutDetail(node.Facts),
            Limits = node.Limits,
            Lent = new LentView(lent.CpuCores, lent.MemoryMb, lent.Gpus.Count),
            WorkspaceIds = mine ? record.WorkspaceIds : here,
            LastSeenAt = link is null || link.LastBeatAt < node.LastSeenAt ? node.LastSeenAt : link.LastBeatAt,
            Load = link?.Session is null ? null : link.Load,
            RunningJobs = dispatcher.RunningOn(node.Id),
            Address = detail ? node.Address : null,
            Fingerprint = mine ? Fingerprint.Words(node.PublicKey) : null,
        };
    }

    private NodeStatus StatusOf(Node node)
    {
        var link = links.Find(node.Id);
        return node.Settle(Now, link?.LastBeatAt, link?.Session is not null, options.Value);
    }

    private bool IsHidden(Node node) => Now - (links.Find(node.Id)?.LastBeatAt ?? node.LastSeenAt ?? node.ClaimedAt ?? node.CreatedAt) > Node.HiddenAfter;

    private sealed record Sight(NodeRecord Record, Guid UserId, bool IsOwner, IReadOnlyDictionary<Guid, Role> Roles)
    {
        public bool MayPause => Roles.Values.Any(role => Operations.NodePause.For(role) == Grant.Allow);
    }
}
