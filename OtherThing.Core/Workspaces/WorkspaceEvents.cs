using OtherThing.Core.Live;

namespace OtherThing.Core.Workspaces;

/// <summary>On the topics of a workspace and of its people: its name or state changed.</summary>
public sealed record WorkspaceChanged : LiveEvent;

/// <summary>On a workspace's topic: who is a member, or in which role.</summary>
public sealed record MembersChanged : LiveEvent;

/// <summary>On a workspace's topic: its invites changed.</summary>
public sealed record InvitesChanged : LiveEvent;

/// <summary>On a person's topic: their rights changed somewhere; pages look again, or end.</summary>
public sealed record AccessChanged : LiveEvent;
