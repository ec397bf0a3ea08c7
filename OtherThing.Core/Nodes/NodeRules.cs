using OtherThing.Core.Results;

namespace OtherThing.Core.Nodes;

/// <summary>What limits may say, and what outsiders may see.</summary>
internal static class NodeRules
{
    public static Error? Check(NodeLimits limits)
    {
        var fields = new List<FieldError>();
        Range(limits.CpuCores, 0.1, 4096, "cpuCores", "cores");
        Range(limits.MemoryMb, 64, 1L << 30, "memoryMb", "MiB");
        Range(limits.GpuCount, 0, 64, "gpuCount", "GPUs");
        Range(limits.StorageMb, 16, 1L << 40, "storageMb", "MiB");
        return fields.Count == 0 ? null : Error.Invalid("node.limits_invalid", fields[0].Message, fields);

        void Range(double? value, double least, double most, string path, string unit)
        {
            if (value is { } number && (!double.IsFinite(number) || number < least || number > most))
            {
                fields.Add(new FieldError(path, $"{path} must be {least:0.##} to {most:0} {unit}, or null for all the machine has."));
            }
        }
    }

    /// <summary>Sizes without names: enough to choose a node, too little to know the machine.</summary>
    public static NodeFacts WithoutDetail(NodeFacts facts) => facts with
    {
        HostName = "",
        Resources = facts.Resources with { Gpus = [.. facts.Resources.Gpus.Select(gpu => gpu with { Name = "GPU" })] },
    };
}
