namespace OtherThing.Core.Workspaces;

/// <summary>What a feature does when a member leaves or is removed: pause their keys, detach their nodes, stop their triggers.</summary>
public interface IMemberDeparture
{
    /// <summary>Called once, right after the membership has ended.</summary>
    Task OnDepartedAsync(Guid workspaceId, Guid userId, CancellationToken cancellationToken);
}
