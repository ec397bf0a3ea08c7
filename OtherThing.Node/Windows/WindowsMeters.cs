using System.ComponentModel;
using System.Diagnostics;
using System.IO.Enumeration;
using System.Runtime.Versioning;
using OtherThing.Agent.Shims;

namespace OtherThing.Agent.Windows;

/// <summary>
/// Looks at what the system does not keep by itself: always the disk, and what its job objects keep no limit of. It has a thread of its own, for a
/// tree of millions of files must not hold up who ends the job.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsMeters : IMeters, IDisposable
{
    private const int SoonestMs = 100;
    private const int LatestMs = 5_000;
    private const int CountMs = 5_000;

    /// <summary>A look may take this part of the time between two.</summary>
    private const int CostShare = 20;

    /// <summary>What a name costs, beside the content.</summary>
    private const long EntryBytes = 512;
    private readonly ShimSpec _spec;
    private readonly JobObject _job;
    private readonly JobLimitsKept _kept;
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread? _thread;
    private volatile Tuple<string, string>? _found;
    private long _peak;

    internal WindowsMeters(ShimSpec spec, JobObject job, JobLimitsKept kept)
    {
        (_spec, _job, _kept) = (spec, job, kept);
        if (spec.DiskBytes > 0 || (spec.MemoryBytes > 0 && !kept.Memory) || (spec.MaxProcesses > 0 && !kept.Processes))
        {
            _thread = new Thread(LookOnAndOn) { IsBackground = true, Name = "look" };
            _thread.Start();
        }
    }

    // The watch asks every tick; here is no earlier time at which there must be an answer.
    public long Next => long.MaxValue;

    /// <summary>The most memory that was seen, where the system does not count by itself.</summary>
    internal long PeakBytes => Volatile.Read(ref _peak);

    public (string Code, string Words)? Look(long now) => _found is var (code, words) ? (code, words) : null;

    /// <summary>The limit that a job which ended by itself ran into.</summary>
    internal (string Code, string Words)? LookBack(int exitCode)
    {
        _stop.Cancel();
        _thread?.Join();
        if (_job.Struck() is { } struck && exitCode != 0)
        {
            return Beyond(struck);
        }

        if (_found is var (code, words))
        {
            return (code, words);
        }

        using var patience = new CancellationTokenSource(CountMs);
        return _spec.DiskBytes > 0 && SizeOf(_spec.WorkDirectory, _spec.DiskBytes, patience.Token) > _spec.DiskBytes ? Beyond(LimitCodes.Disk) : null;
    }

    public void Dispose()
    {
        _stop.Cancel();
        _thread?.Join();
        _stop.Dispose();
    }

    /// <summary>Bytes in a folder and below it, what links lead to left out; stops at more than enough.</summary>
    internal static long SizeOf(string folder, long enough, CancellationToken cancellationToken)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = true };
        var sizes = new FileSystemEnumerable<long>(folder, (ref FileSystemEntry entry) => EntryBytes + (entry.IsDirectory ? 0 : entry.Length), options)
        {
            ShouldRecursePredicate = (ref FileSystemEntry entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        };
        var bytes = 0L;
        try
        {
            foreach (var size in sizes)
            {
                bytes += size;
                if (bytes > enough || cancellationToken.IsCancellationRequested)
                {
                    break;
                }
            }
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            // It changes while it is counted; the next look sees the rest.
        }

        return bytes;
    }

    private void LookOnAndOn()
    {
        var wait = SoonestMs;
        while (_found is null && !_stop.Token.WaitHandle.WaitOne(wait))
        {
            var began = Environment.TickCount64;
            var beyond = Once();
            _found = beyond is var (code, words) ? Tuple.Create(code, words) : null;
            wait = (int)Math.Clamp((Environment.TickCount64 - began) * CostShare, SoonestMs, LatestMs);
        }
    }

    private (string, string)? Once()
    {
        if (_spec.MaxProcesses > 0 && !_kept.Processes && _job.Active > _spec.MaxProcesses)
        {
            return Beyond(LimitCodes.Processes);
        }

        if (_spec.MemoryBytes > 0 && !_kept.Memory)
        {
            var used = _job.Processes().Sum(MemoryOf);
            Volatile.Write(ref _peak, Math.Max(_peak, used));
            if (used > _spec.MemoryBytes)
            {
                return Beyond(LimitCodes.Memory);
            }
        }

        return _spec.DiskBytes > 0 && SizeOf(_spec.WorkDirectory, _spec.DiskBytes, _stop.Token) > _spec.DiskBytes ? Beyond(LimitCodes.Disk) : null;
    }

    private static long MemoryOf(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return process.PagedMemorySize64;
        }
        catch (Exception ex) when (ex is ArgumentException or InvalidOperationException or Win32Exception)
        {
            // It has ended.
            return 0;
        }
    }

    private (string, string) Beyond(string code) => (code, code switch
    {
        LimitCodes.Memory => $"It used more than {_spec.MemoryBytes >> 20} MiB of memory.",
        LimitCodes.Processes => $"It had more than {_spec.MaxProcesses} processes.",
        LimitCodes.Time => $"It used more than {_spec.CpuSeconds} s of processor time.",
        _ => $"It wrote more than {_spec.DiskBytes >> 20} MiB.",
    });
}
