using OtherThing.Agent.Policies;
using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Attempts;

/// <summary>What an attempt holds of the machine until it has ended; its limits are these numbers.</summary>
internal sealed record Reservation(uint CpuMilli, ulong MemoryMb, ulong DiskMb, IReadOnlyList<string> Gpus);

/// <summary>
/// The machine as far as its owner lends it: the owner's caps here, narrowed by those set on the server. Every attempt has memory and disk
/// set aside, so that the caps hold for all of them together: what it asks for or, where it asks for nothing, the share that goes with
/// its cores.
/// </summary>
internal sealed class Capacity(Func<Facts> facts)
{
    internal const int MostAttempts = 256;

    /// <summary>The cores a job counts with that asks for none.</summary>
    private const uint UsualCpuMilli = 250;

    /// <summary>Less is of no use to any program.</summary>
    private const ulong LeastMb = 64;

    /// <summary>The most disk a job gets that asks for none.</summary>
    private const ulong UsualDiskMb = 10 * 1024;

    private readonly Lock _lock = new();
    private readonly HashSet<Reservation> _held = new(ReferenceEqualityComparer.Instance);

    /// <summary>The caps that hold now; 0 means none.</summary>
    internal static Limits Caps(LocalPolicy local, Policy? server)
    {
        var theirs = server?.Limits ?? new Limits();
        return new Limits
        {
            CpuMilli = (uint)Lower((ulong)((local.CpuCores ?? 0) * 1000), theirs.CpuMilli),
            MemoryMb = Lower((ulong)(local.MemoryMb ?? 0), theirs.MemoryMb),
            DiskMb = Lower((ulong)(local.StorageMb ?? 0), theirs.DiskMb),
            Pids = theirs.Pids,
            WallS = theirs.WallS,
            // A cap of none at all cannot be told from no cap by its number: it counts when the owner wrote it here.
            Gpus = local.GpuCount is { } gpus ? (uint)gpus : theirs.Gpus,
            VramMb = theirs.VramMb,
        };
    }

    /// <summary>Sets aside what the job needs, or says in words why not. <paramref name="asked"/> must be in <see cref="Ranges"/>.</summary>
    internal (Reservation? Reservation, string? Problem) TryReserve(Limits asked, Limits caps, bool gpusAllowed)
    {
        var machine = facts();
        lock (_lock)
        {
            if (_held.Count >= MostAttempts)
            {
                return (null, $"The machine already holds {MostAttempts} attempts.");
            }

            var (cpu, memory, disk) = Lent(caps, machine);
            if (asked.CpuMilli + _held.Sum(held => (long)held.CpuMilli) > (long)cpu)
            {
                return (null, $"It asks for {asked.CpuMilli / 1000.0:0.##} cores and fewer are free of the {cpu / 1000.0:0.##} lent.");
            }

            var memoryFree = memory - Math.Min(memory, Held(held => held.MemoryMb));
            if (Needed(asked.MemoryMb, memory, memoryFree, asked.CpuMilli, cpu, memory) is not { } memoryMb)
            {
                return (null, $"It needs {Math.Max(asked.MemoryMb, LeastMb)} MiB of memory and {memoryFree} MiB are free of the {memory} MiB lent.");
            }

            // What others have set aside and not written yet still looks free.
            var diskFree = Math.Min(disk - Math.Min(disk, Held(held => held.DiskMb)), machine.DiskFreeMb);
            if (Needed(asked.DiskMb, disk, diskFree, asked.CpuMilli, cpu, UsualDiskMb) is not { } diskMb)
            {
                return (null, $"It needs {Math.Max(asked.DiskMb, LeastMb)} MiB of disk and {diskFree} MiB are free of the {disk} MiB lent.");
            }

            var gpus = FreeGpus(asked, caps, gpusAllowed, machine);
            return gpus.Length < asked.Gpus
                ? (null, $"It asks for {asked.Gpus} GPUs and {gpus.Length} that fit are free.")
                : (Add(new Reservation(asked.CpuMilli, memoryMb, diskMb, gpus)), null);
        }
    }

    /// <summary>Sets aside for an attempt that an earlier agent took on, free or not: it is there.</summary>
    internal Reservation Hold(Limits asked, Limits caps, bool gpusAllowed)
    {
        var machine = facts();
        lock (_lock)
        {
            var (cpu, memory, disk) = Lent(caps, machine);
            return Add(new Reservation(
                asked.CpuMilli,
                asked.MemoryMb > 0 ? asked.MemoryMb : Share(memory, asked.CpuMilli, cpu),
                asked.DiskMb > 0 ? asked.DiskMb : Math.Min(UsualDiskMb, Share(disk, asked.CpuMilli, cpu)),
                FreeGpus(asked, caps, gpusAllowed, machine)));
        }
    }

    internal void Release(Reservation? reservation)
    {
        lock (_lock)
        {
            if (reservation is not null)
            {
                _held.Remove(reservation);
            }
        }
    }

    /// <summary>The smaller one, where 0 is no limit.</summary>
    internal static ulong Lower(ulong a, ulong b) => a == 0 ? b : b == 0 ? a : Math.Min(a, b);

    private static (ulong Cpu, ulong Memory, ulong Disk) Lent(Limits caps, Facts machine) => (
        Lower(caps.CpuMilli, (ulong)(machine.CpuCores * 1000)),
        Lower(caps.MemoryMb, machine.MemoryMb),
        Lower(caps.DiskMb, machine.DiskMb));

    private static ulong Share(ulong lent, ulong cpuMilli, ulong cpuLent) =>
        Math.Min(lent, lent * Math.Max(1, cpuMilli > 0 ? cpuMilli : UsualCpuMilli) / Math.Max(1, cpuLent));

    /// <summary>
    /// What it asks for, if that is free. Who asks for nothing gets the share of its cores, but not more than half of what is left, so that
    /// there is something for the next.
    /// </summary>
    private static ulong? Needed(ulong asked, ulong lent, ulong free, ulong cpuMilli, ulong cpuLent, ulong most)
    {
        if (asked > 0)
        {
            return asked <= free ? asked : null;
        }

        var usual = Math.Min(most, Math.Min(Share(lent, cpuMilli, cpuLent), free / 2));
        var least = Math.Min(LeastMb, lent);
        return free < least ? null : Math.Max(usual, least);
    }

    private ulong Held(Func<Reservation, ulong> part) => _held.Aggregate(0UL, (sum, held) => sum + part(held));

    private string[] FreeGpus(Limits asked, Limits caps, bool gpusAllowed, Facts machine)
    {
        var inUse = _held.SelectMany(held => held.Gpus).ToHashSet();
        // The largest first, as the server counts what is lent.
        var lent =
            machine.Gpus.OrderByDescending(gpu => gpu.VramMb).Take(!gpusAllowed ? 0 : caps.Gpus > 0 ? (int)Math.Min(caps.Gpus, int.MaxValue) : int.MaxValue);
        return [.. lent.Where(gpu => !inUse.Contains(gpu.Id) && gpu.VramMb >= asked.VramMb).Take((int)asked.Gpus).Select(gpu => gpu.Id)];
    }

    private Reservation Add(Reservation reservation)
    {
        _held.Add(reservation);
        return reservation;
    }
}
