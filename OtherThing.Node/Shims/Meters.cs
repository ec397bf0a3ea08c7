using OtherThing.Agent.Native;
using OtherThing.Agent.Sandboxes;

namespace OtherThing.Agent.Shims;

/// <summary>
/// Looks at what a job uses, as often as its limits ask for: memory the more often the less is left, everything seldom enough to cost the
/// machine little. What it finds beyond a limit has that limit's code.
/// </summary>
internal sealed class Meters(ShimSpec spec, JobTree tree, int stdin) : IDisposable
{
    /// <summary>The sandbox did not come to stand, or is not to be looked into.</summary>
    internal const string SandboxFailed = "sandbox_failed";

    /// <summary>How long a sandbox may take, once it is let go, until it can be looked into: to stand takes it some milliseconds.</summary>
    private const int PatienceMs = 5_000;
    private const int SoonestMs = 20;
    private const int LatestMs = 250;
    private const int DiskLatestMs = 5_000;

    /// <summary>A look may take this part of the time between two.</summary>
    private const int CostShare = 20;

    /// <summary>How fast a program fills memory, at most: it should not get far between two looks.</summary>
    private const long BytesPerMs = 2L << 20;
    private const int MostUnfinished = 20;
    private readonly MemoryMeter _memory = new();
    private readonly DiskMeter _disk = new(spec.WorkDirectory, stdin);
    private readonly bool _boxed = SandboxClass.IsBoxed(spec.Sandbox);
    private ProcFiles? _proc;
    private readonly long _seenBy = Environment.TickCount64 + PatienceMs;
    private long _nextMemory = Environment.TickCount64 + SoonestMs;
    private long _nextDisk = Environment.TickCount64 + LatestMs;

    private bool HasLimits => spec is { MemoryBytes: > 0 } or { DiskBytes: > 0 } or { MaxProcesses: > 0 };

    internal long Next => !HasLimits || !OperatingSystem.IsLinux() ? long.MaxValue : Math.Min(_nextMemory, _nextDisk);

    /// <summary>The limit it is beyond, with words for people; null when there is none.</summary>
    internal (string Code, string Words)? Look(long now)
    {
        if (now < Next)
        {
            return null;
        }

        var processes = Processes();
        if (_proc is null && now >= _seenBy)
        {
            return (SandboxFailed, "Nobody can see into its sandbox, so its limits cannot be kept.");
        }

        var beyond = Tasks(processes);
        if (beyond is null && now >= _nextMemory)
        {
            beyond = Memory(processes);
        }

        if (beyond is null && now >= _nextDisk)
        {
            beyond = Disk(processes);
        }

        return beyond;
    }

    /// <summary>A place can be full and gone between two looks: then there was no room for the job although its disk has some.</summary>
    private bool FilledAPlace(string lastWords) =>
        _boxed && Refusals.IsNoRoom(lastWords) && new DriveInfo(spec.WorkDirectory).AvailableFreeSpace > 0;

    /// <summary>What is still to be seen when the job has ended; <paramref name="exitCode"/> says whether it failed.</summary>
    internal (string Code, string Words)? LookBack(int exitCode, string lastWords)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        if (spec.DiskBytes > 0 && _disk.InDirectory(spec.DiskBytes) > spec.DiskBytes)
        {
            return Beyond(LimitCodes.Disk);
        }

        if (exitCode != 0 && spec.MemoryBytes > 0 && (_memory.HasFullPlace || FilledAPlace(lastWords)))
        {
            return (LimitCodes.Memory, $"Its folders in memory were full: they and its processes may take {spec.MemoryBytes >> 20} MiB together.");
        }

        return Refusals.Find(exitCode, lastWords) switch
        {
            LimitCodes.Memory when spec.MemoryBytes > 0 => (LimitCodes.Memory, $"It got no more memory: its limit is {spec.MemoryBytes >> 20} MiB."),
            LimitCodes.Processes when spec.MaxProcesses > 0 => (LimitCodes.Processes, $"It got no more processes: its limit is {spec.MaxProcesses}, threads included."),
            LimitCodes.Disk when spec.DiskBytes > 0 => (LimitCodes.Disk, $"It could not make a file larger than its limit of {spec.DiskBytes >> 20} MiB."),
            LimitCodes.Time when spec.CpuSeconds > 0 => (LimitCodes.Time, $"It used more than {spec.CpuSeconds} s of processor time."),
            _ => null,
        };
    }

    public void Dispose()
    {
        _memory.Dispose();
        _proc?.Dispose();
    }

    private List<int> Processes()
    {
        if (!_boxed)
        {
            _proc ??= new ProcFiles("/proc");
            return [.. tree.Members().Select(entry => entry.Pid)];
        }

        if (_proc is null && tree.Inside is { } inside && ProcFiles.SeenBy(inside) is { } proc)
        {
            // Its folders are there once its own /proc is.
            _proc = proc;
            _memory.Attach(inside);
        }

        // The first process of a sandbox is bubblewrap's own.
        var processes = _proc?.Processes() ?? [];
        processes.Remove(1);
        return processes;
    }

    private (string, string)? Tasks(List<int> processes) =>
        spec.MaxProcesses > 0 && (processes.Count > spec.MaxProcesses || processes.Sum(pid => (long)(_proc!.Use(pid)?.Threads ?? 0)) > spec.MaxProcesses)
            ? Beyond(LimitCodes.Processes)
            : null;

    private (string, string)? Memory(List<int> processes)
    {
        var began = Environment.TickCount64;
        var used = spec.MemoryBytes > 0 && _proc is not null ? _memory.Read(_proc, processes, spec.MemoryBytes) : 0;
        var now = Environment.TickCount64;
        var room = spec.MemoryBytes > 0 ? Math.Clamp((spec.MemoryBytes - used) / BytesPerMs, SoonestMs, LatestMs) : LatestMs;
        _nextMemory = now + Math.Max(room, (now - began) * CostShare);
        return used > spec.MemoryBytes ? Beyond(LimitCodes.Memory) : null;
    }

    private (string, string)? Disk(List<int> processes)
    {
        var began = Environment.TickCount64;
        var used = spec.DiskBytes > 0 && _proc is not null ? _disk.Read(_proc, processes, spec.DiskBytes) : 0;
        var now = Environment.TickCount64;
        _nextDisk = now + Math.Clamp((now - began) * CostShare, LatestMs, DiskLatestMs);
        return used > spec.DiskBytes ? Beyond(LimitCodes.Disk) :
            _disk.Unfinished > MostUnfinished ? (LimitCodes.Disk, "It moved its folders about so fast that what it wrote could not be counted.") : null;
    }

    private (string, string) Beyond(string code) => (code, code switch
    {
        LimitCodes.Memory => $"It used more than {spec.MemoryBytes >> 20} MiB of memory.",
        LimitCodes.Processes => $"It had more than {spec.MaxProcesses} processes, threads included.",
        _ => $"It wrote more than {spec.DiskBytes >> 20} MiB.",
    });
}
