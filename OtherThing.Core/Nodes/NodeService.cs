using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OtherThing.Core.Access;
using OtherThing.Core.Jobs;
using OtherThing.Core.Results;

namespace OtherThing.Core.Nodes;

/// <summary>What people do with nodes: see, claim, name, limit, lend to workspaces, drain, remove.</summary>
public sealed partial class NodeService(
    INodeStore store, NodeLinks links, JobDispatcher dispatcher, NodeFeed feed, Door door, AttemptLimiter limiter, IAuditLog audit,
    TimeProvider clock, IOptions<NodesOptions> options, ILogger<NodeService> logger)
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

    /// <summary>A single-use token that makes the machine which redeems it the caller's node.</summary>
    /// <returns>The token, shown once, or a refusal of one of the workspaces.</returns>
    public async Task<Result<NewJoinToken>> CreateJoinTokenAsync(Actor actor, JoinTokenDraft draft, CancellationToken cancellationToken)
    {
        if (!door.EnterOwn(actor, Operations.NodeAttach).TryGet(out var userId, out var refusal))
        {
            return refusal;
        }

        if (draft.Name is { } name && (name.Trim().Length is 0 or > Node.MaxNameLength || name.Any(char.IsControl)))
        {
            return Error.Invalid("node.name_invalid", "name", $"name must have 1 to {Node.MaxNameLength} characters on one line.");
        }

        foreach (var workspaceId in draft.WorkspaceIds)
        {
            if ((await door.EnterAsync(actor, workspaceId, Operations.NodeAttach, cancellationToken)).Error is { } denied)
            {
                return denied;
            }
        }

        var text = ClaimCode.NewJoinToken();
        var token = new JoinToken(userId, ClaimCode.HashToken(text), draft.Name?.Trim(), draft.WorkspaceIds, draft.JoinsNewWorkspaces, Now);
        await store.AddTokenAsync(token, cancellationToken);
        await audit.AppendAsync(actor, null, Operations.NodeAttach, $"join-token:{token.Id}", draft.Name, cancellationToken);
        return new NewJoinToken(text, token.ExpiresAt);
    }

    /// <summary>What a machine that shows a code says of itself, before it is taken.</summary>
    /// <returns>The machine, or <c>node.claim_code_unknown</c>, <c>node.too_many_tries</c>.</returns>
    public async Task<Result<ClaimPreview>> PreviewClaimAsync(Actor actor, string? claimCode, CancellationToken cancellationToken)
    {
        var found = await FindClaimAsync(actor, claimCode, cancellationToken);
        return found.TryGet(out var claim, out var refusal)
            ? new ClaimPreview(claim.Node.Id, claim.Node.Name, claim.Node.Facts, claim.Node.Address, Fingerprint.Words(claim.Node.PublicKey), claim.Node.ClaimExpiresAt!.Value)
            : refusal;
    }

    /// <summary>Takes the machine that shows a code; the caller is its owner from now on.</summary>
    /// <param name="actor">Who.</param>
    /// <param name="nodeId">Which machine, when the caller knows; null takes the one with the code.</param>
    /// <param name="claimCode">The code.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The node, or <c>node.claim_code_unknown</c>, <c>node.already_claimed</c>, <c>node.too_many_tries</c>.</returns>
    public async Task<Result<NodeView>> ClaimAsync(Actor actor, Guid? nodeId, string? claimCode, CancellationToken cancellationToken)
    {
        if (!(await FindClaimAsync(actor, claimCode, cancellationToken)).TryGet(out var claim, out var refusal))
        {
            return refusal;
        }

        var (userId, node) = claim;
        if (nodeId is { } expected && expected != node.Id)
        {
            return NodeErrors.ClaimCodeUnknown;
        }

        if (node.Claim(userId, name: null, joinsNewWorkspaces: false, Now) is { } taken)
        {
            return taken;
        }

        if (!await store.TrySaveAsync(node, cancellationToken))
        {
            return NodeErrors.AlreadyClaimed;
        }

        await audit.AppendAsync(actor, null, Operations.NodeAttach, Subject(node.Id), "claimed by code", cancellationToken);
        LogClaimed(node.Id, userId);
        feed.Say(node, []);
        return View(new NodeRecord(node, []), userId, new Dictionary<Guid, Role>());
    }

    /// <summary>Names the node; its owner only.</summary>
    public Task<Result<NodeView>> RenameAsync(Actor actor, Guid nodeId, string name, CancellationToken cancellationToken) =>
        ChangeOwnAsync(actor, nodeId, Operations.NodePolicy, node => node.Rename(name), cancellationToken);

    /// <summary>Sets how much of the machine is lent; its owner only.</summary>
    /// <returns>The node, or <c>node.limits_invalid</c>, <c>node.owner_only</c>, <c>node.not_found</c>.</returns>
    public Task<Result<NodeView>> SetLimitsAsync(Actor actor, Guid nodeId, NodeLimits limits, CancellationToken cancellationToken) =>
        ChangeOwnAsync(
            actor,
            nodeId,
            Operations.NodeLimits,
            node =>
            {
                var refusal = NodeRules.Check(limits);
                if (refusal is null)
                {
                    node.Limit(limits);
                }

                return refusal;
            },
            cancellationToken);

    /// <summary>Makes the node serve exactly these workspaces; its owner only, who must be a Member or above in each new one.</summary>
    public async Task<Result<NodeView>> SetWorkspacesAsync(
        Actor actor, Guid nodeId, IReadOnlyCollection<Guid> workspaceIds, CancellationToken cancellationToken)
    {
        if (!(await SeeAsync(actor, nodeId, Operations.NodeAttach, cancellationToken)).TryGet(out var seen, out var refusal))
        {
            return refusal;
        }

        if (!seen.IsOwner)
        {
            return NodeErrors.OwnerOnly;
        }

        var wanted = workspaceIds.ToHashSet();
        foreach (var workspaceId in wanted.Except(seen.Record.WorkspaceIds))
        {
            if ((await door.EnterAsync(actor, workspaceId, Operations.NodeAttach, cancellationToken)).Error is { } denied)
            {
                return denied;
            }
        }

        await store.AttachAsync(nodeId, wanted, Now, cancellationToken);
        foreach (var workspaceId in wanted.Except(seen.Record.WorkspaceIds))
        {
            await audit.AppendAsync(actor, workspaceId, Operations.NodeAttach, Subject(nodeId), seen.Record.Node.Name, cancellationToken);
        }

        foreach (var workspaceId in seen.Record.WorkspaceIds.Except(wanted))
        {
            await audit.AppendAsync(actor, workspaceId, Operations.NodeDetach, Subject(nodeId), seen.Record.Node.Name, cancellationToken);
        }

        var after = new NodeRecord(seen.Record.Node, [.. wanted]);
        Announce(after, seen.Record.WorkspaceIds);
        return View(after, seen.UserId, seen.Roles);
    }

    /// <summary>Takes the node out of one workspace: its owner, or an Admin there.</summary>
    public async Task<Error?> DetachAsync(Actor actor, Guid workspaceId, Guid nodeId, CancellationToken cancellationToken)
    {
        if (!(await door.EnterAsync(actor, workspaceId, Operations.NodeDetach, cancellationToken)).TryGet(out var entry, out var refusal))
        {
            return refusal;
        }

        if (await store.FindAsync(nodeId, cancellationToken) is not { } found || !found.WorkspaceIds.Contains(workspaceId))
        {
            return NodeErrors.NotFound;
        }

        if (entry.Refuse(found.Node.OwnerId) is { } denied)
        {
            return denied;
        }

        IReadOnlyList<Guid> left = [.. found.WorkspaceIds.Where(id => id != workspaceId)];
        await store.AttachAsync(nodeId, left, Now, cancellationToken);
        await audit.AppendAsync(actor, workspaceId, Operations.NodeDetach, Subject(nodeId), found.Node.Name, cancellationToken);
        Announce(found with { WorkspaceIds = left }, found.WorkspaceIds);
        return null;
    }

    /// <summary>Lets the node finish what it has and take no more: its owner, or an Admin of a workspace it serves.</summary>
    public Task<Result<NodeView>> DrainAsync(Actor actor, Guid nodeId, CancellationToken cancellationToken) =>
        PauseAsync(actor, nodeId, node => node.Drain(Now), "drained", cancellationToken);

    /// <summary>Lets the node take work again; for a quarantined one its owner's word that it is well.</summary>
    public Task<Result<NodeView>> ResumeAsync(Actor actor, Guid nodeId, CancellationToken cancellationToken) =>
        PauseAsync(actor, nodeId, node => node.Resume(), "resumed", cancellationToken);

    /// <summary>Ends the node's identity: its work stops, its key is worth nothing any more. Its owner only.</summary>
    public async Task<Error?> RemoveAsync(Actor actor, Guid nodeId, CancellationToken cancellationToken)
    {
        var removed = await ChangeOwnAsync(
            actor,
            nodeId,
            Operations.NodeRevoke,
            node =>
            {
                node.Revoke(Now);
                return null;
            },
            cancellationToken);
        if (removed.Error is { } refusal)
        {
            return refusal;
        }

        await store.AttachAsync(nodeId, [], Now, cancellationToken);
        dispatcher.StopAll(nodeId, "The node was removed by its owner.");
        links.Find(nodeId)?.Session?.Close(SessionEnd.Revoked, "The node was removed by its owner.");
        await audit.AppendAsync(actor, null, Operations.NodeRevoke, Subject(nodeId), null, cancellationToken);
        LogRemoved(nodeId);
        return null;
    }

    /// <summary>What a new workspace gets: the nodes of its creator that join every one.</summary>
    internal async Task JoinNewWorkspaceAsync(Guid workspaceId, Guid creatorId, CancellationToken cancellationToken)
    {
        foreach (var nodeId in await store.ListJoiningNewAsync(creatorId, cancellationToken))
        {
            await store.AttachOneAsync(nodeId, workspaceId, Now, cancellationToken);
            if (await store.FindAsync(nodeId, cancellationToken) is { } found)
            {
                Announce(found, []);
            }
        }
    }

    private async Task<Result<NodeView>> PauseAsync(
        Actor actor, Guid nodeId, Action<Node> change, string done, CancellationToken cancellationToken)
    {
        if (!(await SeeAsync(actor, nodeId, Operations.NodePause, cancellationToken)).TryGet(out var seen, out var refusal))
        {
            return refusal;
        }

        if (!seen.IsOwner && (!seen.MayPause || seen.Record.Node.QuarantineReason is not null))
        {
            return NodeErrors.OwnerOnly;
        }

        foreach (var workspaceId in seen.Record.WorkspaceIds)
        {
            await audit.AppendAsync(actor, workspaceId, Operations.NodePause, Subject(nodeId), done, cancellationToken);
        }

        return await SaveAsync(seen, change, cancellationToken);
    }

    private async Task<Result<NodeView>> ChangeOwnAsync(
        Actor actor, Guid nodeId, Operation operation, Func<Node, Error?> change, CancellationToken cancellationToken)
    {
        if (!(await SeeAsync(actor, nodeId, operation, cancellationToken)).TryGet(out var seen, out var refusal))
        {
            return refusal;
        }

        if (!seen.IsOwner)
        {
            return NodeErrors.OwnerOnly;
        }

        if (operation == Operations.NodeLimits)
        {
            await audit.AppendAsync(actor, null, operation, Subject(nodeId), null, cancellationToken);
        }

        Error? refused = null;
        var saved = await SaveAsync(seen, node => refused = change(node), cancellationToken, () => refused);
        return refused ?? saved;
    }

    private async Task<Result<NodeView>> SaveAsync(
        Sight seen, Action<Node> change, CancellationToken cancellationToken, Func<Error?>? refused = null)
    {
        // Beats and the sweeper write the same row; a person's change is applied to whatever they left.
        for (var (attempt, record) = (0, seen.Record); attempt < 5; attempt++)
        {
            change(record.Node);
            if (refused?.Invoke() is { } refusal)
            {
                return refusal;
            }

            record.Node.Stand(StatusOf(record.Node), lastSeenAt: null);
            if (await store.TrySaveAsync(record.Node, cancellationToken))
            {
                Announce(record, []);
                return View(record, seen.UserId, seen.Roles);
            }

            if (await store.FindAsync(record.Node.Id, cancellationToken) is not { } again)
            {
                return NodeErrors.NotFound;
            }

            record = again;
        }

        return NodeErrors.Changed;
    }

    private void Announce(NodeRecord record, IEnumerable<Guid> alsoTo)
    {
        dispatcher.Changed(NodeProfile.Of(record.Node), NodeSessions.PolicyOf(record));
        feed.Say(record.Node, record.WorkspaceIds.Union(alsoTo));
    }

    private static string Subject(Guid nodeId) => $"node:{nodeId}";

    private async Task<Result<(Guid UserId, Node Node)>> FindClaimAsync(Actor actor, string? claimCode, CancellationToken cancellationToken)
    {
        if (!door.EnterOwn(actor, Operations.NodeAttach).TryGet(out var userId, out var refusal))
        {
            return refusal;
        }

        if (limiter.Count($"claim:{userId}", options.Value.EnrollmentsPerTenMinutes) is { } wait)
        {
            return NodeErrors.TooManyTries(wait);
        }

        return ClaimCode.Hash(claimCode) is { } hash && await store.FindByClaimAsync(hash, Now, cancellationToken) is { } node
            ? (userId, node)
            : NodeErrors.ClaimCodeUnknown;
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

    private NodeView View(NodeRecord record, Guid userId, IReadOnlyDictionary<Guid, Role> roles)
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

    [LoggerMessage(Level = LogLevel.Information, Message = "Node {NodeId} claimed by {OwnerId}")]
    private partial void LogClaimed(Guid nodeId, Guid ownerId);

    [LoggerMessage(Level = LogLevel.Information, Message = "Node {NodeId} removed by its owner")]
    private partial void LogRemoved(Guid nodeId);

    private sealed record Sight(NodeRecord Record, Guid UserId, bool IsOwner, IReadOnlyDictionary<Guid, Role> Roles)
    {
        public bool MayPause => Roles.Values.Any(role => Operations.NodePause.For(role) == Grant.Allow);
    }
}

/// <summary>What a join token is asked for with.</summary>
public sealed record JoinTokenDraft
{
    /// <summary>The name the node gets; its host name when null.</summary>
    public string? Name { get; init; }

    /// <summary>The workspaces it serves from the start.</summary>
    public IReadOnlyList<Guid> WorkspaceIds { get; init; } = [];

    /// <summary>True to serve every workspace the owner is in or makes; for the server's own machine in Development.</summary>
    public bool JoinsNewWorkspaces { get; init; }
}

/// <summary>A join token, shown once.</summary>
/// <param name="Token">The token.</param>
/// <param name="ExpiresAt">When it ends (UTC).</param>
public sealed record NewJoinToken(string Token, DateTime ExpiresAt);
