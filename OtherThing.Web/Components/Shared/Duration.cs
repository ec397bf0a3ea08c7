using System.Globalization;

namespace OtherThing.Web.Components.Shared;

/// <summary>Spans of time as people read them.</summary>
public static class Duration
{
    /// <summary><c>12 ms</c>, <c>3.4 s</c>, <c>2 min 5 s</c>, <c>1 h 12 min</c>.</summary>
    public static string Say(TimeSpan span) => span switch
    {
        { TotalSeconds: < 1 } => span.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture) + " ms",
        { TotalMinutes: < 1 } => span.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + " s",
        { TotalHours: < 1 } => $"{span.Minutes} min {span.Seconds} s",
        _ => $"{(int)span.TotalHours} h {span.Minutes} min",
    };

    /// <summary>A span that is still going on, to the second: <c>12 s</c>, <c>2 min 5 s</c>, <c>1 h 12 min</c>.</summary>
    public static string Count(TimeSpan span) => span.TotalMinutes < 1 ? $"{(int)span.TotalSeconds} s" : Say(span);
}
