namespace OtherThing.Core.Jobs.Dispatch;

/// <summary>The steps of a run whose work no machine has taken yet.</summary>
/// <param name="Paths">Where they stand in the run: <c>count</c>, <c>each[3]/count</c>.</param>
/// <param name="First">Of each step the one that has waited longest, at most five, with what each machine says to it.</param>
public sealed record RunWaits(IReadOnlySet<string> Paths, IReadOnlyList<RunWait> First)
{
    /// <summary>Nothing waits.</summary>
    public static RunWaits None { get; } = new(new HashSet<string>(), []);
}

/// <summary>A job of a run that waits for a machine.</summary>
/// <param name="Path">Where its step stands in the run.</param>
/// <param name="Since">Since when it waits (UTC).</param>
/// <param name="Nodes">What each machine of the workspace says to it; none when no machine serves the workspace.</param>
public sealed record RunWait(string Path, DateTime Since, IReadOnlyList<NodeVerdict> Nodes);
