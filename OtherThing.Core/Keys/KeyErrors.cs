using OtherThing.Core.Results;

namespace OtherThing.Core.Keys;

/// <summary>What can be wrong with keys.</summary>
public static class KeyErrors
{
    /// <summary>A key's value does not open here.</summary>
    public static Error CannotDecrypt { get; } = Error.Conflict(
        "key.cannot_decrypt",
        "The value of this key cannot be opened: the server's vault ring is not the one it was added with. Restore the ring, or add the key again.");

    /// <summary>Nothing can be sealed for the workspace here.</summary>
    public static Error VaultCannotOpen { get; } = Error.Conflict(
        "vault.cannot_open",
        "Nothing can be kept secret in this workspace for now: what it has was sealed with another vault ring than this server's. "
        + "The server's operator must put the folder keys/vault of the data directory back from the backup.");

    /// <summary>The workspace has a key of this value.</summary>
    public static Error Duplicate { get; } =
        Error.Conflict("key.duplicate", "This workspace already has this very key.");

    /// <summary>No such key.</summary>
    public static Error NotFound() => Error.NotFound("key.not_found", "There is no such key in this workspace.");

    /// <summary>Whoever added the key has left.</summary>
    public static Error Paused() => Error.Conflict(
        "key.paused", "The member who added this key has left the workspace, so it is paused. Add another key.");

    /// <summary>The provider refuses the key.</summary>
    /// <param name="title">The provider.</param>
    /// <param name="words">What it said, without the key.</param>
    public static Error Rejected(string title, string words) => Error.Invalid(
        "key.rejected", "key", $"{title} rejected this key: {words}");
}
