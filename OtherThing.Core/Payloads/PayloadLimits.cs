namespace OtherThing.Core.Payloads;

/// <summary>
/// How deep JSON may be nested. Each number has room for what the product puts around a value of the one before it: what one door lets in,
/// every writer behind it can write.
/// </summary>
public static class PayloadLimits
{
    /// <summary>The most levels of JSON that comes from outside, at every door.</summary>
    public const int Depth = 56;

    /// <summary>
    /// The most levels of a value that a run makes of such JSON: an answer with its body, a list of results. In a step of a run over REST four more are
    /// around it, and most readers of JSON stop at 64.
    /// </summary>
    public const int ValueDepth = 60;

    /// <summary>The most levels that are read and written at all, whatever is around a value.</summary>
    public const int KeptDepth = 128;
}
