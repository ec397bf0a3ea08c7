using OtherThing.Core.Live;

namespace OtherThing.Core.Nodes;

/// <summary>On the topics of a node, of its workspaces and of its owner: it is other than before.</summary>
public sealed record NodesChanged : LiveEvent;

/// <summary>On a node's topic: its beat came.</summary>
public sealed record NodeHeard : LiveEvent;
