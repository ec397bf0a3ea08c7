using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using OtherThing.Agent.Shims;

namespace OtherThing.Agent.Windows;

/// <summary>Which limits the system's job objects keep; those they do not are counted by the shim.</summary>
internal readonly record struct JobLimitsKept(bool Memory, bool Processes, bool Cpu);

/// <summary>
/// All processes of one job. Nothing it starts gets out of it, and all of it ends with the last handle to it, so with its shim, however that ends.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed unsafe class JobObject : IDisposable
{
    /// <summary>The exit code of what is ended from outside, as on Linux.</summary>
    internal const uint KilledCode = 137;

    private const int AccountingKind = 1;
    private const int ProcessIdsKind = 3;
    private const int UserInterfaceKind = 4;
    private const int CompletionPortKind = 7;
    private const int LimitsKind = 9;
    private const int CpuRateKind = 15;
    private const uint LimitActiveProcesses = 0x8;
    private const uint LimitJobTime = 0x4;
    private const uint LimitJobMemory = 0x200;
    private const uint DieOnException = 0x400;
    private const uint KillOnClose = 0x2000;
    private const uint CpuRateHard = 0x1 | 0x4;
    private const uint WholeMachine = 10_000;

    // Nobody's clipboard, settings, desktop or session is the job's.
    private const uint NoUserInterface = 0xff;

    private const uint TimeOver = 1;
    private const uint TooManyProcesses = 3;
    private const uint ProcessMemoryOver = 9;
    private const uint JobMemoryOver = 10;
    private static readonly Lazy<JobLimitsKept> s_kept = new(Try);
    private readonly SafeFileHandle _job;
    private readonly SafeFileHandle _port;
    private readonly HashSet<uint> _said = [];

    private JobObject(SafeFileHandle job, SafeFileHandle port) => (_job, _port) = (job, port);

    /// <summary>What this system keeps, found out by asking one back for what it was told.</summary>
    internal static JobLimitsKept Kept => s_kept.Value;

    /// <exception cref="Win32Exception">The system makes none.</exception>
    internal static JobObject Make(ShimSpec spec)
    {
        var made = Kernel32.CreateJobObject(null, null);
        if (made.IsInvalid)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }

        var port = Kernel32.CreateIoCompletionPort(-1, 0, 0, 1);
        var job = new JobObject(made, port);
        var told = new Kernel32.CompletionPort { Key = 1, Port = port.DangerousGetHandle() };
        Kernel32.SetInformationJobObject(made, CompletionPortKind, &told, sizeof(Kernel32.CompletionPort));
        job.Limit(spec);
        return job;
    }

    /// <exception cref="Win32Exception">It does not take it.</exception>
    internal void Take(WindowsProcess process)
    {
        if (!Kernel32.AssignProcessToJobObject(_job, process.Handle))
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Ends all that is in it at once.</summary>
    internal void End() => Kernel32.TerminateJobObject(_job, KilledCode);

    /// <summary>How many processes are in it now.</summary>
    internal int Active => Accounting()?.ActiveProcesses is { } active ? (int)active : 0;

    /// <summary>What all of it, the ended included, used of the processors.</summary>
    internal long CpuMs => Accounting() is { } used ? (used.UserTime + used.KernelTime) / TimeSpan.TicksPerMillisecond : 0;

    /// <summary>The most memory it ever had.</summary>
    internal long PeakBytes => Limits() is { } limits ? (long)limits.PeakJobMemory : 0;

    /// <summary>The numbers of its processes now.</summary>
    internal int[] Processes()
    {
        const int most = 4096;
        var list = new nuint[most + 1];
        fixed (nuint* start = list)
        {
            if (!Kernel32.QueryInformationJobObject(_job, ProcessIdsKind, start, list.Length * sizeof(nuint), null))
            {
                return [];
            }

            // Two numbers of 32 bits come first: how many there are, and how many are told.
            var told = ((uint*)start)[1];
            return [.. list[1..(int)(1 + Math.Min(told, most))].Select(pid => (int)pid)];
        }
    }

    /// <summary>The limit that the system held it to; null when it did not have to.</summary>
    internal string? Struck()
    {
        while (Kernel32.GetQueuedCompletionStatus(_port, out var message, out _, out _, patienceMs: 0))
        {
            _said.Add(message);
        }

        return _said.Contains(TimeOver) ? LimitCodes.Time :
            _said.Contains(JobMemoryOver) || _said.Contains(ProcessMemoryOver) ? LimitCodes.Memory :
            _said.Contains(TooManyProcesses) ? LimitCodes.Processes : null;
    }

    public void Dispose()
    {
        _job.Dispose();
        _port.Dispose();
    }

    private void Limit(ShimSpec spec)
    {
        var limits = new Kernel32.ExtendedLimits();
        limits.Basic.Flags = KillOnClose | DieOnException;
        if (spec.MemoryBytes > 0)
        {
            limits.Basic.Flags |= LimitJobMemory;
            limits.JobMemory = (nuint)spec.MemoryBytes;
        }

        if (spec.MaxProcesses > 0)
        {
            limits.Basic.Flags |= LimitActiveProcesses;
            limits.Basic.ActiveProcesses = (uint)spec.MaxProcesses;
        }

        if (spec.CpuSeconds > 0)
        {
            limits.Basic.Flags |= LimitJobTime;
            limits.Basic.JobUserTime = spec.CpuSeconds * TimeSpan.TicksPerSecond;
        }

        if (!Kernel32.SetInformationJobObject(_job, LimitsKind, &limits, sizeof(Kernel32.ExtendedLimits)))
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }

        // What the system cannot keep of these two takes nothing from the others.
        var closed = NoUserInterface;
        Kernel32.SetInformationJobObject(_job, UserInterfaceKind, &closed, sizeof(uint));
        var share = (ulong)Environment.ProcessorCount * 1000 is var machine && spec.CpuMilli > 0 ? spec.CpuMilli * WholeMachine / machine : WholeMachine;
        if (share < WholeMachine)
        {
            var rate = new Kernel32.CpuRate { Flags = CpuRateHard, Rate = (uint)Math.Max(1, share) };
            Kernel32.SetInformationJobObject(_job, CpuRateKind, &rate, sizeof(Kernel32.CpuRate));
        }
    }

    private Kernel32.JobAccounting? Accounting()
    {
        Kernel32.JobAccounting used;
        return Kernel32.QueryInformationJobObject(_job, AccountingKind, &used, sizeof(Kernel32.JobAccounting), null) ? used : null;
    }

    private Kernel32.ExtendedLimits? Limits()
    {
        Kernel32.ExtendedLimits limits;
        return Kernel32.QueryInformationJobObject(_job, LimitsKind, &limits, sizeof(Kernel32.ExtendedLimits), null) ? limits : null;
    }

    private static JobLimitsKept Try()
    {
        const long memory = 64 << 20;
        const int processes = 8;
        var spec = new ShimSpec
        {
            AttemptId = "trial",
            Directory = "",
            Sandbox = Sandboxes.SandboxClass.Process,
            Argv = [],
            Env = new Dictionary<string, string>(),
            MemoryBytes = memory,
            MaxProcesses = processes,
            CpuMilli = (ulong)Environment.ProcessorCount * 500,
        };
        try
        {
            using var trial = Make(spec);
            var limits = trial.Limits() ?? default;
            Kernel32.CpuRate rate;
            var hasRate = Kernel32.QueryInformationJobObject(trial._job, CpuRateKind, &rate, sizeof(Kernel32.CpuRate), null) && rate.Rate == WholeMachine / 2;
            return new JobLimitsKept(limits.JobMemory == (nuint)memory, limits.Basic.ActiveProcesses == processes, hasRate);
        }
        catch (Win32Exception)
        {
            return default;
        }
    }
}
