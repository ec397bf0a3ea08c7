using System.Globalization;
using System.Text;

namespace OtherThing.Core.Templates.Filters;

/// <summary>Writes a UTC time by a strftime format, in English.</summary>
internal static class Strftime
{
    private static readonly CultureInfo s_english = CultureInfo.InvariantCulture;

    /// <summary>Every directive with what it writes, as the guide lists them.</summary>
    public static IReadOnlyList<(string Directive, string Meaning)> Directives { get; } =
    [
        ("%Y", "year, 4 digits"), ("%y", "year, 2 digits"), ("%m", "month 01-12"), ("%B", "month name"), ("%b", "month name, short"),
        ("%d", "day 01-31"), ("%e", "day 1-31, padded with a space"), ("%j", "day of the year 001-366"),
        ("%A", "weekday"), ("%a", "weekday, short"), ("%u", "weekday 1-7 from Monday"), ("%w", "weekday 0-6 from Sunday"),
        ("%G", "year of the ISO week"), ("%V", "ISO week 01-53"),
        ("%H", "hour 00-23"), ("%k", "hour 0-23, padded with a space"), ("%I", "hour 01-12"), ("%l", "hour 1-12, padded with a space"),
        ("%p", "AM or PM"), ("%P", "am or pm"), ("%M", "minute"), ("%S", "second"), ("%L", "milliseconds"), ("%N", "nanoseconds"),
        ("%s", "Unix seconds"), ("%z", "+0000"), ("%Z", "UTC"),
        ("%F", "%Y-%m-%d"), ("%T", "%H:%M:%S"), ("%R", "%H:%M"), ("%D", "%m/%d/%y"), ("%n", "line break"), ("%t", "tab"), ("%%", "%"),
    ];

    /// <summary>Formats; false, with the directive, when there is one it does not know. A <c>-</c> after the % leaves padding out.</summary>
    public static bool TryFormat(DateTime time, string format, out string text, out string unknown)
    {
        var written = new StringBuilder(format.Length + 16);
        for (var at = 0; at < format.Length; at++)
        {
            if (format[at] != '%')
            {
                written.Append(format[at]);
                continue;
            }

            var start = at;
            at++;
            var bare = at < format.Length && format[at] == '-';
            at += bare ? 1 : 0;
            var part = at < format.Length ? Part(time, format[at]) : null;
            if (part is null)
            {
                (text, unknown) = ("", format[start..Math.Min(at + 1, format.Length)]);
                return false;
            }

            written.Append(bare ? Unpadded(part) : part);
        }

        (text, unknown) = (written.ToString(), "");
        return true;
    }

    private static string? Part(DateTime time, char directive) => directive switch
    {
        'Y' => time.ToString("yyyy", s_english),
        'y' => time.ToString("yy", s_english),
        'm' => time.ToString("MM", s_english),
        'B' => time.ToString("MMMM", s_english),
        'b' or 'h' => time.ToString("MMM", s_english),
        'd' => time.ToString("dd", s_english),
        'e' => time.Day.ToString(s_english).PadLeft(2),
        'j' => time.DayOfYear.ToString("000", s_english),
        'A' => time.ToString("dddd", s_english),
        'a' => time.ToString("ddd", s_english),
        'u' => (((int)time.DayOfWeek + 6) % 7 + 1).ToString(s_english),
        'w' => ((int)time.DayOfWeek).ToString(s_english),
        'G' => ISOWeek.GetYear(time).ToString("0000", s_english),
        'V' => ISOWeek.GetWeekOfYear(time).ToString("00", s_english),
        'z' => "+0000",
        'Z' => "UTC",
        'F' => time.ToString("yyyy-MM-dd", s_english),
        'D' => time.ToString("MM'/'dd'/'yy", s_english),
        'n' => "\n",
        't' => "\t",
        '%' => "%",
        _ => Clock(time, directive),
    };

    private static string? Clock(DateTime time, char directive) => directive switch
    {
        'H' => time.ToString("HH", s_english),
        'k' => time.Hour.ToString(s_english).PadLeft(2),
        'I' => time.ToString("hh", s_english),
        'l' => ((time.Hour + 11) % 12 + 1).ToString(s_english).PadLeft(2),
        'p' => time.Hour < 12 ? "AM" : "PM",
        'P' => time.Hour < 12 ? "am" : "pm",
        'M' => time.ToString("mm", s_english),
        'S' => time.ToString("ss", s_english),
        'L' => time.ToString("fff", s_english),
        'N' => time.ToString("fffffff", s_english) + "00",
        // Rounded down, as the other parts are: half a second before 1970 is in the second -1.
        's' => Math.Floor((time.Ticks - DateTime.UnixEpoch.Ticks) / (decimal)TimeSpan.TicksPerSecond).ToString(s_english),
        'T' => time.ToString("HH:mm:ss", s_english),
        'R' => time.ToString("HH:mm", s_english),
        _ => null,
    };

    private static string Unpadded(string part)
    {
        var digits = part.TrimStart(' ');
        if (digits.Length < 2 || !digits.All(char.IsAsciiDigit))
        {
            return digits;
        }

        return digits.TrimStart('0') is { Length: > 0 } bare ? bare : "0";
    }
}
