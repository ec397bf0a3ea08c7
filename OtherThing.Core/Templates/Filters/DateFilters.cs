using OtherThing.Core.Results;
using OtherThing.Core.Templates.Values;

namespace OtherThing.Core.Templates.Filters;

/// <summary>The one filter about dates. It knows no "now": a rendering repeated later gives the same text.</summary>
internal static class DateFilters
{
    public static IReadOnlyList<TemplateFilter> All { get; } =
    [
        new("date",
            "A time in UTC, written by a strftime format. The value is a text as ISO 8601, mails and HTTP write it, without an offset taken as UTC, or Unix "
                + "seconds.",
            Format)
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
        var time = input.TryText(call.Position, out var text) && !Number.TryParse(text.AsSpan().Trim(), out _)
            ? Parse(text, call)
            : FromUnix(call.Number(input), call);
        return Strftime.TryFormat(time, format, out var formatted, out var unknown)
            ? call.Made(formatted)
            : throw call.Refuse("template.value_invalid", $"date does not know {Conversions.Quote(unknown)}; the guide lists what it knows.");
    }

    private static DateTime Parse(string text, FilterCall call) => TimeText.TryRead(text, out var time)
        ? time
        : throw call.Refuse("template.value_invalid", $"date: {Conversions.Quote(text)} is not a time like 2026-03-09T07:05:09Z.");

    private static DateTime FromUnix(Number seconds, FilterCall call) => seconds.TryExact(out var exact) && TimeText.TryFromUnix(exact, out var time)
        ? time
        : throw call.Refuse("template.value_invalid", "date: Unix seconds lie between the years 1 and 9999.");
}
