using OtherThing.Core.Live;

namespace OtherThing.Core.Usage;

/// <summary>On a workspace's topic: entries were added.</summary>
public sealed record UsageChanged : LiveEvent;
