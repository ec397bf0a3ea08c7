using System.Collections.Concurrent;
using OtherThing.Core.Results;

namespace OtherThing.Core.Nodes;

/// <summary>Checks the signed assertions by which a node asks for its bearer: right key, this installation, fresh, used once.</summary>
public sealed class NodeProofs(INodeStore store, TimeProvider clock)
{
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_skew = TimeSpan.FromMinutes(5);
    private readonly ConcurrentDictionary<string, DateTime> _used = new();

    /// <summary>Checks one.</summary>
    /// <returns>The node, or <c>node.proof_invalid</c>, <c>node.revoked</c>, <c>node.not_found</c>.</returns>
    public async Task<Result<Node>> CheckAsync(NodeAssertion assertion, byte[] assertionBytes, byte[] signature, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        if (assertion.ExpiresAt - assertion.IssuedAt > s_longest || assertion.ExpiresAt <= assertion.IssuedAt
            || assertion.Jti.Length is < 16 or > 64
            || assertion.IssuedAt > now + s_skew || assertion.ExpiresAt < now - s_skew
            || assertion.Audience != await store.InstallationIdAsync(cancellationToken))
        {
            return NodeErrors.ProofInvalid;
        }

        if (await store.FindAsync(assertion.NodeId, cancellationToken) is not { Node: { OwnerId: not null } node })
        {
            return NodeErrors.NotFound;
        }

        if (!KeyProof.Holds(node.PublicKey, KeyProof.Assertion, assertionBytes, signature))
        {
            return NodeErrors.ProofInvalid;
        }

        Forget(now);
        return node.RevokedAt is not null ? NodeErrors.Revoked
            : _used.TryAdd(assertion.NodeId + Convert.ToHexString(assertion.Jti), assertion.ExpiresAt + s_skew) ? node
            : NodeErrors.ProofInvalid;
    }

    private void Forget(DateTime now)
    {
        foreach (var (jti, ends) in _used)
        {
            if (ends < now)
            {
                _used.TryRemove(jti, out _);
            }
        }
    }
}

/// <summary>What a node signs to get its bearer.</summary>
/// <param name="NodeId">Who it is.</param>
/// <param name="Audience">Which installation it means.</param>
/// <param name="Jti">Random, used once.</param>
/// <param name="IssuedAt">When (UTC, by the node's clock).</param>
/// <param name="ExpiresAt">Until when; at most 60 s later.</param>
public sealed record NodeAssertion(Guid NodeId, string Audience, byte[] Jti, DateTime IssuedAt, DateTime ExpiresAt);
