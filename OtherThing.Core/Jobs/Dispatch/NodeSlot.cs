using OtherThing.Core.Jobs.Kinds;
using OtherThing.Core.Nodes;

namespace OtherThing.Core.Jobs.Dispatch;

/// <summary>A connected node as placement sees it; only the dispatcher's loop changes it.</summary>
internal sealed class NodeSlot(NodeProfile profile)
{
    /// <summary>What a job that names no demand counts as, in cores.</summary>
    public const double DefaultCores = 0.25;

    /// <summary>Jobs without a process that may be under way at once.</summary>
    public const int MaxNoops = 512;

    public NodeProfile Profile { get; set; } = profile;

    public INodeSession? Session { get; set; }

    /// <summary>False until reconciled with what the node said it still has.</summary>
    public bool IsOpen { get; set; }

    /// <summary>The least memory a job is given, in MiB.</summary>
    private const long LeastMemoryMb = 64;

    /// <summary>Work in cores that a node is trusted with at once before it has shown what it can do.</summary>
    private const double FirstCores = 16;

    private readonly Dictionary<Guid, long> _memory = [];

    public Dictionary<Guid, LiveJob> Running { get; } = [];

    /// <summary>It said that it is full although it should not be; true until something on it ends.</summary>
    public bool IsFull { get; set; }

    /// <summary>The most work in cores that was on it at once when a job ended properly. What a node claims to have is only a claim.</summary>
    public double ProvenCores { get; private set; }

    /// <summary>How much work in cores it gets at once: at first a bounded amount of what it lends, then twice what it has shown it can do.</summary>
    public double AllowedCores => Math.Min(Profile.Lent.CpuCores, Math.Max(FirstCores, 2 * ProvenCores));

    public double Cores { get; private set; }

    public long MemoryMb { get; private set; }

    public int Gpus { get; private set; }

    public int Noops { get; private set; }

    /// <summary>Refusals and losses in a row; a result clears it.</summary>
    public int Failures { get; set; }

    /// <summary>Results for nothing that this process heard from it.</summary>
    public int LateResults { get; set; }

    /// <summary>
    /// The memory a job gets here, in MiB: what it asks for or, when it asks for nothing, the share of the machine's that goes with its
    /// cores, so that all that fit by cores fit by memory too.
    /// </summary>
    public static long MemoryOf(LentResources lent, JobRequirements demand) =>
        demand.MemoryMb ?? (lent.MemoryMb <= 0 ? 0 : Math.Clamp(
            (long)(lent.MemoryMb * Math.Min(1, (demand.CpuCores ?? DefaultCores) / Math.Max(lent.CpuCores, 0.01))),
            Math.Min(LeastMemoryMb, lent.MemoryMb),
            lent.MemoryMb));

    /// <summary>The memory that would be set aside for a job, in MiB.</summary>
    public long MemoryFor(Job job) => JobKinds.Of(job.Kind).RunsProgram ? MemoryOf(Profile.Lent, job.Spec.Requirements) : 0;

    /// <summary>It brought an attempt to its end; a program that ran to its own shows that the node can do what it has on it now.</summary>
    public void Answer(bool proven) => (Failures, ProvenCores) = (0, proven ? Math.Max(ProvenCores, Cores) : ProvenCores);

    /// <summary>A job was refused or lost: the node can do less than it seemed.</summary>
    public void Doubt() => (Failures, ProvenCores) = (Failures + 1, ProvenCores / 2);

    public void Reserve(LiveJob job)
    {
        if (Running.TryAdd(job.Row.Id, job))
        {
            Count(job.Row, 1);
        }
    }

    /// <param name="job">What it no longer has.</param>
    /// <param name="isFull">True when it said that it is full, so that this makes no room.</param>
    public void Release(LiveJob job, bool isFull = false)
    {
        IsFull = isFull;
        if (Running.Remove(job.Row.Id))
        {
            Count(job.Row, -1);
        }
    }

    private void Count(Job job, int sign)
    {
        if (!JobKinds.Of(job.Kind).RunsProgram)
        {
            Noops += sign;
            return;
        }

        var demand = job.Spec.Requirements;
        Cores = Math.Max(0, Cores + (sign * (demand.CpuCores ?? DefaultCores)));
        if (sign > 0)
        {
            _memory[job.Id] = MemoryFor(job);
        }

        MemoryMb += sign * _memory.GetValueOrDefault(job.Id);
        if (sign < 0)
        {
            _memory.Remove(job.Id);
        }

        Gpus += sign * demand.CountGpus();
    }
}

/// <summary>What placement knows of a node: what it has, what its owner lends, whether it takes work.</summary>
/// <param name="Id">Which node.</param>
/// <param name="Name">What its owner calls it.</param>
/// <param name="OwnerId">Whose it is.</param>
/// <param name="Facts">What it is and allows.</param>
/// <param name="Lent">What jobs may use of it in all.</param>
/// <param name="Closed">Why it takes no work (draining, paused, quarantined); null when it does.</param>
public sealed record NodeProfile(Guid Id, string Name, Guid OwnerId, NodeFacts Facts, LentResources Lent, string? Closed)
{
    /// <summary>The profile of a node as it is now.</summary>
    public static NodeProfile Of(Node node) => new(
        node.Id,
        node.Name,
        node.OwnerId ?? Guid.Empty,
        node.Facts,
        LentResources.Of(node.Facts, node.Limits),
        node switch
        {
            { RevokedAt: not null } => "it was removed",
            { QuarantineReason: not null } => "it is quarantined until its owner confirms it",
            { DrainedAt: not null } => "it is draining",
            { IsPaused: true } => "its owner paused it",
            _ => null,
        });
}

/// <summary>What jobs may use of a machine: the least of what it has, what its local policy lends and what its owner set here.</summary>
/// <param name="CpuCores">Cores.</param>
/// <param name="MemoryMb">Memory in MiB.</param>
/// <param name="Gpus">GPUs, largest memory first.</param>
public sealed record LentResources(double CpuCores, long MemoryMb, IReadOnlyList<NodeGpu> Gpus)
{
    /// <summary>The least of the three.</summary>
    public static LentResources Of(NodeFacts facts, NodeLimits limits)
    {
        var gpus = Math.Min(limits.GpuCount ?? int.MaxValue, facts.Policy.GpuCount ?? int.MaxValue);
        return new LentResources(
            Math.Min(facts.Resources.CpuCores, Math.Min(limits.CpuCores ?? double.MaxValue, facts.Policy.CpuCores ?? double.MaxValue)),
            Math.Min(facts.Resources.MemoryMb, Math.Min(limits.MemoryMb ?? long.MaxValue, facts.Policy.MemoryMb ?? long.MaxValue)),
            [.. facts.Resources.Gpus.OrderByDescending(gpu => gpu.VramMb).Take(gpus)]);
    }
}
