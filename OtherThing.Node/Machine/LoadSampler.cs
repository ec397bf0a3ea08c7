using System.Globalization;
using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Machine;

/// <summary>How busy the machine is between two beats.</summary>
internal sealed class LoadSampler(DataDirectory data, MachineFacts facts)
{
    private (long Busy, long Total) _last = ReadCpu();

    internal async Task<Load> SampleAsync(CancellationToken cancellationToken)
    {
        var now = ReadCpu();
        var (busy, total) = (now.Busy - _last.Busy, now.Total - _last.Total);
        _last = now;
        var load = new Load
        {
            Cpu = total > 0 ? Math.Clamp((double)busy / total, 0, 1) : 0,
            MemoryFreeMb = (ulong)(ReadFreeMemory() >> 20),
            DiskFreeMb = (ulong)(new DriveInfo(data.OnWorkDisk).AvailableFreeSpace >> 20),
        };
        if (facts.GpuCount > 0)
        {
            load.Gpus.Add(await GpuProbe.LoadAsync(cancellationToken));
        }

        return load;
    }

    private static (long Busy, long Total) ReadCpu()
    {
        const string path = "/proc/stat";
        if (!File.Exists(path))
        {
            return (0, 0);
        }

        var ticks = File.ReadLines(path).First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9]
            .Select(text => long.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        var idle = ticks[3] + ticks[4];
        return (ticks.Sum() - idle, ticks.Sum());
    }

    private static long ReadFreeMemory()
    {
        const string path = "/proc/meminfo";
        var line = File.Exists(path) ? File.ReadLines(path).FirstOrDefault(text => text.StartsWith("MemAvailable:", StringComparison.Ordinal)) : null;
        if (line is null)
        {
            var memory = GC.GetGCMemoryInfo();
            return Math.Max(0, memory.TotalAvailableMemoryBytes - memory.MemoryLoadBytes);
        }

        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}
