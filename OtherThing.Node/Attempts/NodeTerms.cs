using Google.Protobuf;
using OtherThing.Agent.Attempts.Kinds;
using OtherThing.Agent.Models;
using OtherThing.Agent.Policies;
using OtherThing.Agent.Sandboxes;
using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Attempts;

/// <summary>On what terms work is taken now: the owner's policy, the server's, and what this machine can do.</summary>
internal sealed class NodeTerms(LocalPolicy local, SandboxReport report)
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

    /// <summary>What was found of the sandbox.</summary>
    internal SandboxReport Report { get; } = report;

    /// <summary>The best class there is for anybody; null when no job can run here.</summary>
    internal string? Sandbox =>
        Report.Works ? SandboxClass.Bubblewrap :
        Report.NoUsers is null && _local.Unsandboxed.Count > 0 ? SandboxClass.Process : null;

    /// <summary>What this build can run here.</summary>
    internal static IReadOnlyList<string> Available { get; } = [.. WorkKinds.Available, ModelWatch.Kind];

    /// <summary>The class that a workspace's jobs get; null when they cannot run here: without a sandbox only whom the owner named.</summary>
    internal string? SandboxFor(string workspaceId) =>
        Sandbox is SandboxClass.Process && !_local.MayGoUnsandboxed(workspaceId) ? null : Sandbox;

    /// <summary>What a job gets of the network: never more than it asks for, except where there is no wall.</summary>
    internal string NetworkFor(Assign assign) =>
        SandboxFor(assign.WorkspaceId) is SandboxClass.Process ? NetworkReach.Host :
        assign.Spec.Net == Network.Full && LendsNetwork ? NetworkReach.Full : NetworkReach.None;

    private bool LendsNetwork => _local.Network == NetworkReach.Full && Report is { Works: true, NetworkProblem: null };

    internal Consent Consent() => new()
    {
        Kinds = { _local.Kinds.Intersect(Available) },
        SandboxClasses = { Sandbox is null ? [] : new[] { Sandbox } },
        Caps = Capacity.Caps(_local, server: null),
        Paused = _local.Paused,
        PolicyHash = ByteString.CopyFrom(_local.Hash()),
        Labels = { _local.Labels },
        Workspaces = { _local.Workspaces },
        SandboxProblem = Report.Problem ?? "",
        Unsandboxed = { _local.Unsandboxed },
        Network = Sandbox is SandboxClass.Process ? NetworkReach.Host : LendsNetwork ? NetworkReach.Full : NetworkReach.None,
    };
}
