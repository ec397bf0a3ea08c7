using OtherThing.Core.Live;

namespace OtherThing.Core.Approvals;

/// <summary>On a workspace's topic: an approval was asked for, answered or is over.</summary>
public sealed record ApprovalsChanged : LiveEvent;
