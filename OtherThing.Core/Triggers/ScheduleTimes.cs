using OtherThing.Core.Steps.Configs;

namespace OtherThing.Core.Triggers;

/// <summary>What a schedule does now.</summary>
/// <param name="FireAt">The due time to start a run for; null for none.</param>
/// <param name="NextAt">The next due time; null when it never fires again.</param>
/// <param name="Skipped">True when times passed that no run starts for.</param>
public sealed record ScheduleDecision(DateTime? FireAt, DateTime? NextAt, bool Skipped);

/// <summary>Decides what a due schedule does: pure, so that every clock can be tried.</summary>
public static class ScheduleTimes
{
    /// <summary>A time that passed longer ago than this was missed; up to it, it is only late.</summary>
    public static TimeSpan Grace { get; } = TimeSpan.FromMinutes(1);

    /// <summary>What a schedule whose <paramref name="dueAt"/> has come does.</summary>
    public static ScheduleDecision Decide(Schedule schedule, MissedFires missed, DateTime dueAt, DateTime utcNow)
    {
        if (utcNow - dueAt <= Grace)
        {
            return new ScheduleDecision(dueAt, schedule.NextAfter(dueAt), Skipped: false);
        }

        // Everything up to now is settled in one go; the last of it may be recent enough not to count as missed.
        var latest = schedule.LatestUpTo(utcNow) is { } last && last > dueAt ? last : dueAt;
        var fires = missed == MissedFires.Once || utcNow - latest <= Grace;
        return new ScheduleDecision(fires ? latest : null, schedule.NextAfter(utcNow), Skipped: !fires || latest != dueAt);
    }
}
