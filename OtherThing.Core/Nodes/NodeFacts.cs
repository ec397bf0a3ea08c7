using OtherThing.Core.Nodes.Models;
using OtherThing.Core.Results;

namespace OtherThing.Core.Nodes;

/// <summary>What a machine has.</summary>
public sealed record NodeResources
{
    /// <summary>Logical cores.</summary>
    public double CpuCores { get; init; }

    /// <summary>Memory in MiB.</summary>
    public long MemoryMb { get; init; }

    /// <summary>Disk in MiB where jobs work; how much of it is free comes with each beat.</summary>
    public long DiskMb { get; init; }

    /// <summary>Its GPUs.</summary>
    public IReadOnlyList<NodeGpu> Gpus { get; init; } = [];
}

/// <summary>One GPU.</summary>
/// <param name="Name">As its driver names it.</param>
/// <param name="VramMb">Its memory in MiB.</param>
public sealed record NodeGpu(string Name, long VramMb);

/// <summary>How much of the machine its owner lends; null means all of it.</summary>
public sealed record NodeLimits
{
    /// <summary>Cores, in whole or part.</summary>
    public double? CpuCores { get; init; }

    /// <summary>Memory in MiB.</summary>
    public long? MemoryMb { get; init; }

    /// <summary>Whole GPUs.</summary>
    public int? GpuCount { get; init; }

    /// <summary>Disk in MiB.</summary>
    public long? StorageMb { get; init; }
}

/// <summary>What a machine says of itself when it enrols and at each connect.</summary>
public sealed record NodeFacts
{
    /// <summary>The machine's host name; shown to its owner and Admins only.</summary>
    public string HostName { get; init; } = "";

    /// <summary><c>linux</c>, <c>windows</c> or <c>macos</c>.</summary>
    public string Os { get; init; } = "";

    /// <summary><c>x64</c> or <c>arm64</c>.</summary>
    public string Arch { get; init; } = "";

    /// <summary>What it has.</summary>
    public NodeResources Resources { get; init; } = new();

    /// <summary>What its owner's local policy allows: <c>command</c>, <c>script</c>, <c>container</c>, <c>model</c>.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = [];

    /// <summary>How jobs are kept apart: <c>bubblewrap</c>, <c>container</c>, <c>jobobject</c>, <c>process</c>, or <c>none</c> where no job runs.</summary>
    public string Sandbox { get; init; } = SandboxClasses.Process;

    /// <summary>What does not hold of its sandbox, in words; empty when all does.</summary>
    public string SandboxProblem { get; init; } = "";

    /// <summary>The only workspaces whose jobs may run there as <c>process</c>; null for every one.</summary>
    public IReadOnlyList<Guid>? Unsandboxed { get; init; }

    /// <summary>The most that a job reaches over the network: <c>none</c>, <c>full</c> (public addresses), <c>host</c> (all that the machine
    /// reaches).</summary>
    public string Network { get; init; } = "none";

    /// <summary>Words its owner gave it, for placement.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>The only workspaces its owner's local policy lets in; empty for every one it is attached to.</summary>
    public IReadOnlyList<Guid> OnlyWorkspaces { get; init; } = [];

    /// <summary>The servers of models that it lends.</summary>
    public IReadOnlyList<ModelEndpoint> Endpoints { get; init; } = [];

    /// <summary>What its owner's local policy lends at most.</summary>
    public NodeLimits Policy { get; init; } = new();

    /// <summary>The version of the agent.</summary>
    public string AgentVersion { get; init; } = "";

    /// <summary>The same facts with every text and number in the bounds we keep; a node is not trusted to keep them itself.</summary>
    public NodeFacts Bounded() => this with
    {
        HostName = Cut(HostName, 120),
        Os = Cut(Os, 20).ToLowerInvariant(),
        Arch = Cut(Arch, 20).ToLowerInvariant(),
        Sandbox = Cut(Sandbox, 20).ToLowerInvariant(),
        SandboxProblem = Cut(SandboxProblem, 500),
        Unsandboxed = Unsandboxed is { } named ? [.. named.Take(200)] : null,
        Network = Cut(Network, 10).ToLowerInvariant(),
        AgentVersion = Cut(AgentVersion, 40),
        Kinds = [.. Kinds.Take(10).Select(kind => Cut(kind, 20).ToLowerInvariant()).Distinct()],
        OnlyWorkspaces = [.. OnlyWorkspaces.Take(200)],
        Endpoints = [.. Endpoints.Take(ModelEndpoint.Most).Select(endpoint => endpoint.Bounded(Cut)).DistinctBy(endpoint => endpoint.Endpoint)],
        Labels = [.. Labels.Take(20).Select(label => Cut(label, 40)).Where(label => label.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase)],
        Policy = new NodeLimits
        {
            CpuCores = Policy.CpuCores is { } cores ? double.IsFinite(cores) ? Math.Clamp(cores, 0, MaxCores) : 0 : null,
            MemoryMb = Policy.MemoryMb is { } memory ? Math.Clamp(memory, 0, MaxMemoryMb) : null,
            GpuCount = Policy.GpuCount is { } gpus ? Math.Clamp(gpus, 0, MaxGpus) : null,
            StorageMb = Policy.StorageMb is { } storage ? Math.Clamp(storage, 0, MaxDiskMb) : null,
        },
        Resources = new NodeResources
        {
            CpuCores = double.IsFinite(Resources.CpuCores) ? Math.Clamp(Resources.CpuCores, 0, MaxCores) : 0,
            MemoryMb = Math.Clamp(Resources.MemoryMb, 0, MaxMemoryMb),
            DiskMb = Math.Clamp(Resources.DiskMb, 0, MaxDiskMb),
            Gpus = [.. Resources.Gpus.Take(MaxGpus).Select(gpu => new NodeGpu(Cut(gpu.Name, 80), Math.Clamp(gpu.VramMb, 0, 1L << 30)))],
        },
    };

    // The largest machines there are; more is a mistake or a lie.
    private const double MaxCores = 4096;
    private const long MaxMemoryMb = 1L << 30;
    private const long MaxDiskMb = 1L << 40;
    private const int MaxGpus = 64;

    private static string Cut(string text, int length)
    {
        // A text of a node may have any length; what lies far behind the limit is not looked at.
        var plain = new string([.. text.Take(TextLimit.UnitsOf(length)).Where(character => !char.IsControl(character))]);
        return TextCut.Head(plain, length);
    }
}
