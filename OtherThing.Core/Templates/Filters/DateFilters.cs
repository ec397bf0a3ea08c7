using System.Globalization;
using OtherThing.Core.Templates.Values;

namespace OtherThing.Core.Templates.Filters;

/// <summary>The one filter about dates. It knows no "now": a rendering repeated later gives the same text.</summary>
internal static class DateFilters
{
    private static readonly string[] s_formats =
    [
        "yyyy-MM-dd",
        "yyyy-MM-dd'T'HH:mmK",
        "yyyy-MM-dd'T'HH:mm:ssK",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
        "yyyy-MM-dd HH:mm",
        "yyyy-MM-dd HH:mm:ss",
        "yyyy-MM-dd HH:mm:ssK",
        "yyyy-MM-dd HH:mm:ss.FFFFFFFK",
        "yyyy-MM-dd HH:mm:ss K",
        "r",
    ];

    public static IReadOnlyList<TemplateFilter> All { get; } =
    [
        new("date", "A time in UTC, written by a strftime format. The value is an ISO 8601 or RFC 1123 text, without an offset taken as UTC, or Unix seconds.", Format)
        {
            Arguments = [new("format")],
            Examples =
            [
                new("{{ \"2026-03-09T07:05:09+02:00\" | date: \"%Y-%m-%d %H:%M:%S\" }}", "\"2026-03-09 05:05:09\""),
                new("{{ 0 | date: \"%A, %-d %B %Y\" }}", "\"Thursday, 1 January 1970\""),
                new("{{ \"2026-03-09\" | date: \"%F is day %j, week %V\" }}", "\"2026-03-09 is day 068, week 11\""),
            ],
        },
    ];

    private static Value Format(Value input, FilterCall call)
    {
        if (!input.IsText && !input.IsNumber)
        {
            throw call.Refuse("template.type_mismatch", $"date needs a time, as text or Unix seconds, and got {input.Describe()}.");
        }

        var format = call.Text(0);
        var time = input.TryText(call.Position, out var text) && !Number.TryParse(text, out _) ? Parse(text, call) : FromUnix(call.Number(input), call);
        return Strftime.TryFormat(time, format, out var formatted, out var unknown)
            ? call.Made(formatted)
            : throw call.Refuse("template.value_invalid", $"date does not know {Conversions.Quote(unknown)}; the guide lists what it knows.");
    }

    private static DateTime Parse(string text, FilterCall call)
    {
        const DateTimeStyles Style = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal | DateTimeStyles.AllowWhiteSpaces;
        return text.Length <= 60 && DateTime.TryParseExact(text, s_formats, CultureInfo.InvariantCulture, Style, out var time)
            ? time
            : throw call.Refuse("template.value_invalid", $"date: {Conversions.Quote(text)} is not a time like 2026-03-09T07:05:09Z.");
    }

    private static DateTime FromUnix(Number seconds, FilterCall call)
    {
        if (seconds.TryExact(out var exact) && exact is >= -62_135_596_800m and <= 253_402_300_799m)
        {
            return DateTime.UnixEpoch.AddTicks((long)(exact * TimeSpan.TicksPerSecond));
        }

        throw call.Refuse("template.value_invalid", "date: Unix seconds lie between the years 1 and 9999.");
    }
}
