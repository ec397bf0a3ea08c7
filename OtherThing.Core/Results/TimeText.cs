using System.Globalization;
using System.Text.RegularExpressions;

namespace OtherThing.Core.Results;

/// <summary>
/// Reads times as programs, servers and people write them. The only reader there is: what a filter takes, a wait, a query and a field take too,
/// and all understand the same by it.
/// </summary>
public static partial class TimeText
{
    /// <summary>The longest text that is looked at, in UTF-16 units.</summary>
    public const int Longest = 100;

    private const int MostOffsetMinutes = 18 * 60;
    private static readonly DateTimeFormatInfo s_english = CultureInfo.InvariantCulture.DateTimeFormat;

    /// <summary>
    /// Reads a time: ISO 8601 (a day alone, with a time, with any number of digits of a second, after a point or a comma), as mails and HTTP
    /// write it (<c>Mon, 09 Mar 2026 07:05:09 -0800</c>), as C and browsers print it, or Unix seconds. Without an offset it is UTC.
    /// </summary>
    /// <param name="text">The text; space around it does not count.</param>
    /// <param name="utc">The time in UTC, cut to 100 nanoseconds.</param>
    /// <returns>False for what is no time, has a weekday that is not that day's, or lies outside of the years 1 to 9999.</returns>
    public static bool TryRead(string? text, out DateTime utc)
    {
        utc = default;
        var trimmed = text?.Trim();
        return trimmed is { Length: > 0 and <= Longest }
            && (decimal.TryParse(trimmed, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
                ? TryFromUnix(seconds, out utc)
                : TryReadWritten(trimmed, out utc));
    }

    /// <summary>Reads a day: what <see cref="TryRead"/> takes except for Unix seconds; of a time the day it is in UTC then.</summary>
    public static bool TryReadDay(string? text, out DateOnly day)
    {
        var read = TryReadWritten(text?.Trim() ?? "", out var utc);
        day = DateOnly.FromDateTime(utc);
        return read;
    }

    /// <summary>A time from the seconds since the start of 1970, which may be negative and have a fraction.</summary>
    /// <returns>False outside of the years 1 to 9999.</returns>
    public static bool TryFromUnix(decimal seconds, out DateTime utc)
    {
        utc = default;
        return seconds is >= -62_135_596_800m and < 253_402_300_800m
            && TryAdd(DateTime.UnixEpoch.Ticks, (long)decimal.Floor(seconds * TimeSpan.TicksPerSecond), out utc);
    }

    private static bool TryReadWritten(string text, out DateTime utc)
    {
        utc = default;
        if (text.Length > Longest)
        {
            return false;
        }

        foreach (var form in (ReadOnlySpan<Regex>)[Iso(), Compact(), DayFirst(), MonthFirst()])
        {
            if (form.Match(text) is { Success: true } found)
            {
                return TryMake(found, out utc);
            }
        }

        return false;
    }

    private static bool TryMake(Match found, out DateTime utc)
    {
        utc = default;
        var (year, month, day) = (YearOf(found.Groups["year"].ValueSpan), MonthOf(found.Groups["month"].Value), Number(found, "day"));
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        var date = new DateTime(year, month, day);
        return FitsWeekday(found.Groups["weekday"].Value, date)
            && TryClock(found, out var clock)
            && TryOffset(found, out var offset)
            && TryAdd(date.Ticks, clock - offset, out utc);
    }

    private static bool TryAdd(long ticks, long more, out DateTime utc)
    {
        var sum = ticks + more;
        var isTime = sum >= DateTime.MinValue.Ticks && sum <= DateTime.MaxValue.Ticks;
        utc = isTime ? new DateTime(sum, DateTimeKind.Utc) : default;
        return isTime;
    }

    /// <summary>The time of day in ticks; 24:00 is the end of the day, and a leap second the first of the next minute.</summary>
    private static bool TryClock(Match found, out long ticks)
    {
        ticks = 0;
        var (hour, minute, second) = (Number(found, "hour"), Number(found, "minute"), Number(found, "second"));
        if (found.Groups["half"] is { Success: true, Value: var half })
        {
            if (hour is < 1 or > 12)
            {
                return false;
            }

            hour = (hour % 12) + (half[0] is 'p' or 'P' ? 12 : 0);
        }

        ticks = (((hour * 60L) + minute) * 60 + second) * TimeSpan.TicksPerSecond + Fraction(found.Groups["fraction"].ValueSpan);
        return minute < 60 && second <= 60 && (hour < 24 || ticks == TimeSpan.TicksPerDay);
    }

    private static long Fraction(ReadOnlySpan<char> digits)
    {
        long ticks = 0;
        for (var at = 0; at < 7; at++)
        {
            ticks = (ticks * 10) + (at < digits.Length ? digits[at] - '0' : 0);
        }

        return ticks;
    }

    private static bool TryOffset(Match found, out long ticks)
    {
        ticks = 0;
        if (found.Groups["sign"] is { Success: true, Value: var sign })
        {
            var minutes = (Number(found, "offsetHour") * 60) + Number(found, "offsetMinute");
            ticks = (sign == "-" ? -1 : 1) * minutes * TimeSpan.TicksPerMinute;
            return minutes <= MostOffsetMinutes && Number(found, "offsetMinute") < 60;
        }

        // The names that mails may use (RFC 5322, 4.3); others mean several places.
        int? hours = found.Groups["zone"].Value.ToUpperInvariant() switch
        {
            "" or "Z" or "UT" or "UTC" or "GMT" => 0,
            "EDT" => -4,
            "EST" or "CDT" => -5,
            "CST" or "MDT" => -6,
            "MST" or "PDT" => -7,
            "PST" => -8,
            _ => null,
        };
        ticks = (hours ?? 0) * TimeSpan.TicksPerHour;
        return hours is not null;
    }

    /// <summary>Two digits are the years 1950 to 2049, as in mails.</summary>
    private static int YearOf(ReadOnlySpan<char> text)
    {
        var year = int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
        return text.Length > 2 ? year : year < 50 ? 2000 + year : 1900 + year;
    }

    /// <summary>From 1; 0 for a word that begins no month's name.</summary>
    private static int MonthOf(string text) => char.IsAsciiDigit(text[0])
        ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)
        : 1 + Array.FindIndex(s_english.MonthNames, name => name.StartsWith(text, StringComparison.OrdinalIgnoreCase));

    private static bool FitsWeekday(string text, DateTime date) =>
        text.Length == 0 || s_english.GetDayName(date.DayOfWeek).StartsWith(text, StringComparison.OrdinalIgnoreCase);

    private static int Number(Match found, string name) =>
        found.Groups[name] is { Success: true } group ? int.Parse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 0;

    private const string Clock = """(?<hour>[0-9]{1,2}):(?<minute>[0-9]{2})(:(?<second>[0-9]{2})([.,](?<fraction>[0-9]+))?)?(\s?(?<half>[ap])\.?m\.?)?""";
    private const string Offset = """(?<sign>[+-])(?<offsetHour>[0-9]{2})(:?(?<offsetMinute>[0-9]{2}))?""";
    private const string Zone = """(\s*((GMT|UTC)?""" + Offset + """(\s(UTC|GMT|Z))?|(?<zone>[a-z]{1,4})))?""";
    // A comment (UTC) after the offset, or the place in brackets, says in words what the offset said.
    private const string Remark = """(\s*\([^()]*\)|\[[^\[\]]*\])?""";
    private const string Weekday = """((?<weekday>[a-z]{3,9})(,\s*|\s+))?""";
    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture;

    [GeneratedRegex("""\A(?<year>[0-9]{4})([-/])(?<month>[0-9]{1,2})[-/](?<day>[0-9]{1,2})((T|\s+)""" + Clock + Zone + Remark + """)?\z""", Options)]
    private static partial Regex Iso();

    [GeneratedRegex(
        """\A(?<year>[0-9]{4})(?<month>[0-9]{2})(?<day>[0-9]{2})T(?<hour>[0-9]{2})(?<minute>[0-9]{2})((?<second>[0-9]{2})([.,](?<fraction>[0-9]+))?)?"""
        + Zone
        + """\z""",
        Options)]
    private static partial Regex Compact();

    [GeneratedRegex(
        """\A""" + Weekday + """(?<day>[0-9]{1,2})[\s-]+(?<month>[a-z]{3,9})[\s-]+(?<year>[0-9]{4}|[0-9]{2})(,?\s+""" + Clock + Zone + Remark + """)?\z""",
        Options)]
    private static partial Regex DayFirst();

    // As C writes it, with the year at the end, and as browsers and people do.
    [GeneratedRegex(
        """\A"""
        + Weekday
        + """(?<month>[a-z]{3,9})\s+(?<day>[0-9]{1,2})(\s+"""
        + Clock
        + """\s+(?<year>[0-9]{4})|,?\s+(?<year>[0-9]{4})(,?\s+"""
        + Clock
        + Zone
        + Remark
        + """)?)\z""",
        Options)]
    private static partial Regex MonthFirst();
}
