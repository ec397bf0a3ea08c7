using OtherThing.Core.Results;

namespace OtherThing.Core.Keys;

/// <summary>What can be wrong with keys.</summary>
internal static class KeyErrors
{
    public static Error CannotDecrypt { get; } = Error.Conflict(
        "key.cannot_decrypt",
        "The value of this key cannot be opened: the server's vault ring is not the one it was added with. Restore the ring, or add the key again.");

    public static Error Duplicate { get; } =
        Error.Conflict("key.duplicate", "This workspace already has this very key.");

    public static Error NotFound() => Error.NotFound("key.not_found", "There is no such key in this workspace.");

    public static Error Paused() => Error.Conflict(
        "key.paused", "Whoever added this key is no member of the workspace any more, so it is paused. Add another key.");

    public static Error Rejected(string title, string words) => Error.Invalid(
        "key.rejected", "key", $"{title} does not take this key: {words}");
}
