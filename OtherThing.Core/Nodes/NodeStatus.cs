namespace OtherThing.Core.Nodes;

/// <summary>Where a node stands, as people and placement see it.</summary>
public enum NodeStatus
{
    /// <summary>Made its key and shows a claim code; nobody owns it, it can do nothing.</summary>
    Pending,

    /// <summary>Connected and takes work.</summary>
    Ready,

    /// <summary>No beat for <see cref="NodesOptions.UnreachableSeconds"/>; its work goes on, it gets no new.</summary>
    Unreachable,

    /// <summary>No beat for <see cref="NodesOptions.LeaseSeconds"/>.</summary>
    Offline,

    /// <summary>Finishes what it has and takes no more, because its owner or an Admin asked.</summary>
    Draining,

    /// <summary>Its owner paused it on the machine itself.</summary>
    Paused,

    /// <summary>Something is wrong with its identity or its runs; its owner must confirm it.</summary>
    Quarantined,

    /// <summary>Away for a day; hidden from lists after thirty, never taken from its owner.</summary>
    Stale,

    /// <summary>Removed by its owner; its key is worth nothing any more.</summary>
    Revoked,
}
