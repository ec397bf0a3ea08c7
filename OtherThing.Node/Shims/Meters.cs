
namespace OtherThing.Agent.Shims;

/// <summary>What looks at what a job uses.</summary>
internal interface IMeters
{
    /// <summary>When the next look is due.</summary>
    long Next { get; }

    /// <summary>The limit it was found beyond, with words for people; null when there is none. Begins what is due, and waits for nothing.</summary>
    (string Code, string Words)? Look(long now);
}

/// <summary>
/// Looks at what a job uses, as often as its limits ask for: memory the more often the less is left, everything seldom enough to cost the
/// machine little. What it finds beyond a limit has that limit's code. Every look has a thread of its own, for a tree of millions of files and
/// a process that is slow to be looked at must not hold up who ends the job.
/// </summary>
internal sealed class Meters : IMeters, IDisposable
{
    /// <summary>The sandbox did not come to stand, or is not to be looked into.</summary>
    internal const string SandboxFailed = "sandbox_failed";

    /// <summary>How long a sandbox may take, once it is let go, until it can be looked into: to stand takes it some milliseconds.</summary>
    private const int PatienceMs = 5_000;

    /// <summary>How long one look at its memory may take: nobody knows meanwhile what it uses.</summary>
    private const int BlindMs = 30_000;
    private const int SoonestMs = 20;
    private const int LatestMs = 250;
    private const int DiskLatestMs = 5_000;

    /// <summary>A look may take this part of the time between two.</summary>
    private const int CostShare = 20;

    /// <summary>How fast a program fills memory, at most: it should not get far between two looks.</summary>
    private const long BytesPerMs = 2L << 20;
    private const int MostUnfinished = 20;
    private readonly ShimSpec _spec;
    private readonly JobTree _tree;
    private readonly LoopWake _wake = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly CancellationTokenSource _closed = new();
    private readonly long _seenBy = Environment.TickCount64 + PatienceMs;

    // Each of these belongs to its look while one is under way, and to the others only between two.
    private readonly JobView _view;
    private readonly MemoryMeter _memory = new();
    private readonly SideLook _memoryLook;
    private long _nextMemory = Environment.TickCount64 + SoonestMs;
    private readonly JobView _diskView;
    private readonly DiskMeter _disk;
    private readonly SideLook _diskLook;
    private long _nextDisk = Environment.TickCount64 + LatestMs;
    private bool _isCounting;
    private bool _isCounted;
    private (string Code, string Words)? _atTheEnd;

    /// <param name="spec">The job and its limits.</param>
    /// <param name="tree">Its processes.</param>
    /// <param name="stdin">A file that is kept open for it.</param>
    /// <param name="sizeOf">Counts its directory.</param>
    internal Meters(ShimSpec spec, JobTree tree, int stdin, TreeCount sizeOf)
    {
        (_spec, _tree, _view, _diskView) = (spec, tree, new JobView(tree), new JobView(tree));
        _disk = new DiskMeter(spec.WorkDirectory, stdin, sizeOf);
        _memoryLook = new SideLook(_wake, () =>
        {
            _memory.Dispose();
            _view.Dispose();
        });
        _diskLook = new SideLook(_wake, _diskView.Dispose);
    }

    private bool HasLimits => OperatingSystem.IsLinux() && (_spec is { MemoryBytes: > 0 } or { DiskBytes: > 0 } or { MaxProcesses: > 0 });

    /// <summary>Has something when a look has an answer.</summary>
    internal int WakeDescriptor => _wake.Descriptor;

    public long Next => HasLimits ? Math.Min(_memoryLook.IsBusy ? long.MaxValue : _nextMemory, _diskLook.IsBusy ? long.MaxValue : _nextDisk) : long.MaxValue;

    public (string Code, string Words)? Look(long now)
    {
        if (!HasLimits)
        {
            return null;
        }

        _wake.Clear();
        return now - _memoryLook.RunningSince > BlindMs
            ? (SandboxFailed, $"For {BlindMs / 1000} s nobody could see what it uses, so its limits cannot be kept.")
            : Turn(_memoryLook, now, ref _nextMemory, ProcessesAndMemory) ?? Turn(_diskLook, now, ref _nextDisk, Disk);
    }

    private static (string, string)? Turn(SideLook look, long now, ref long next, Func<(string, string)?> measure)
    {
        if (look.TryTake(out var found))
        {
            return found;
        }

        if (!look.IsBusy && now >= next)
        {
            look.TryStart(now, measure);
        }

        return null;
    }

    /// <summary>Counts once more what is in the directory of a job that has ended; true when that is done.</summary>
    internal bool CountAtTheEnd()
    {
        if (!HasLimits)
        {
            return true;
        }

        _wake.Clear();
        _ended.Cancel();
        if (_isCounting && _diskLook.TryTake(out var found))
        {
            (_atTheEnd, _isCounted) = (found, true);
        }
        else if (!_isCounting)
        {
            // What is under way was begun while the job still wrote.
            _ = _diskLook.TryTake(out _);
            _isCounting = _diskLook.TryStart(Environment.TickCount64, () =>
                _spec.DiskBytes > 0 && _disk.InDirectory(_spec.DiskBytes, _closed.Token) > _spec.DiskBytes ? Beyond(LimitCodes.Disk) : null);
        }

        return _isCounted && _memoryLook.RunningSince is null;
    }

    /// <summary>A place can be full and gone between two looks: then there was no room for the job although its disk has some.</summary>
    private bool FilledAPlace(string lastWords) =>
        _tree.IsBoxed && Refusals.IsNoRoom(lastWords) && new DriveInfo(_spec.WorkDirectory).AvailableFreeSpace > 0;

    /// <summary>What is to be said when the job has ended, after <see cref="CountAtTheEnd"/>; <paramref name="exitCode"/> says whether it failed.</summary>
    internal (string Code, string Words)? LookBack(int exitCode, string lastWords)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        // A job that was refused a process, and got on without, is none that failed for it.
        if (_tree.Group?.Struck() is var (code, words) && (exitCode != 0 || code == LimitCodes.Memory))
        {
            return (code, words);
        }

        if (_atTheEnd is not null)
        {
            return _atTheEnd;
        }

        if (exitCode != 0 && _spec.MemoryBytes > 0 && ((_memoryLook.RunningSince is null && _memory.HasFullPlace) || FilledAPlace(lastWords)))
        {
            return (LimitCodes.Memory, $"Its folders in memory were full: they and its processes may take {_spec.MemoryBytes >> 20} MiB together.");
        }

        return Refusals.Find(exitCode, lastWords) switch
        {
            LimitCodes.Memory when _spec.MemoryBytes > 0 => (LimitCodes.Memory, $"It got no more memory: its limit is {_spec.MemoryBytes >> 20} MiB."),
            LimitCodes.Processes when _spec.MaxProcesses > 0 =>
                (LimitCodes.Processes, $"It got no more processes: its limit is {_spec.MaxProcesses}, threads included."),
            LimitCodes.Disk when _spec.DiskBytes > 0 => (LimitCodes.Disk, $"It could not make a file larger than its limit of {_spec.DiskBytes >> 20} MiB."),
            LimitCodes.Time when _spec.CpuSeconds > 0 => (LimitCodes.Time, $"It used more than {_spec.CpuSeconds} s of processor time."),
            _ => null,
        };
    }

    public void Dispose()
    {
        _ended.Cancel();
        _closed.Cancel();
        _memoryLook.Dispose();
        _diskLook.Dispose();
        _wake.Dispose();
        _ended.Dispose();
        _closed.Dispose();
    }

    private (string, string)? ProcessesAndMemory()
    {
        var isNew = _view.Proc is null;
        var processes = _view.Processes();
        if (isNew && _view.Proc is not null && _tree.Inside is { } inside)
        {
            // Its folders are there once its own /proc is.
            _memory.Attach(inside);
        }

        if (_view.Proc is null && Environment.TickCount64 >= _seenBy)
        {
            return (SandboxFailed, "Nobody can see into its sandbox, so its limits cannot be kept.");
        }

        if (_tree.Group is { } group)
        {
            // The kernel counts, and says here whether it had to hold the job back.
            _nextMemory = Environment.TickCount64 + LatestMs;
            return group.Struck();
        }

        return Tasks(processes) ?? Memory(processes);
    }

    private (string, string)? Tasks(List<int> processes) =>
        _spec.MaxProcesses > 0
        && (processes.Count > _spec.MaxProcesses || processes.Sum(pid => (long)(_view.Proc!.Use(pid)?.Threads ?? 0)) > _spec.MaxProcesses)
            ? Beyond(LimitCodes.Processes)
            : null;

    private (string, string)? Memory(List<int> processes)
    {
        var began = Environment.TickCount64;
        var used = _spec.MemoryBytes > 0 && _view.Proc is { } proc ? _memory.Read(proc, processes, _spec.MemoryBytes) : 0;
        var now = Environment.TickCount64;
        var room = _spec.MemoryBytes > 0 ? Math.Clamp((_spec.MemoryBytes - used) / BytesPerMs, SoonestMs, LatestMs) : LatestMs;
        _nextMemory = now + Math.Max(room, (now - began) * CostShare);
        return used > _spec.MemoryBytes ? Beyond(LimitCodes.Memory) : null;
    }

    private (string, string)? Disk()
    {
        var began = Environment.TickCount64;
        var processes = _diskView.Processes();
        var used = _spec.DiskBytes > 0 && _diskView.Proc is { } proc ? _disk.Read(proc, processes, _spec.DiskBytes, _ended.Token) : 0;
        var now = Environment.TickCount64;
        _nextDisk = now + Math.Clamp((now - began) * CostShare, LatestMs, DiskLatestMs);
        return used > _spec.DiskBytes ? Beyond(LimitCodes.Disk) :
            _disk.Unfinished > MostUnfinished ? (LimitCodes.Disk, "It moved its folders about so fast that what it wrote could not be counted.") : null;
    }

    private (string, string) Beyond(string code) => (code, code switch
    {
        LimitCodes.Memory => $"It used more than {_spec.MemoryBytes >> 20} MiB of memory.",
        LimitCodes.Processes => $"It had more than {_spec.MaxProcesses} processes, threads included.",
        _ => $"It wrote more than {_spec.DiskBytes >> 20} MiB.",
    });
}
