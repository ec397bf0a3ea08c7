using OtherThing.Agent.Policies;
using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Attempts;

/// <summary>What an attempt holds of the machine until it has ended.</summary>
internal sealed class Reservation(uint cpuMilli, ulong memoryMb, IReadOnlyList<string> gpus)
{
    internal uint CpuMilli { get; } = cpuMilli;

    internal ulong MemoryMb { get; } = memoryMb;

    internal IReadOnlyList<string> Gpus { get; } = gpus;
}

/// <summary>
/// The machine as far as its owner lends it: the owner's caps here, narrowed by those set on the server. Only what a job asks for is
/// set aside; a job that asks for nothing shares.
/// </summary>
internal sealed class Capacity(Func<Facts> facts)
{
    internal const int MostAttempts = 256;
    private readonly Lock _lock = new();
    private readonly HashSet<Reservation> _held = [];

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

    /// <summary>Sets aside what the job asks for, or says in words why not.</summary>
    internal (Reservation? Reservation, string? Problem) TryReserve(Limits asked, Limits caps, bool gpusAllowed)
    {
        var machine = facts();
        lock (_lock)
        {
            if (_held.Count >= MostAttempts)
            {
                return (null, $"The node already holds {MostAttempts} attempts.");
            }

            var cpu = Lower(caps.CpuMilli, (ulong)(machine.CpuCores * 1000));
            if (asked.CpuMilli + _held.Sum(held => (long)held.CpuMilli) > (long)cpu)
            {
                return (null, $"It asks for {asked.CpuMilli / 1000.0:0.##} cores and fewer are free of the {cpu / 1000.0:0.##} lent.");
            }

            var memory = Lower(caps.MemoryMb, machine.MemoryMb);
            if ((long)asked.MemoryMb + _held.Sum(held => (long)held.MemoryMb) > (long)memory)
            {
                return (null, $"It asks for {asked.MemoryMb} MiB of memory and less is free of the {memory} MiB lent.");
            }

            if (asked.DiskMb > Lower(caps.DiskMb, machine.DiskFreeMb))
            {
                return (null, $"It asks for {asked.DiskMb} MiB of disk and {Lower(caps.DiskMb, machine.DiskFreeMb)} MiB are to be had.");
            }

            var inUse = _held.SelectMany(held => held.Gpus).ToHashSet();
            var lent = machine.Gpus.Take(!gpusAllowed ? 0 : caps.Gpus > 0 ? (int)caps.Gpus : int.MaxValue);
            var gpus = lent.Where(gpu => !inUse.Contains(gpu.Id) && gpu.VramMb >= asked.VramMb).Take((int)asked.Gpus).Select(gpu => gpu.Id).ToArray();
            if (gpus.Length < asked.Gpus)
            {
                return (null, $"It asks for {asked.Gpus} GPUs and {gpus.Length} that fit are free.");
            }

            var reservation = new Reservation(asked.CpuMilli, asked.MemoryMb, gpus);
            _held.Add(reservation);
            return (reservation, null);
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
}
