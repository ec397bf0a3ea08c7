namespace OtherThing.Agent.Shims;

/// <summary>Everything that can end an attempt before its own end: the wall clock, the lease, the agent's wish, and limits that are looked at.</summary>
internal sealed class Watchdog(ShimSpec spec, JobTree tree, AttemptFiles files, long startedAt)
{
    private const int TickMs = 200;
    private const int SampleMs = 400;
    private const int LeaseMarginMs = 5_000;
    private long? _leaseUntil = spec.LeaseUntilMs;
    private long _nextLook = startedAt + TickMs;
    private long _nextSample = startedAt + SampleMs;
    private long _killAt = long.MaxValue;

    internal string? KillReason { get; private set; }

    internal string? KillWords { get; private set; }

    internal bool TimedOut => KillReason == "timed_out";

    internal bool OutOfMemory => KillReason == "out_of_memory";

    internal int NextTick(long now) => (int)Math.Clamp(Math.Min(Math.Min(_nextLook, _killAt), WallEnd) - now, 0, TickMs);

    private long WallEnd => spec.WallMs > 0 && KillReason is null ? startedAt + spec.WallMs : long.MaxValue;

    internal void Tick(long now, bool asked)
    {
        if (asked || now >= _nextLook)
        {
            _nextLook = now + TickMs;
            Look(now);
        }

        if (now >= WallEnd)
        {
            End(now, "timed_out", $"It ran longer than {spec.WallMs / 1000.0:0.#} s.", spec.GraceMs);
        }

        if (_leaseUntil - LeaseMarginMs <= now)
        {
            // Somebody else may start it when the lease is over, so this one must be gone by then.
            End(now, "lease_ended", "The server was out of reach longer than the lease, and it must never run twice at once.", graceMs: 0);
        }

        if (now >= _nextSample)
        {
            _nextSample = now + SampleMs;
            Sample(now);
        }

        if (now >= _killAt)
        {
            _killAt = now + TickMs;
            tree.Kill();
        }
    }

    private void Look(long now)
    {
        if (files.ReadControl() is not { } wish)
        {
            return;
        }

        _leaseUntil = wish.LeaseUntilMs ?? _leaseUntil;
        if (wish.Kill is not null)
        {
            End(now, wish.Kill, "It was stopped on request.", wish.GraceMs ?? spec.GraceMs);
        }
    }

    private void Sample(long now)
    {
        if (spec.MemoryBytes <= 0 && spec.MaxProcesses <= 0 && spec.DiskBytes <= 0)
        {
            return;
        }

        var members = tree.Members();
        if (spec.MemoryBytes > 0 && members.Sum(entry => entry.ResidentBytes) > spec.MemoryBytes)
        {
            End(now, "out_of_memory", $"It used more than {spec.MemoryBytes >> 20} MiB of memory.", graceMs: 0);
        }

        if (spec.MaxProcesses > 0 && members.Count > spec.MaxProcesses)
        {
            End(now, "too_many_processes", $"It had more than {spec.MaxProcesses} processes.", graceMs: 0);
        }

        if (spec.DiskBytes > 0 && Size(spec.WorkDirectory) > spec.DiskBytes)
        {
            End(now, "disk_full", $"It wrote more than {spec.DiskBytes >> 20} MiB to its directory.", graceMs: 0);
        }
    }

    private void End(long now, string reason, string words, int graceMs)
    {
        if (KillReason is not null)
        {
            return;
        }

        (KillReason, KillWords) = (reason, words);
        _killAt = now + graceMs;
        if (graceMs > 0)
        {
            tree.Terminate();
        }
    }

    private static long Size(string directory)
    {
        try
        {
            var all = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint };
            return new DirectoryInfo(directory).EnumerateFiles("*", all).Sum(file => file.Exists ? file.Length : 0);
        }
        catch (IOException)
        {
            // It changes while we look; the next look counts again.
            return 0;
        }
    }
}
