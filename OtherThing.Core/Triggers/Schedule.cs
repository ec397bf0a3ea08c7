using Cronos;
using OtherThing.Core.Results;

namespace OtherThing.Core.Triggers;

/// <summary>
/// When a schedule fires: a cron expression of five fields (minute, hour, day of month, month, day of week), or six with seconds in front,
/// read in a time zone. A time that daylight saving skips fires right after the gap; a fixed time that comes twice fires the first time only,
/// while "every so many minutes" goes on through both.
/// </summary>
public sealed class Schedule
{
    /// <summary>What a schedule without a time zone is read in.</summary>
    public const string DefaultTimeZone = "UTC";

    private readonly CronExpression _cron;

    private Schedule(CronExpression cron, TimeZoneInfo zone) => (_cron, Zone) = (cron, zone);

    /// <summary>The time zone.</summary>
    public TimeZoneInfo Zone { get; }

    /// <summary>Reads a schedule.</summary>
    /// <param name="cron">Five or six fields, or <c>@daily</c> and the like.</param>
    /// <param name="timeZone">An IANA name such as <c>Europe/Vienna</c>; null or empty is <see cref="DefaultTimeZone"/>.</param>
    /// <returns>The schedule, or <c>schedule.invalid</c> naming <c>cron</c> or <c>timezone</c>.</returns>
    public static Result<Schedule> Parse(string? cron, string? timeZone)
    {
        if (string.IsNullOrWhiteSpace(cron))
        {
            return Invalid("cron", "Give a cron expression: minute hour day month weekday. 0 9 * * MON-FRI is weekdays at nine.");
        }

        // Where the expression came over several lines, or with a line break at its end, it is the same one.
        var words = cron.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        cron = string.Join(' ', words);
        if (cron.Length > 200)
        {
            return Invalid("cron", "A cron expression has up to 200 characters.");
        }

        var name = string.IsNullOrWhiteSpace(timeZone) ? DefaultTimeZone : timeZone.Trim();
        if (name.Length > 100 || !TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone))
        {
            return Invalid(
                "timezone", $"There is no time zone '{TextCut.Shown(name, 40)}'. Use an IANA name such as Europe/Vienna or America/New_York, or UTC.");
        }

        try
        {
            var expression = CronExpression.Parse(cron, words.Length == 6 ? CronFormat.IncludeSeconds : CronFormat.Standard);
            return new Schedule(expression, zone);
        }
        catch (CronFormatException exception)
        {
            return Invalid("cron", $"{exception.Message.TrimEnd('.')}. The fields are minute hour day month weekday; 0 9 * * MON-FRI is weekdays at nine.");
        }
        catch (Exception exception) when (exception is MissingSeedException or ArgumentException)
        {
            // A jitter (H) asks for a seed, which would make the times another server's own.
            return Invalid("cron", "A cron expression here has fixed times: numbers, ranges, lists and steps.");
        }
    }

    /// <summary>The first time after a moment (UTC); null when it never fires again.</summary>
    public DateTime? NextAfter(DateTime utc) => _cron.GetNextOccurrence(utc, Zone);

    /// <summary>The last time up to and including a moment (UTC); null when there was none.</summary>
    public DateTime? LatestUpTo(DateTime utc) => _cron.GetPreviousOccurrence(utc, Zone, inclusive: true);

    /// <summary>The next times after a moment (UTC), as many as there are up to <paramref name="count"/>.</summary>
    public IReadOnlyList<DateTime> Upcoming(DateTime utc, int count)
    {
        var times = new List<DateTime>(count);
        while (times.Count < count && NextAfter(times.Count == 0 ? utc : times[^1]) is { } next)
        {
            times.Add(next);
        }

        return times;
    }

    private static Error Invalid(string field, string message) => Error.Invalid("schedule.invalid", field, message);
}
