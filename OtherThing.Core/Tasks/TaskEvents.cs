using OtherThing.Core.Live;

namespace OtherThing.Core.Tasks;

/// <summary>On a workspace's topic: cards of its board changed.</summary>
public sealed record TasksChanged : LiveEvent;
