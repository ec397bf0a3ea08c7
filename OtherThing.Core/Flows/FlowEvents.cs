using OtherThing.Core.Live;

namespace OtherThing.Core.Flows;

/// <summary>On a workspace's topic: the list of flows, or their triggers, changed.</summary>
public sealed record FlowsChanged : LiveEvent;

/// <summary>On a workspace's topic: saved tests or their results changed.</summary>
public sealed record FlowTestsChanged : LiveEvent;

/// <summary>On a flow's topic: its draft is stored.</summary>
/// <param name="Revision">The revision that is stored.</param>
public sealed record FlowSaved(int Revision) : LiveEvent;

/// <summary>On a flow's topic: its draft was published.</summary>
/// <param name="Revision">The revision of the flow after it.</param>
public sealed record FlowPublished(int Revision) : LiveEvent;

/// <summary>On a flow's topic: its settings changed.</summary>
public sealed record FlowSettingsChanged : LiveEvent;

/// <summary>On a flow's topic: what is pinned to its steps changed.</summary>
public sealed record FlowPinsChanged : LiveEvent;

/// <summary>On a flow's topic: the document changed by another way than an act; take a new snapshot.</summary>
/// <param name="Sequence">The act that the new document counts as.</param>
public sealed record FlowReset(long Sequence) : LiveEvent;

/// <summary>On a flow's topic: who has it open, or what they selected, changed.</summary>
public sealed record FlowPresenceChanged : LiveEvent;

/// <summary>On a flow's topic: acts up to this one are stored.</summary>
/// <param name="Sequence">The last act that is stored.</param>
public sealed record FlowKept(long Sequence) : LiveEvent;
