using OtherThing.Core.Results;

namespace OtherThing.Core.Nodes;

/// <summary>The refusals about nodes, each with its stable code.</summary>
public static class NodeErrors
{
    /// <summary>No such node for this caller.</summary>
    public static Error NotFound { get; } = Error.NotFound(
        "node.not_found", "There is no such machine, or it is neither yours nor in a workspace of yours.");

    /// <summary>Only the node's owner may.</summary>
    public static Error OwnerOnly { get; } = Error.Forbidden(
        "node.owner_only", "Only the person who owns this machine may do that.");

    /// <summary>A claim code that is wrong, used or over its ten minutes.</summary>
    public static Error ClaimCodeUnknown { get; } = Error.Invalid(
        "node.claim_code_unknown", "claimCode", "No machine waits with this code. Codes are valid for ten minutes: use the one the agent shows now.");

    /// <summary>The node belongs to somebody already.</summary>
    public static Error AlreadyClaimed { get; } = Error.Conflict(
        "node.already_claimed", "This machine already has an owner.");

    /// <summary>A join token that is wrong, used or too old.</summary>
    public static Error JoinTokenInvalid { get; } = new(
        ErrorKind.Unauthenticated, "node.join_token_invalid",
        "This join token is not valid: it may be used, older than 15 minutes, or mistyped. Make a new one.");

    /// <summary>A key proof that does not hold.</summary>
    public static Error ProofInvalid { get; } = new(
        ErrorKind.Unauthenticated, "node.proof_invalid", "The signature does not prove this machine's key.");

    /// <summary>The node was removed.</summary>
    public static Error Revoked { get; } = Error.Forbidden(
        "node.revoked", "This machine was removed by its owner. Delete the agent's data directory to enrol it anew.");

    /// <summary>The owner must confirm the node.</summary>
    public static Error Quarantined(string reason) => Error.Forbidden(
        "node.quarantined", reason + " Its owner can confirm it on the page My machines.");

    /// <summary>A public key that is not P-256.</summary>
    public static Error KeyInvalid { get; } = Error.Invalid(
        "node.key_invalid", "publicKey", "publicKey must be a P-256 key as SubjectPublicKeyInfo.");

    /// <summary>Too many tries.</summary>
    public static Error TooManyTries(TimeSpan wait) => new(
        ErrorKind.TooMany, "node.too_many_tries", "Too many enrolments or codes tried. Wait a little and try again.")
    { RetryAfter = wait };

    /// <summary>Somebody else changed the node at the same time.</summary>
    public static Error Changed { get; } = Error.Conflict("node.changed", "The machine was changed by somebody else just now. Look again and retry.");
}
