using System.Globalization;
using System.Runtime.InteropServices;
using OtherThing.Agent.Platforms;
using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Machine;

/// <summary>What this machine is, as far as it tells without rights.</summary>
internal sealed class MachineFacts(DataDirectory data)
{
    /// <summary>The GPUs that work.</summary>
    internal IReadOnlyList<Gpu> Gpus { get; private set; } = [];

    /// <summary>What is wrong with others; null when nothing is.</summary>
    internal string? GpuProblem { get; private set; }

    internal static string Os => OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "macos" : "linux";

    internal static string Architecture => RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant();

    /// <summary>Cores this process may use, by the system's numbers; empty where the system does not say.</summary>
    internal static IReadOnlyList<int> Cores { get; } = ReadCores();

    internal async Task ProbeAsync(CancellationToken cancellationToken) =>
        (Gpus, GpuProblem) = await GpuProbe.ListAsync(MemoryMb, cancellationToken);

    private static ulong MemoryMb => (ulong)(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20);

    internal Facts Read()
    {
        var drive = new DriveInfo(data.OnWorkDisk);
        return new Facts
        {
            HostName = Environment.MachineName,
            Os = Os,
            OsVersion = RuntimeInformation.OSDescription,
            Arch = Architecture,
            CpuCores = Environment.ProcessorCount,
            CpuModel = Platform.Current.ReadCpuModel(),
            MemoryMb = MemoryMb,
            DiskMb = (ulong)(drive.TotalSize >> 20),
            DiskFreeMb = (ulong)(drive.AvailableFreeSpace >> 20),
            Gpus = { Gpus },
            BootId = Platform.Current.ReadBoot(),
        };
    }

    private static int[] ReadCores()
    {
        const string status = "/proc/self/status";
        const string field = "Cpus_allowed_list:";
        var line = File.Exists(status) ? File.ReadLines(status).FirstOrDefault(text => text.StartsWith(field, StringComparison.Ordinal)) : null;
        return line is null ? [] : [.. ParseCores(line[field.Length..])];
    }

    /// <summary>Reads the kernel's list form, <c>0-3,8</c>.</summary>
    internal static IEnumerable<int> ParseCores(string list)
    {
        foreach (var range in list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = range.Split('-');
            var first = int.Parse(ends[0], CultureInfo.InvariantCulture);
            var last = int.Parse(ends[^1], CultureInfo.InvariantCulture);
            for (var core = first; core <= last; core++)
            {
                yield return core;
            }
        }
    }
}
