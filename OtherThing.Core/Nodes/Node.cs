using System.Security.Cryptography;
using OtherThing.Core.Results;

namespace OtherThing.Core.Nodes;

/// <summary>A contributed machine.</summary>
public sealed class Node : IVersioned
{
    /// <summary>How long a claim code lives.</summary>
    public static TimeSpan ClaimLifetime { get; } = TimeSpan.FromMinutes(10);

    /// <summary>How long away makes a node stale.</summary>
    public static TimeSpan StaleAfter { get; } = TimeSpan.FromHours(24);

    /// <summary>How long away hides a node from lists; its ownership stays.</summary>
    public static TimeSpan HiddenAfter { get; } = TimeSpan.FromDays(30);

    /// <summary>The longest name.</summary>
    public const int MaxNameLength = 60;

    /// <summary>How long its name may be.</summary>
    public static TextLimit NameLimit { get; } = new(60, MaxNameLength);

    private Node()
    {
    }

    /// <summary>A machine that made its key and belongs to nobody yet.</summary>
    public Node(byte[] publicKey, NodeFacts facts, string? address, DateTime utcNow)
    {
        Id = Guid.CreateVersion7();
        PublicKey = publicKey;
        PublicKeyHash = SHA256.HashData(publicKey);
        Facts = facts.Bounded();
        Name = Facts.HostName is { Length: > 0 } host ? Bound(host) : "Machine";
        Address = address;
        CreatedAt = utcNow;
        Status = NodeStatus.Pending;
    }

    /// <summary>Which node.</summary>
    public Guid Id { get; private set; }

    /// <summary>What its owner calls it.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Whose machine it is; null until claimed.</summary>
    public Guid? OwnerId { get; private set; }

    /// <summary>Its P-256 key as SubjectPublicKeyInfo.</summary>
    public byte[] PublicKey { get; private set; } = [];

    /// <summary>SHA-256 of <see cref="PublicKey"/>; unique.</summary>
    public byte[] PublicKeyHash { get; private set; } = [];

    /// <summary>Where it stood when last written; <see cref="Settle"/> says where it stands now.</summary>
    public NodeStatus Status { get; private set; }

    /// <summary>What it says of itself.</summary>
    public NodeFacts Facts { get; private set; } = new();

    /// <summary>How much its owner lends, set on the page or by REST.</summary>
    public NodeLimits Limits { get; private set; } = new();

    /// <summary>The address it last came from; for its owner and Admins only.</summary>
    public string? Address { get; private set; }

    /// <summary>Hash of the code it shows while pending; null when claimed or joined by token.</summary>
    public byte[]? ClaimCodeHash { get; private set; }

    /// <summary>When that code ends (UTC).</summary>
    public DateTime? ClaimExpiresAt { get; private set; }

    /// <summary>When it first came (UTC).</summary>
    public DateTime CreatedAt { get; private set; }

    /// <summary>When its owner took it (UTC).</summary>
    public DateTime? ClaimedAt { get; private set; }

    /// <summary>Its last beat as far as written (UTC); a connected node's is newer.</summary>
    public DateTime? LastSeenAt { get; private set; }

    /// <summary>Since when it takes no more work (UTC); null when it does.</summary>
    public DateTime? DrainedAt { get; private set; }

    /// <summary>True while the machine itself says its owner paused it.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>Why it is quarantined, for its owner; null when it is not.</summary>
    public string? QuarantineReason { get; private set; }

    /// <summary>When its owner removed it (UTC); null while it counts.</summary>
    public DateTime? RevokedAt { get; private set; }

    /// <summary>Rises with each session; frames of a session with an older one change nothing.</summary>
    public long SessionFence { get; private set; }

    /// <summary>The random id of the agent process that connected last.</summary>
    public string? InstanceId { get; private set; }

    /// <summary>The nonce of its last session: who cannot repeat it and is another process is a clone.</summary>
    public string? SessionNonce { get; private set; }

    /// <summary>The nonce before that: the agent may have died before it wrote the last one down.</summary>
    public string? PreviousNonce { get; private set; }

    /// <summary>True when it joins every workspace its owner makes (the server's own machine in Development).</summary>
    public bool JoinsNewWorkspaces { get; private set; }

    /// <inheritdoc/>
    public Guid Version { get; private set; }

    /// <summary>Where it stands now.</summary>
    /// <param name="utcNow">Now (UTC).</param>
    /// <param name="lastBeat">Its last beat, if this process heard one newer than <see cref="LastSeenAt"/>.</param>
    /// <param name="connected">True while it holds a session.</param>
    /// <param name="options">The clocks.</param>
    public NodeStatus Settle(DateTime utcNow, DateTime? lastBeat, bool connected, NodesOptions options)
    {
        if (RevokedAt is not null)
        {
            return NodeStatus.Revoked;
        }

        if (OwnerId is null)
        {
            return NodeStatus.Pending;
        }

        if (QuarantineReason is not null)
        {
            return NodeStatus.Quarantined;
        }

        var seen = lastBeat ?? LastSeenAt;
        var away = seen is null ? TimeSpan.MaxValue : utcNow - seen.Value;
        if (seen is null && !connected)
        {
            return utcNow - (ClaimedAt ?? CreatedAt) >= StaleAfter ? NodeStatus.Stale : NodeStatus.Offline;
        }

        return away >= StaleAfter ? NodeStatus.Stale
            : away >= options.Lease ? NodeStatus.Offline
            : away >= options.Unreachable || (!connected && lastBeat is null) ? NodeStatus.Unreachable
            : DrainedAt is not null ? NodeStatus.Draining
            : IsPaused ? NodeStatus.Paused
            : NodeStatus.Ready;
    }

    /// <summary>Shows a new claim code, known only by its hash.</summary>
    public void OfferClaim(byte[] codeHash, NodeFacts facts, string? address, DateTime utcNow)
    {
        (ClaimCodeHash, ClaimExpiresAt) = (codeHash, utcNow + ClaimLifetime);
        Facts = facts.Bounded();
        Address = address;
    }

    /// <summary>Gives it to its owner.</summary>
    public Error? Claim(Guid ownerId, string? name, bool joinsNewWorkspaces, DateTime utcNow)
    {
        if (OwnerId is not null)
        {
            return NodeErrors.AlreadyClaimed;
        }

        (OwnerId, ClaimedAt, ClaimCodeHash, ClaimExpiresAt) = (ownerId, utcNow, null, null);
        JoinsNewWorkspaces = joinsNewWorkspaces;
        Status = NodeStatus.Offline;
        return name is null ? null : Rename(name);
    }

    /// <summary>Names it.</summary>
    public Error? Rename(string name)
    {
        if (NameLimit.Line(name) is not { } line)
        {
            return Error.Invalid("node.name_invalid", "name", $"name must have 1 to {NameLimit} on one line.");
        }

        Name = line;
        return null;
    }

    /// <summary>Sets how much the owner lends.</summary>
    public void Limit(NodeLimits limits) => Limits = limits;

    /// <summary>Takes no more work until <see cref="Resume"/>.</summary>
    public void Drain(DateTime utcNow) => DrainedAt ??= utcNow;

    /// <summary>Takes work again; also the owner's word that a quarantined machine is well.</summary>
    public void Resume() =>
        (DrainedAt, QuarantineReason, InstanceId, SessionNonce, PreviousNonce) = (null, null, null, null, null);

    /// <summary>Takes it out of use until its owner confirms it.</summary>
    public void Quarantine(string reason) => (QuarantineReason, Status) = (reason, NodeStatus.Quarantined);

    /// <summary>Ends its identity for good.</summary>
    public void Revoke(DateTime utcNow) => (RevokedAt, Status) = (utcNow, NodeStatus.Revoked);

    /// <summary>A new session begins: newer facts, a higher fence.</summary>
    public void Connect(NodeFacts facts, string? address, string instanceId, string nonce, bool paused, DateTime utcNow)
    {
        Facts = facts.Bounded();
        (Address, InstanceId, PreviousNonce, SessionNonce) = (address, instanceId, SessionNonce, nonce);
        (IsPaused, LastSeenAt) = (paused, utcNow);
        SessionFence++;
    }

    /// <summary>
    /// True when another process than the last one connects without knowing the last session's nonce: a copy of the machine's disk.
    /// </summary>
    public bool IsClone(string instanceId, string nonce) =>
        InstanceId is not null && SessionNonce is not null && instanceId != InstanceId
        && nonce != SessionNonce && nonce != PreviousNonce;

    /// <summary>The machine says something new of itself.</summary>
    public void Restate(NodeFacts facts) => Facts = facts.Bounded();

    /// <summary>The machine says that its owner paused or resumed it.</summary>
    public void Pause(bool paused) => IsPaused = paused;

    /// <summary>Writes where it stands.</summary>
    public void Stand(NodeStatus status, DateTime? lastSeenAt)
    {
        Status = status;
        LastSeenAt = lastSeenAt ?? LastSeenAt;
    }

    private static string Bound(string name) => NameLimit.Cut(name);
}
