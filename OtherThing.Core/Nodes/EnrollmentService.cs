using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Jobs.Dispatch;
using OtherThing.Core.Results;

namespace OtherThing.Core.Nodes;

/// <summary>How a machine becomes a node: it shows a claim code, or it redeems a join token. Asked by machines, not by people.</summary>
public sealed partial class EnrollmentService(
    INodeStore store, AttemptLimiter limiter, NodeFeed feed, JobDispatcher dispatcher, AuditLog audit, TimeProvider clock, IOptions<NodesOptions> options,
    ILogger<EnrollmentService> logger)
{
    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    /// <summary>A machine without a token asks for a claim code.</summary>
    /// <returns>The offer, or <c>node.key_invalid</c>, <c>node.revoked</c>, <c>node.too_many_tries</c>.</returns>
    public async Task<Result<ClaimOffer>> BeginAsync(
        byte[] publicKey, NodeFacts facts, string? name, string? address, CancellationToken cancellationToken)
    {
        if (Refuse(publicKey, address) is { } refusal)
        {
            return refusal;
        }

        var code = ClaimCode.New();
        for (var attempt = 0; attempt < 5; attempt++)
        {
            var known = await store.FindByKeyAsync(KeyHash(publicKey), cancellationToken);
            if (known is { RevokedAt: not null })
            {
                return NodeErrors.Revoked;
            }

            if (known is { OwnerId: not null })
            {
                return new ClaimOffer(known.Id, "", Node.ClaimLifetime); // its proof at the first poll is enough
            }

            var node = known ?? new Node(publicKey, facts, address, Now);
            if (!string.IsNullOrWhiteSpace(name))
            {
                _ = node.Rename(name);
            }

            node.OfferClaim(ClaimCode.Hash(code)!, facts, address, Now);
            if (known is null ? await store.TryAddAsync(node, cancellationToken) : await store.TrySaveAsync(node, cancellationToken))
            {
                return new ClaimOffer(node.Id, code, Node.ClaimLifetime);
            }
        }

        return NodeErrors.Changed;
    }

    /// <summary>The machine asks whether somebody claimed it.</summary>
    /// <returns>Its enrolment, null while it waits, or <c>node.not_found</c> (over its time), <c>node.proof_invalid</c>, <c>node.revoked</c>.</returns>
    public async Task<Result<Enrolment?>> PollAsync(Guid enrollId, byte[] proof, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(enrollId, cancellationToken) is not { Node: var node })
        {
            return NodeErrors.NotFound;
        }

        if (!KeyProof.Holds(node.PublicKey, KeyProof.Poll, Encoding.UTF8.GetBytes(enrollId.ToString("D")), proof))
        {
            return NodeErrors.ProofInvalid;
        }

        return node switch
        {
            { RevokedAt: not null } => NodeErrors.Revoked,
            { OwnerId: not null } => new Enrolment(node.Id, await store.InstallationIdAsync(cancellationToken)),
            _ when node.ClaimExpiresAt < Now => NodeErrors.NotFound,
            _ => (Enrolment?)null,
        };
    }

    /// <summary>A machine redeems a join token and is its owner's node at once.</summary>
    /// <returns>Its enrolment, or <c>node.join_token_invalid</c>, <c>node.proof_invalid</c>, <c>node.key_invalid</c>, <c>node.already_claimed</c>,
    /// <c>node.too_many_tries</c>.</returns>
    public async Task<Result<Enrolment>> RedeemAsync(
        string joinToken, byte[] publicKey, byte[] proof, NodeFacts facts, string? name, string? address, CancellationToken cancellationToken)
    {
        if (joinToken.Length is 0 or > 200)
        {
            return NodeErrors.JoinTokenInvalid;
        }

        if (Refuse(publicKey, address) is { } refusal)
        {
            return refusal;
        }

        if (!KeyProof.Holds(publicKey, KeyProof.Redeem, Encoding.UTF8.GetBytes(joinToken), proof))
        {
            return NodeErrors.ProofInvalid;
        }

        var known = await store.FindByKeyAsync(KeyHash(publicKey), cancellationToken);
        if (known is { RevokedAt: not null })
        {
            return NodeErrors.Revoked;
        }

        if (known is { OwnerId: not null })
        {
            return NodeErrors.AlreadyClaimed;
        }

        var node = known ?? new Node(publicKey, facts, address, Now);
        if (await store.RedeemAsync(ClaimCode.HashToken(joinToken), node.Id, Now, cancellationToken) is not { } token)
        {
            return NodeErrors.JoinTokenInvalid;
        }

        var named = string.IsNullOrWhiteSpace(name) ? token.Name : name;
        if (node.Claim(token.OwnerId, Node.NameLimit.Line(named), token.JoinsNewWorkspaces, Now) is { } claimRefusal)
        {
            return claimRefusal;
        }

        if (!(known is null ? await store.TryAddAsync(node, cancellationToken) : await store.TrySaveAsync(node, cancellationToken)))
        {
            return NodeErrors.Changed;
        }

        await AttachAsync(node, token, cancellationToken);
        LogJoined(node.Id, token.OwnerId);
        return new Enrolment(node.Id, await store.InstallationIdAsync(cancellationToken));
    }

    private async Task AttachAsync(Node node, JoinToken token, CancellationToken cancellationToken)
    {
        // The owner's rights count now, not when the token was made.
        var roles = await store.ListRolesAsync(token.OwnerId, cancellationToken);
        var mayServe = roles.Where(role => Operations.NodeAttach.For(role.Value) == Grant.Allow).Select(role => role.Key).ToArray();
        var workspaceIds = token.JoinsNewWorkspaces ? mayServe : [.. token.WorkspaceIds.Intersect(mayServe)];
        foreach (var workspaceId in workspaceIds)
        {
            await store.AttachOneAsync(node.Id, workspaceId, Now, cancellationToken);
        }

        // The token was its owner's word.
        foreach (var workspaceId in workspaceIds.Select(id => (Guid?)id).DefaultIfEmpty(null))
        {
            await audit.AppendAsync(
                Actor.User(token.OwnerId), workspaceId, Operations.NodeAttach, $"node:{node.Id}", $"{node.Name}: joined with a token");
        }

        dispatcher.NodesChanged();
        feed.Say(node, workspaceIds);
    }

    private Error? Refuse(byte[] publicKey, string? address) =>
        limiter.Count("enroll:" + address, options.Value.EnrollmentsPerTenMinutes) is { } wait ? NodeErrors.TooManyTries(wait)
        : KeyProof.IsKey(publicKey) ? null
        : NodeErrors.KeyInvalid;

    private static byte[] KeyHash(byte[] publicKey) => System.Security.Cryptography.SHA256.HashData(publicKey);

    [LoggerMessage(Level = LogLevel.Information, Message = "Node {NodeId} joined by token; its owner is {OwnerId}")]
    private partial void LogJoined(Guid nodeId, Guid ownerId);
}

/// <summary>A claim code for a machine that waits.</summary>
/// <param name="EnrollId">What it polls with.</param>
/// <param name="Code">What its owner enters; empty when the machine is claimed already and only has to prove its key.</param>
/// <param name="Lifetime">How long the code lives.</param>
public sealed record ClaimOffer(Guid EnrollId, string Code, TimeSpan Lifetime);

/// <summary>A machine's identity here.</summary>
/// <param name="NodeId">Which node it is.</param>
/// <param name="InstallationId">Which installation this is: the audience of its proofs.</param>
public sealed record Enrolment(Guid NodeId, string InstallationId);
