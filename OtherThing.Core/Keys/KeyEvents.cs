using OtherThing.Core.Live;

namespace OtherThing.Core.Keys;

/// <summary>On a workspace's topic: the list of keys, or what a key is worth, changed.</summary>
public sealed record KeysChanged : LiveEvent;
