using OtherThing.Core.Access;

namespace OtherThing.Core.Nodes;

/// <summary>Keeps nodes, what workspaces they serve, and join tokens.</summary>
public interface INodeStore
{
    /// <summary>A node with the workspaces it serves; null when there is none.</summary>
    Task<NodeRecord?> FindAsync(Guid nodeId, CancellationToken cancellationToken);

    /// <summary>The node that has this key.</summary>
    Task<Node?> FindByKeyAsync(byte[] publicKeyHash, CancellationToken cancellationToken);

    /// <summary>The unclaimed node that shows the code with this hash and may still be claimed.</summary>
    Task<Node?> FindByClaimAsync(byte[] codeHash, DateTime utcNow, CancellationToken cancellationToken);

    /// <summary>The nodes a person owns or sees through a workspace, newest first; revoked ones are left out.</summary>
    Task<IReadOnlyList<NodeRecord>> ListVisibleAsync(Guid userId, CancellationToken cancellationToken);

    /// <summary>The nodes that serve a workspace; only while their owner is an active member there (Viewer does not count).</summary>
    Task<IReadOnlyList<NodeRecord>> ListServingAsync(Guid workspaceId, CancellationToken cancellationToken);

    /// <summary>The ids of <see cref="ListServingAsync"/>.</summary>
    Task<IReadOnlyList<Guid>> ListServingIdsAsync(Guid workspaceId, CancellationToken cancellationToken);

    /// <summary>The least class of sandbox that a workspace's jobs ask for; null for any.</summary>
    Task<string?> FindLeastSandboxAsync(Guid workspaceId, CancellationToken cancellationToken);

    /// <summary>A random id of this installation, made on first use and kept; the audience of key proofs.</summary>
    Task<string> InstallationIdAsync(CancellationToken cancellationToken);

    /// <summary>The claimed, unrevoked nodes of everybody, for the sweeper.</summary>
    Task<IReadOnlyList<Node>> ListLiveAsync(CancellationToken cancellationToken);

    /// <summary>The workspaces where a person is an active member, with the role.</summary>
    Task<IReadOnlyDictionary<Guid, Role>> ListRolesAsync(Guid userId, CancellationToken cancellationToken);

    /// <summary>Adds a node; false when its key exists already.</summary>
    Task<bool> TryAddAsync(Node node, CancellationToken cancellationToken);

    /// <summary>Saves a changed node; false when somebody saved it in between.</summary>
    Task<bool> TrySaveAsync(Node node, CancellationToken cancellationToken);

    /// <summary>Makes the node serve exactly these workspaces.</summary>
    Task AttachAsync(Guid nodeId, IReadOnlyCollection<Guid> workspaceIds, DateTime utcNow, CancellationToken cancellationToken);

    /// <summary>Adds one workspace to those a node serves; nothing when it does already.</summary>
    Task AttachOneAsync(Guid nodeId, Guid workspaceId, DateTime utcNow, CancellationToken cancellationToken);

    /// <summary>The nodes of an owner that join each new workspace.</summary>
    Task<IReadOnlyList<Guid>> ListJoiningNewAsync(Guid ownerId, CancellationToken cancellationToken);

    /// <summary>Writes the last beat of many nodes at once.</summary>
    Task MarkSeenAsync(IReadOnlyCollection<Guid> nodeIds, DateTime utcNow, CancellationToken cancellationToken);

    /// <summary>Keeps a join token.</summary>
    Task AddTokenAsync(JoinToken token, CancellationToken cancellationToken);

    /// <summary>Redeems a token once: the first caller gets it, every other null.</summary>
    Task<JoinToken?> RedeemAsync(byte[] tokenHash, Guid nodeId, DateTime utcNow, CancellationToken cancellationToken);
}

/// <summary>A node and the workspaces it serves.</summary>
/// <param name="Node">The node.</param>
/// <param name="WorkspaceIds">The workspaces.</param>
/// <param name="OwnerName">What its owner is called; null when nobody owns it or their account is gone.</param>
public sealed record NodeRecord(Node Node, IReadOnlyList<Guid> WorkspaceIds, string? OwnerName = null);
