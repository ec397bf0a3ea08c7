using Microsoft.Extensions.Logging;
using OtherThing.Core.Access;
using OtherThing.Core.Jobs.Dispatch;
using OtherThing.Core.Results;

namespace OtherThing.Core.Nodes;

/// <summary>What an owner says of a machine: its name, limits, workspaces, rest and end.</summary>
public sealed partial class NodeService
{
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
            return OwnerOnly(actor, seen.Record, Operations.NodeAttach);
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
        var after = seen.Record with { WorkspaceIds = [.. wanted] };
        Announce(after, seen.Record.WorkspaceIds);
        foreach (var workspaceId in wanted.Except(seen.Record.WorkspaceIds))
        {
            await audit.AppendAsync(actor, workspaceId, Operations.NodeAttach, Subject(nodeId), seen.Record.Node.Name);
        }

        foreach (var workspaceId in seen.Record.WorkspaceIds.Except(wanted))
        {
            await audit.AppendAsync(actor, workspaceId, Operations.NodeDetach, Subject(nodeId), seen.Record.Node.Name);
        }

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
        Announce(found with { WorkspaceIds = left }, found.WorkspaceIds);
        await audit.AppendAsync(actor, workspaceId, Operations.NodeDetach, Subject(nodeId), found.Node.Name);
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
            cancellationToken,
            () => EndAsync(nodeId));
        if (removed.Error is { } refusal)
        {
            return refusal == NodeErrors.NotFound && await TakeUpRemovalAsync(actor, nodeId, cancellationToken) ? null : refusal;
        }

        LogRemoved(nodeId);
        return null;
    }

    /// <summary>All that follows from the end of an identity: it happens whoever hangs up, and before anybody is told.</summary>
    private Task EndAsync(Guid nodeId)
    {
        dispatcher.StopAll(nodeId, "The machine was removed by its owner.");
        links.Find(nodeId)?.Session?.Close(SessionEnd.Revoked, "The machine was removed by its owner.");
        return store.AttachAsync(nodeId, [], Now, CancellationToken.None);
    }

    /// <summary>A removal that failed after the identity had ended is gone on with when its owner asks again.</summary>
    /// <returns>False when nothing of the kind is left.</returns>
    private async Task<bool> TakeUpRemovalAsync(Actor actor, Guid nodeId, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(nodeId, cancellationToken) is not { Node.RevokedAt: not null } left || left.Node.OwnerId != actor.UserId
            || (left.WorkspaceIds.Count == 0 && links.Find(nodeId)?.Session is null))
        {
            return false;
        }

        await EndAsync(nodeId);
        await TellAsync(actor, left, Operations.NodeRevoke, null);
        LogRemoved(nodeId);
        return true;
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
            return OwnerOnly(actor, seen.Record, Operations.NodePause);
        }

        var saved = await SaveAsync(seen, change, cancellationToken);
        if (saved.IsSuccess)
        {
            await TellAsync(actor, seen.Record, Operations.NodePause, done);
        }

        return saved;
    }

    private async Task<Result<NodeView>> ChangeOwnAsync(
        Actor actor, Guid nodeId, Operation operation, Func<Node, Error?> change, CancellationToken cancellationToken, Func<Task>? then = null)
    {
        if (!(await SeeAsync(actor, nodeId, operation, cancellationToken)).TryGet(out var seen, out var refusal))
        {
            return refusal;
        }

        if (!seen.IsOwner)
        {
            return OwnerOnly(actor, seen.Record, operation);
        }

        Error? refused = null;
        var saved = await SaveAsync(seen, node => refused = change(node), cancellationToken, () => refused);
        if (refused is null && saved.IsSuccess)
        {
            await (then?.Invoke() ?? Task.CompletedTask);
            await TellAsync(actor, seen.Record, operation, null);
        }

        return refused ?? saved;
    }

    private Error OwnerOnly(Actor actor, NodeRecord record, Operation operation)
    {
        foreach (var workspaceId in record.WorkspaceIds)
        {
            audit.Refused(actor, workspaceId, operation, NodeErrors.OwnerOnly);
        }

        return NodeErrors.OwnerOnly;
    }

    /// <summary>What becomes of a machine is told where it serves, and where it serves nowhere in the installation's own chain.</summary>
    private async Task TellAsync(Actor actor, NodeRecord record, Operation operation, string? detail)
    {
        foreach (var workspaceId in record.WorkspaceIds.Select(id => (Guid?)id).DefaultIfEmpty(null))
        {
            await audit.AppendAsync(
                actor, workspaceId, operation, Subject(record.Node.Id), detail is null ? record.Node.Name : $"{record.Node.Name}: {detail}");
        }
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

    internal static string Subject(Guid nodeId) => $"node:{nodeId}";

    [LoggerMessage(Level = LogLevel.Information, Message = "Node {NodeId} removed by its owner")]
    private partial void LogRemoved(Guid nodeId);
}
