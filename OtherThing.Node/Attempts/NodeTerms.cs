using Google.Protobuf;
using OtherThing.Agent.Policies;
using OtherThing.Agent.Sandboxes;
using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Attempts;

/// <summary>On what terms work is taken now: the owner's policy, the server's, and what this machine can do.</summary>
internal sealed class NodeTerms(LocalPolicy local, bool sandboxWorks)
{
    private volatile LocalPolicy _local = local;
    private volatile Policy? _server;

    internal LocalPolicy Local
    {
        get => _local;
        set => _local = value;
    }

    /// <summary>Null until the first Welcome.</summary>
    internal Policy? Server
    {
        get => _server;
        set => _server = value;
    }

    internal Limits Caps => Capacity.Caps(_local, _server);

    /// <summary>The best class that really works; null when none does and the owner wants one.</summary>
    internal string? Sandbox => sandboxWorks ? SandboxClass.Bubblewrap : _local.AllowUnsandboxed ? SandboxClass.Process : null;

    /// <summary>What this build can run here.</summary>
    internal static IReadOnlyList<string> Available => OperatingSystem.IsWindows() ? [] : ["command", "script"];

    internal Consent Consent() => new()
    {
        Kinds = { Sandbox is null ? [] : _local.Kinds.Intersect(Available) },
        SandboxClasses = { Sandbox is null ? [] : new[] { Sandbox } },
        Caps = Capacity.Caps(_local, server: null),
        Paused = _local.Paused,
        PolicyHash = ByteString.CopyFrom(_local.Hash()),
        Labels = { _local.Labels },
        Workspaces = { _local.Workspaces },
    };
}
