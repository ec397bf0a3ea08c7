using OtherThing.Core.Access;
using OtherThing.Core.Results;

namespace OtherThing.Core.Workspaces;

/// <summary>That a person belongs to a workspace, and as what.</summary>
public sealed class Membership : IVersioned
{
    private Membership()
    {
    }

    /// <summary>A new member.</summary>
    public Membership(Guid workspaceId, Guid userId, Role role, DateTime utcNow) =>
        (WorkspaceId, UserId, Role, JoinedAt) = (workspaceId, userId, role, utcNow);

    /// <summary>The workspace.</summary>
    public Guid WorkspaceId { get; private set; }

    /// <summary>The person.</summary>
    public Guid UserId { get; private set; }

    /// <summary>What they are there.</summary>
    public Role Role { get; private set; }

    /// <summary>Since when (UTC).</summary>
    public DateTime JoinedAt { get; private set; }

    /// <inheritdoc/>
    public Guid Version { get; private set; }
}
