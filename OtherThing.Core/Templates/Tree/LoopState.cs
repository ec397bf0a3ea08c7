namespace OtherThing.Core.Templates.Tree;

/// <summary>Where a <c>for</c> is: what <c>forloop</c> reads.</summary>
internal sealed class LoopState(int length, LoopState? outer)
{
    public int Length { get; } = length;

    public LoopState? Outer { get; } = outer;

    /// <summary>From 0.</summary>
    public int Index { get; set; }
}
