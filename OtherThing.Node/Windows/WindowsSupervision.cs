using System.ComponentModel;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using OtherThing.Agent.Native;
using OtherThing.Agent.Shims;

namespace OtherThing.Agent.Windows;

/// <summary>One attempt from spawn to exit file, as <see cref="Supervision"/> does it elsewhere: the same files, offsets, reasons and timers.</summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsSupervision(ShimSpec spec, PipeWire? wire)
{
    // A job that ends within the first moment sends its output with its result.
    private const int FirstPokeMs = 100;
    private const int PokeMs = 50;

    /// <summary>How long the processes of a job may take to be gone once they are ended, and its pipes to say so.</summary>
    private const int EndMs = 5_000;

    private static readonly ShimClaim s_self = new() { Pid = Environment.ProcessId, StartTime = ProcessTable.Find(Environment.ProcessId)!.Value.StartTime };
    private readonly AttemptFiles _files = new(spec.Directory);
    private long _startedAt;

    internal ShimExit Run()
    {
        _startedAt = Environment.TickCount64;
        if (!_files.TryClaim(s_self))
        {
            return new ShimExit { Started = false, ReasonCode = "already_started", Reason = "The attempt was started before." };
        }

        var exit = Supervise();
        _files.WriteExit(exit);
        return exit;
    }

    private ShimExit Supervise()
    {
        if (WindowsPrograms.Resolve(spec) is not { } program)
        {
            return new ShimExit { Started = false, ExitCode = 127, ReasonCode = "program_not_found", Reason = Programs.NotFound(spec) };
        }

        try
        {
            using var news = new AutoResetEvent(initialState: false);
            using var job = JobObject.Make(spec);
            using var stdin = OpenStdin();
            var (readOut, writeOut) = PipeLink.MakePipe();
            var (readError, writeError) = PipeLink.MakePipe();
            using var stdout = new OutputPump(readOut, _files.Stdout, spec.LogMaxBytes, news);
            using var stderr = new OutputPump(readError, _files.Stderr, spec.LogMaxBytes, news);
            using var child = Start(program, job, stdin, writeOut, writeError);
            return Follow(job, child, stdout, stderr, news);
        }
        catch (Exception ex) when (ex is Win32Exception or ArgumentException or IOException or UnauthorizedAccessException)
        {
            return new ShimExit { Started = false, ExitCode = 126, ReasonCode = "spawn_failed", Reason = $"{spec.Argv[0]}: {ex.Message}" };
        }
    }

    private WindowsProcess Start(string program, JobObject job, SafeFileHandle stdin, SafeFileHandle stdout, SafeFileHandle stderr)
    {
        try
        {
            return WindowsSpawn.Start(new WindowsSpawnRequest
            {
                Program = CommandLines.IsBatch(program) ? WindowsPrograms.CommandProcessor : program,
                CommandLine = CommandLines.For(program, spec.Argv),
                Environment = EnvironmentBlock.Of(spec.Env),
                Directory = spec.WorkDirectory,
                Input = stdin,
                Output = stdout,
                Error = stderr,
                Job = job,
            });
        }
        finally
        {
            // Only the job may hold the pipes open.
            stdout.Dispose();
            stderr.Dispose();
        }
    }

    private ShimExit Follow(JobObject job, WindowsProcess child, OutputPump stdout, OutputPump stderr, AutoResetEvent news)
    {
        if (ProcessTable.Find(child.Pid) is { } entry)
        {
            _files.WriteChild(new ShimClaim { Pid = child.Pid, StartTime = entry.StartTime });
        }

        wire?.Send(ShimFrameKind.Started, []);
        using var meters = new WindowsMeters(spec, job, JobObject.Kept);
        var watch = new Watchdog(spec, new WindowsTree(job, child), meters, _files, _startedAt);
        Loop(child, watch, stdout, stderr, news);
        var used = job.CpuMs;
        var peak = Math.Max(job.PeakBytes, meters.PeakBytes);
        EndAll(job);
        var (said, warned) = (stdout.Finish(EndMs), stderr.Finish(EndMs));
        var exitCode = child.ExitCode;
        var beyond = watch.KillReason is null ? meters.LookBack(exitCode) : null;
        return new ShimExit
        {
            Started = true,
            ExitCode = exitCode,
            TimedOut = watch.TimedOut || beyond?.Code == LimitCodes.Time,
            OutOfMemory = watch.OutOfMemory || beyond?.Code == LimitCodes.Memory,
            Killed = watch.KillReason,
            ReasonCode = watch.KillReason ?? beyond?.Code,
            Reason = watch.KillWords ?? beyond?.Words,
            CpuMs = used,
            WallMs = Environment.TickCount64 - _startedAt,
            MaxResidentBytes = peak,
            Stdout = said,
            Stderr = warned,
        };
    }

    private void Loop(WindowsProcess child, Watchdog watch, OutputPump stdout, OutputPump stderr, AutoResetEvent news)
    {
        WaitHandle[] events = wire is null ? [child.Ended, news] : [child.Ended, news, wire.Asked];
        var nextPoke = _startedAt + FirstPokeMs;
        var unsaid = false;
        while (true)
        {
            var tick = watch.NextTick(Environment.TickCount64);
            var woken = WaitHandle.WaitAny(events, unsaid ? Math.Min(PokeMs, tick) : tick);
            if (woken == 0)
            {
                return;
            }

            unsaid |= woken == 1;
            var now = Environment.TickCount64;
            watch.Tick(now, asked: wire?.TakeLook() ?? false, stdout.Total + stderr.Total);
            if (unsaid && now >= nextPoke)
            {
                wire?.Poke();
                unsaid = false;
                nextPoke = now + PokeMs;
            }
        }
    }

    /// <summary>What the job left behind; none of it may be there afterwards.</summary>
    private static void EndAll(JobObject job)
    {
        var until = Environment.TickCount64 + EndMs;
        while (job.Active > 0 && Environment.TickCount64 < until)
        {
            job.End();
            Thread.Sleep(1);
        }
    }

    private SafeFileHandle OpenStdin()
    {
        if (spec.Stdin.Length == 0)
        {
            return File.OpenHandle("NUL", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        }

        var path = Path.Combine(spec.Directory, "stdin");
        File.WriteAllBytes(path, spec.Stdin);
        return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.DeleteOnClose);
    }

    private sealed class WindowsTree(JobObject job, WindowsProcess child) : IJobProcesses
    {
        // It is the first of a group of its own, and has the shim's console. Wine makes no Ctrl+Break; Ctrl+C is heard by who asked for it.
        public void Terminate() =>
            _ = Kernel32.GenerateConsoleCtrlEvent(Kernel32.CtrlBreak, child.Pid) || Kernel32.GenerateConsoleCtrlEvent(Kernel32.CtrlC, child.Pid);

        public void Kill() => job.End();
    }
}
