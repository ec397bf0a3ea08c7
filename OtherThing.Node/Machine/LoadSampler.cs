using OtherThing.Agent.Platforms;
using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Machine;

/// <summary>How busy the machine is between two beats.</summary>
internal sealed class LoadSampler(DataDirectory data, MachineFacts facts)
{
    private (long Busy, long Total) _last = Platform.Current.ReadCpu();

    internal async Task<Load> SampleAsync(CancellationToken cancellationToken)
    {
        var now = Platform.Current.ReadCpu();
        var (busy, total) = (now.Busy - _last.Busy, now.Total - _last.Total);
        _last = now;
        var load = new Load
        {
            Cpu = total > 0 ? Math.Clamp((double)busy / total, 0, 1) : 0,
            MemoryFreeMb = (ulong)(Platform.Current.ReadFreeMemory() >> 20),
            DiskFreeMb = (ulong)(new DriveInfo(data.OnWorkDisk).AvailableFreeSpace >> 20),
        };
        if (facts.Gpus.Count > 0 || facts.GpuProblem is not null)
        {
            load.Gpus.Add(await SampleGpusAsync(load.MemoryFreeMb, cancellationToken));
        }

        return load;
    }

    /// <summary>The load of each GPU that is lent, in their order. One that is lost meanwhile is lent no longer, one that came back is again.</summary>
    private async Task<IEnumerable<GpuLoad>> SampleGpusAsync(ulong machineFreeMb, CancellationToken cancellationToken)
    {
        var said = (await GpuProbe.LoadAsync(machineFreeMb, cancellationToken)).DistinctBy(gpu => gpu.Id).ToDictionary(gpu => gpu.Id, StringComparer.Ordinal);
        if (facts.GpuProblem is not null || facts.Gpus.Any(gpu => !said.ContainsKey(gpu.Id)))
        {
            await facts.ProbeAsync(cancellationToken);
        }

        return facts.Gpus.Select(gpu => said.GetValueOrDefault(gpu.Id) ?? new GpuLoad { Id = gpu.Id });
    }
}
