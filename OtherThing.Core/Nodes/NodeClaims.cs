using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Results;

namespace OtherThing.Core.Nodes;

/// <summary>How a machine comes to its owner: join tokens and claim codes.</summary>
public sealed partial class NodeClaims(
    INodeStore store, NodeService nodes, NodeFeed feed, Door door, AttemptLimiter limiter, AuditLog audit, TimeProvider clock,
    IOptions<NodesOptions> options, ILogger<NodeClaims> logger)
{
    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    /// <summary>A single-use token that makes the machine which redeems it the caller's node.</summary>
    /// <returns>The token, shown once, or a refusal of one of the workspaces.</returns>
    public async Task<Result<NewJoinToken>> CreateJoinTokenAsync(Actor actor, JoinTokenDraft draft, CancellationToken cancellationToken)
    {
        if (!door.EnterOwn(actor, Operations.NodeAttach).TryGet(out var userId, out var refusal))
        {
            return refusal;
        }

        if (draft.Name is { } name && Node.NameLimit.Line(name) is null)
        {
            return Error.Invalid("node.name_invalid", "name", $"name must have 1 to {Node.NameLimit} on one line.");
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
        await audit.AppendAsync(actor, null, Operations.NodeAttach, $"join-token:{token.Id}", draft.Name);
        return new NewJoinToken(text, token.ExpiresAt);
    }

    /// <summary>What a machine that shows a code says of itself, before it is taken.</summary>
    /// <returns>The machine, or <c>node.claim_code_unknown</c>, <c>node.too_many_tries</c>.</returns>
    public async Task<Result<ClaimPreview>> PreviewClaimAsync(Actor actor, string? claimCode, CancellationToken cancellationToken)
    {
        var found = await FindClaimAsync(actor, claimCode, cancellationToken);
        return found.TryGet(out var claim, out var refusal)
            ? new ClaimPreview(
                claim.Node.Id, claim.Node.Name, claim.Node.Facts, claim.Node.Address, Fingerprint.Words(claim.Node.PublicKey),
                claim.Node.ClaimExpiresAt!.Value)
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

        await audit.AppendAsync(actor, null, Operations.NodeAttach, NodeService.Subject(node.Id), "claimed by code");
        LogClaimed(node.Id, userId);
        feed.Say(node, []);
        return nodes.View(new NodeRecord(node, []), userId, new Dictionary<Guid, Role>());
    }

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

    [LoggerMessage(Level = LogLevel.Information, Message = "Node {NodeId} claimed by {OwnerId}")]
    private partial void LogClaimed(Guid nodeId, Guid ownerId);
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
