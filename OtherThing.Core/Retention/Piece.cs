namespace OtherThing.Core.Retention;

/// <summary>One deletion: a transaction of a few milliseconds.</summary>
/// <param name="Done">How many of the things it was given it came to, in their order, or how many rows went.</param>
/// <param name="Held">For how long it kept others from writing.</param>
/// <param name="IsAwaited">True when others waited to write as it ended.</param>
public readonly record struct Piece(int Done, TimeSpan Held, bool IsAwaited);
