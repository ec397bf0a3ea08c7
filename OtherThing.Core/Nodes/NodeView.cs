namespace OtherThing.Core.Nodes;

/// <summary>A node as one caller may see it.</summary>
public sealed record NodeView
{
    /// <summary>Which node.</summary>
    public required Guid Id { get; init; }

    /// <summary>What its owner calls it.</summary>
    public required string Name { get; init; }

    /// <summary>Whose machine it is.</summary>
    public required Guid OwnerId { get; init; }

    /// <summary>What its owner is called; null when their account is gone.</summary>
    public string? OwnerName { get; init; }

    /// <summary>True when the caller owns it.</summary>
    public required bool IsMine { get; init; }

    /// <summary>True when the caller may drain it and take it out of a workspace.</summary>
    public required bool MayPause { get; init; }

    /// <summary>Where it stands now.</summary>
    public required NodeStatus Status { get; init; }

    /// <summary>Why it is quarantined; for its owner.</summary>
    public string? QuarantineReason { get; init; }

    /// <summary>What it is and allows; without host name and hardware names for those who may not see them.</summary>
    public required NodeFacts Facts { get; init; }

    /// <summary>How much its owner lends here.</summary>
    public required NodeLimits Limits { get; init; }

    /// <summary>What jobs may use of it in all.</summary>
    public required LentView Lent { get; init; }

    /// <summary>The workspaces it serves that the caller may know of.</summary>
    public required IReadOnlyList<Guid> WorkspaceIds { get; init; }

    /// <summary>When it was heard last (UTC); null when never.</summary>
    public DateTime? LastSeenAt { get; init; }

    /// <summary>How busy it is; null when it did not say.</summary>
    public NodeLoad? Load { get; init; }

    /// <summary>Jobs on it now.</summary>
    public required int RunningJobs { get; init; }

    /// <summary>Where it connects from; for its owner and Admins only.</summary>
    public string? Address { get; init; }

    /// <summary>Four words of its key; for its owner.</summary>
    public string? Fingerprint { get; init; }
}

/// <summary>What jobs may use of a machine.</summary>
/// <param name="CpuCores">Cores.</param>
/// <param name="MemoryMb">Memory in MiB.</param>
/// <param name="GpuCount">GPUs.</param>
public sealed record LentView(double CpuCores, long MemoryMb, int GpuCount);

/// <summary>What a person sees of a machine before it is theirs.</summary>
/// <param name="NodeId">Which node.</param>
/// <param name="Name">What it calls itself.</param>
/// <param name="Facts">What it says it is.</param>
/// <param name="Address">Where it connects from.</param>
/// <param name="Fingerprint">Four words of its key, to compare with those on the machine.</param>
/// <param name="ExpiresAt">When its code ends (UTC).</param>
public sealed record ClaimPreview(Guid NodeId, string Name, NodeFacts Facts, string? Address, string Fingerprint, DateTime ExpiresAt);
