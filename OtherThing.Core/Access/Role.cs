namespace OtherThing.Core.Access;

/// <summary>What a member is in a workspace, weakest first, so that roles compare.</summary>
public enum Role
{
    /// <summary>Sees; changes nothing.</summary>
    Viewer,

    /// <summary>Builds and runs.</summary>
    Member,

    /// <summary>Manages members, keys and settings.</summary>
    Admin,

    /// <summary>Owns the workspace; there is always at least one.</summary>
    Owner,
}
