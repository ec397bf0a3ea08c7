using System.Text;
using OtherThing.Agent.ControlGroups;
using OtherThing.Agent.Native;
using OtherThing.Agent.Sandboxes;

namespace OtherThing.Agent.Shims;

/// <summary>One attempt from spawn to exit file: a loop over its pipes, its end, its timers and the agent's wishes, on one thread.</summary>
internal sealed class Supervision(ShimSpec spec, ShimWire wire, bool ownsOrphans)
{
    // A job that ends within the first moment sends its output with its result.
    private const int FirstPokeMs = 100;
    private const int PokeMs = 50;

    /// <summary>Of a job that goes on printing little by little, the agent hears less often.</summary>
    private const int LaterPokeMs = 250;
    private const int EarlyPokes = 20;

    /// <summary>How long what a job left is counted before its end is told without.</summary>
    private const int CountMs = 5_000;
    private const int LookForWishMs = 200;
    private static readonly ShimClaim s_self = new() { Pid = Environment.ProcessId, StartTime = ProcessTable.Find(Environment.ProcessId)!.Value.StartTime };
    private readonly AttemptFiles _files = new(spec.Directory);
    private readonly StringBuilder _status = new();
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly bool _boxed = SandboxClass.IsBoxed(spec.Sandbox);
    private long _startedAt;

    /// <summary>Counts what the job's directory takes.</summary>
    internal TreeCount SizeOf { get; init; } = TreeSize.Of;

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
        if (Programs.Resolve(spec) is not { } program)
        {
            return new ShimExit { Started = false, ExitCode = 127, ReasonCode = "program_not_found", Reason = Programs.NotFound(spec) };
        }

        using var group = JobGroup.TryMake(spec, out var groupless);
        if (groupless is not null)
        {
            return NotStarted("spawn_failed", groupless);
        }

        using var pipes = new ChildPipes(spec);
        var (pid, why) = TryStart(pipes, program, group);
        if (why is not null)
        {
            return NotStarted("spawn_failed", $"{(_boxed ? "bwrap" : spec.Argv[0])}: {why}");
        }

        if (!ChildLimits.Apply(pid, spec))
        {
            return Undo(pid, group, "spawn_failed", "The system does not keep it to its limits.");
        }

        pipes.OpenGate();
        if (ProcessTable.Find(pid) is { } child)
        {
            _files.WriteChild(new ShimClaim { Pid = pid, StartTime = child.StartTime });
        }

        wire.Send(ShimFrameKind.Started, []);
        var tree = new JobTree(pid, spec.Sandbox) { Inside = pipes.WaitForInside(_status), Group = group };
        if (tree.Inside is { } inside && !ChildLimits.ApplyInside(inside, spec))
        {
            tree.Kill();
            return Undo(pid, group, "spawn_failed", "The system does not keep it to its limit of processes.");
        }

        string? offline = null;
        using var network = spec.HasNetwork && tree.Inside is { } first ? JobNetwork.Open(spec, first, out offline) : null;
        if (offline is not null)
        {
            tree.Kill();
            return Undo(pid, group, "network_failed", $"The job could not be given a network of its own. {offline}");
        }

        using var meters = new Meters(spec, tree, pipes.Stdin, SizeOf);
        if (_boxed && tree.Inside is null)
        {
            // Nobody could limit it or look at what it uses: it never becomes the job.
            tree.Kill();
        }
        else
        {
            pipes.LetGo();
        }

        using var stdout = new LogKeeper(_files.Stdout, spec.LogMaxBytes);
        using var stderr = new LogKeeper(_files.Stderr, spec.LogMaxBytes);
        var watch = new Watchdog(spec, tree, meters, _files, _startedAt);
        var end = Loop(pid, pipes, watch, meters, network, stdout, stderr);
        network?.Dispose();
        group?.End();
        EndOrphans();
        Drain(pipes, stdout, stderr);
        var (said, warned) = (stdout.Finish(), stderr.Finish());
        var beyond = watch.KillReason is null ? LookBack(meters, end) ?? Cut(end, network) : null;
        return Describe(end, watch, group, said, warned, stderr.Total) is var exit && exit.Started && beyond is var (code, words)
            ? exit with { ReasonCode = code, Reason = words, OutOfMemory = code == LimitCodes.Memory, TimedOut = code == LimitCodes.Time }
            : exit;
    }

    private static (int Pid, string? Why) TryStart(ChildPipes pipes, string program, JobGroup? group)
    {
        try
        {
            var (pid, error) = group is null ? pipes.Start(program) : group.Start(() => pipes.Start(program));
            return (pid, error == 0 ? null : new System.ComponentModel.Win32Exception(error).Message);
        }
        catch (Exception ex) when (ex is ArgumentException or IOException or UnauthorizedAccessException)
        {
            return (0, ex.Message);
        }
    }

    private static ShimExit NotStarted(string code, string words) => new() { Started = false, ExitCode = 126, ReasonCode = code, Reason = words };

    /// <summary>Ends what was started and is not to become the job.</summary>
    private ShimExit Undo(int pid, JobGroup? group, string code, string words)
    {
        group?.End();
        _ = Libc.kill(-pid, Libc.Sigkill);
        _ = Libc.kill(pid, Libc.Sigkill);
        _ = ChildExit.TryReap(pid, block: true);
        EndOrphans();
        return NotStarted(code, words);
    }

    /// <summary>A job that failed without its way out may have failed for that.</summary>
    private static (string, string)? Cut(ChildExit end, JobNetwork? network) =>
        end.Code != 0 && network is { HasFailed: true }
            ? ("network_failed", "It failed, and its network had broken down before: slirp4netns or the router ended.")
            : null;

    /// <summary>What the job left behind comes to its shim, the first process of a dying namespace too; none of it may be there afterwards.</summary>
    private void EndOrphans()
    {
        if (ownsOrphans && ChildExit.ReapDead())
        {
            JobTree.KillOrphans();
            ChildExit.ReapAll();
        }
    }

    /// <summary>The limit that a job which ended by itself ran into. Its end is told soon, however much it left, and at once to who wants it stopped.</summary>
    private (string, string)? LookBack(Meters meters, ChildExit end)
    {
        var until = Environment.TickCount64 + CountMs;
        while (!meters.CountAtTheEnd() && until - Environment.TickCount64 is > 0 and var left && _files.ReadControl()?.Kill is null)
        {
            if (Poller.WaitFirst((int)Math.Min(left, LookForWishMs), wire.Descriptor, meters.WakeDescriptor))
            {
                wire.Read();
            }
        }

        return meters.LookBack(end.Code, LastWords());
    }

    private ChildExit Loop(int pid, ChildPipes pipes, Watchdog watch, Meters meters, JobNetwork? network, LogKeeper stdout, LogKeeper stderr)
    {
        using var ended = new ChildEnd(pid);
        var nextPoke = _startedAt + FirstPokeMs;
        var unsaid = false;
        var pokes = 0;
        while (true)
        {
            var tick = watch.NextTick(Environment.TickCount64);
            var timeout = ended.PollTimeout(unsaid ? Math.Min(PokeMs, tick) : tick);
            var word = Poller.WaitFirst(timeout, wire.Descriptor, pipes.Stdout, pipes.Stderr, ended.Descriptor, meters.WakeDescriptor);
            unsaid |= Pump(ref pipes.Stdout, stdout) | Pump(ref pipes.Stderr, stderr);
            if (ended.TryReap() is { } exit)
            {
                return exit;
            }

            if (word)
            {
                wire.Read();
            }

            var now = Environment.TickCount64;
            network?.Look(now);
            watch.Tick(now, asked: wire.TakeLook(), stdout.Total + stderr.Total);
            if (unsaid && now >= nextPoke)
            {
                wire.Poke();
                unsaid = false;
                nextPoke = now + (++pokes < EarlyPokes ? PokeMs : LaterPokeMs);
            }
        }
    }

    private bool Pump(ref int descriptor, LogKeeper keeper)
    {
        // A bounded turn, so that a job that never stops talking cannot hold up its own timers.
        var any = false;
        for (var turn = 0; turn < 16 && descriptor >= 0; turn++)
        {
            var count = FileDescriptor.Read(descriptor, _buffer);
            if (count == 0)
            {
                FileDescriptor.Close(descriptor);
                descriptor = -1;
            }

            if (count <= 0)
            {
                return any;
            }

            keeper.Append(_buffer.AsSpan(0, count));
            any = true;
        }

        return any;
    }

    private void Drain(ChildPipes pipes, LogKeeper stdout, LogKeeper stderr)
    {
        // Everybody who could write is dead: what the pipes hold is all there is.
        while (Pump(ref pipes.Stdout, stdout) | Pump(ref pipes.Stderr, stderr))
        {
        }

        int count;
        while (pipes.Status >= 0 && (count = FileDescriptor.Read(pipes.Status, _buffer)) > 0)
        {
            _status.Append(Encoding.UTF8.GetString(_buffer, 0, count));
        }
    }

    private ShimExit Describe(ChildExit end, Watchdog watch, JobGroup? group, LogExtent stdout, LogExtent stderr, long stderrTotal)
    {
        var wall = Environment.TickCount64 - _startedAt;
        // Bubblewrap writes the exit code of the job there; without it, it failed before the job began, or the kernel ended it with the job.
        var started =
            !_boxed || watch.KillReason is not null || group?.Struck() is not null || _status.ToString().Contains("exit-code", StringComparison.Ordinal);
        return new ShimExit
        {
            Started = started,
            ExitCode = end.Code,
            Signal = end.Signal,
            TimedOut = watch.TimedOut,
            OutOfMemory = watch.OutOfMemory,
            Killed = watch.KillReason == Meters.SandboxFailed ? null : watch.KillReason,
            ReasonCode = started ? watch.KillReason : Meters.SandboxFailed,
            Reason = started ? watch.KillWords : stderrTotal > 0 ? FirstLine(_files.Stderr) : "The sandbox could not be set up.",
            CpuMs = end.CpuMs,
            WallMs = wall,
            MaxResidentBytes = group?.PeakBytes ?? end.MaxResidentBytes,
            Stdout = stdout,
            Stderr = stderr,
        };
    }

    private string LastWords()
    {
        using var handle = FileFacts.OpenFile(_files.Stderr);
        if (handle is null)
        {
            return "";
        }

        var last = new byte[4096];
        var count = RandomAccess.Read(handle, last, Math.Max(0, RandomAccess.GetLength(handle) - last.Length));
        return Encoding.UTF8.GetString(last, 0, count);
    }

    private static string FirstLine(string path)
    {
        var line = File.ReadLines(path).FirstOrDefault("");
        return FirstWords.Of(line, 300);
    }
}
