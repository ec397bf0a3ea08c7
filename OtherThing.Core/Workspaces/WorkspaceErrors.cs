using OtherThing.Core.Results;

namespace OtherThing.Core.Workspaces;

/// <summary>The refusals of this feature.</summary>
public static class WorkspaceErrors
{
    /// <summary>No such workspace for this person; the same words whether it exists or not.</summary>
    public static Error NotFound { get; } =
        Error.NotFound("workspace.not_found", "There is no such workspace, or you are not a member of it.");

    /// <summary>Somebody else saved in between.</summary>
    public static Error Changed { get; } =
        Error.Conflict("workspace.changed", "Somebody changed this workspace a moment ago. Load it again and repeat your change.");

    /// <summary>One person has made too many.</summary>
    public static Error Quota(int limit) =>
        Error.Conflict("workspace.quota", $"You own {limit} workspaces, the most one person may own here. Delete one first.");
}
