namespace OtherThing.Agent.Shims;

/// <summary>Everything that can end an attempt before its own end: the wall clock, the lease, the agent's wish, and limits that are looked at.</summary>
internal sealed class Watchdog(ShimSpec spec, IJobProcesses tree, IMeters meters, AttemptFiles files, long startedAt)
{
    private const int TickMs = 200;
    private const int LeaseMarginMs = 5_000;
    private long? _leaseUntil = spec.LeaseUntilMs;
    private long _nextLook = startedAt + TickMs;
    private long _killAt = long.MaxValue;

    internal string? KillReason { get; private set; }

    internal string? KillWords { get; private set; }

    internal bool TimedOut => KillReason == LimitCodes.Time;

    internal bool OutOfMemory => KillReason == LimitCodes.Memory;

    internal int NextTick(long now) => (int)Math.Clamp(Math.Min(Math.Min(_nextLook, _killAt), Math.Min(WallEnd, NextMeter)) - now, 0, TickMs);

    private long WallEnd => spec.WallMs > 0 && KillReason is null ? startedAt + spec.WallMs : long.MaxValue;

    private long NextMeter => KillReason is null ? meters.Next : long.MaxValue;

    /// <param name="now">Milliseconds of the monotonic clock.</param>
    /// <param name="asked">Whether the agent has a wish.</param>
    /// <param name="output">Bytes the job has written to both its outputs.</param>
    internal void Tick(long now, bool asked, long output)
    {
        if (asked || now >= _nextLook)
        {
            _nextLook = now + TickMs;
            Look(now);
        }

        if (now >= WallEnd)
        {
            End(now, LimitCodes.Time, $"It ran longer than {spec.WallMs / 1000.0:0.#} s.", spec.GraceMs);
        }

        if (_leaseUntil - LeaseMarginMs <= now)
        {
            // Somebody else may start it when the lease is over, so this one must be gone by then.
            End(now, "lease_ended", "The server was out of reach longer than the lease, and it must never run twice at once.", graceMs: 0);
        }

        if (spec.OutputMaxBytes > 0 && output > spec.OutputMaxBytes)
        {
            End(now, LimitCodes.Output, $"It printed more than {spec.OutputMaxBytes >> 20} MiB.", graceMs: 0);
        }

        if (KillReason is null && meters.Look(now) is var (code, words))
        {
            End(now, code, words, graceMs: 0);
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
}
