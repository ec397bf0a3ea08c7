using OtherThing.Core.Live;

namespace OtherThing.Core.Jobs;

/// <summary>On the topics of a workspace and of a node: a job moved.</summary>
public sealed record JobsChanged : LiveEvent;
