using System.Globalization;
using OtherThing.Core.Jobs.Kinds;
using OtherThing.Core.Nodes;

namespace OtherThing.Core.Jobs.Dispatch;

/// <summary>Which node takes a job: filter, then score. Pure.</summary>
internal static class Placement
{
    /// <summary>Why a node can never take the job as both are now; null when it could.</summary>
    public static string? Unfit(NodeProfile node, Job job, string? leastSandbox)
    {
        var demand = job.Spec.Requirements;
        if (node.Closed is { } closed)
        {
            return closed;
        }

        if (demand.NodeId is { } only && only != node.Id)
        {
            return "the job names another machine";
        }

        if (node.Facts.OnlyWorkspaces is { Count: > 0 } allowed && !allowed.Contains(job.WorkspaceId))
        {
            return "its owner does not let this workspace in";
        }

        var work = JobKinds.Of(job.Kind);
        if (work.Allow is { } allow && !node.Facts.Kinds.Contains(allow))
        {
            return $"its owner does not allow {allow}: on that machine, run the agent with --allow {allow}";
        }

        if (demand.Os is { } os && !string.Equals(os, node.Facts.Os, StringComparison.OrdinalIgnoreCase))
        {
            return $"it runs {node.Facts.Os}, the job needs {os}";
        }

        if (demand.Labels?.FirstOrDefault(label => !node.Facts.Labels.Contains(label, StringComparer.OrdinalIgnoreCase)) is { } missing)
        {
            return $"it lacks the label {missing}";
        }

        if (!work.RunsProgram)
        {
            return null;
        }

        if (Exposed(node.Facts, job, leastSandbox) is { } exposed)
        {
            return exposed;
        }

        if ((demand.CpuCores ?? 0) > node.Lent.CpuCores)
        {
            return Text($"it lends {node.Lent.CpuCores:0.##} cores, the job needs {demand.CpuCores:0.##}");
        }

        if ((demand.MemoryMb ?? 0) > node.Lent.MemoryMb)
        {
            return Text($"it lends {node.Lent.MemoryMb} MiB of memory, the job needs {demand.MemoryMb}");
        }

        var fitting = node.Lent.Gpus.Count(gpu => gpu.VramMb >= (demand.VramMb ?? 0));
        return demand.CountGpus() is var gpus && gpus > fitting
            ? Text($"it lends {fitting} GPUs of that size, the job needs {gpus}")
            : null;
    }

    /// <summary>Why the node does not keep the job apart as its owner, or the workspace, wants.</summary>
    private static string? Exposed(NodeFacts node, Job job, string? leastSandbox) =>
        node.Sandbox == SandboxClasses.None
            ? $"no sandbox works on it and its owner does not let jobs run without one{(node.SandboxProblem.Length > 0 ? ": " + node.SandboxProblem : "")}"
        : node.Sandbox == SandboxClasses.Process && node.Unsandboxed is { } named && !named.Contains(job.WorkspaceId)
            ? $"no sandbox works on it and its owner does not let this workspace's jobs run without one: on that machine, otherthing-node policy set "
                + $"--allow-unsandboxed {job.WorkspaceId}"
        : !SandboxClasses.Satisfies(node.Sandbox, leastSandbox)
            ? $"the workspace asks for {leastSandbox} at least, it has {node.Sandbox}"
        : job.Spec.Requirements.Network == "full" && node.Network == "none"
            ? "the job needs the network, it lends none"
        : null;

    /// <summary>Why a fit node cannot take the job at this moment; null when it can.</summary>
    public static string? Full(NodeSlot slot, Job job)
    {
        if (!JobKinds.Of(job.Kind).RunsProgram)
        {
            return slot.Noops >= NodeSlot.MaxNoops ? "it has as many jobs as it takes at once" : null;
        }

        var demand = job.Spec.Requirements;
        var lent = slot.Profile.Lent;
        var cores = Math.Min(demand.CpuCores ?? NodeSlot.DefaultCores, lent.CpuCores);
        return slot.IsFull ? "it said that it is full"
            : slot.Cores + cores > lent.CpuCores + 1e-9 ? Text($"{slot.Cores:0.##} of its {lent.CpuCores:0.##} cores are taken")
            : slot.Cores > 0 && slot.Cores + cores > slot.AllowedCores + 1e-9
                ? Text($"it has work for {slot.Cores:0.##} cores and gets more when it has shown that it can do that")
            : slot.MemoryMb + NodeSlot.MemoryOf(lent, demand) > lent.MemoryMb ? Text($"{slot.MemoryMb} of its {lent.MemoryMb} MiB of memory are taken")
            : slot.Gpus + demand.CountGpus() > lent.Gpus.Count ? Text($"{slot.Gpus} of its {lent.Gpus.Count} GPUs are taken")
            : null;
    }

    /// <summary>
    /// Lower is better: work without a GPU spreads over free cores and stays off GPU machines, GPU work packs;
    /// a node that failed lately comes last.
    /// </summary>
    public static double Score(NodeSlot slot, Job job)
    {
        var lent = slot.Profile.Lent;
        var busy = !JobKinds.Of(job.Kind).RunsProgram
            ? (double)slot.Noops / NodeSlot.MaxNoops
            : (slot.Cores + (job.Spec.Requirements.CpuCores ?? NodeSlot.DefaultCores)) / Weight(slot.AllowedCores);
        var gpus = job.Spec.Requirements.CountGpus() > 0 ? lent.Gpus.Count - slot.Gpus : lent.Gpus.Count > 0 ? 0.5 : 0;
        return busy + gpus + (Math.Min(slot.Failures, 5) * 2);
    }

    /// <summary>What a number of cores counts: each up to sixteen as one, each beyond that less than the one before it.</summary>
    private static double Weight(double cores) =>
        cores <= PlainCores ? Math.Max(cores, 0.01) : PlainCores * (1 + Math.Log(cores / PlainCores));

    private const double PlainCores = 16;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
