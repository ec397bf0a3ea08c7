using System.Globalization;

namespace OtherThing.Web.Features.Runs.Picture;

/// <summary>Where instants of a run lie on a line, in percent.</summary>
/// <param name="From">The left end (UTC).</param>
/// <param name="To">The right end (UTC), after it.</param>
internal sealed record TimelineScale(DateTime From, DateTime To)
{
    private const int MostTicks = 6;
    private static readonly double[] s_seconds = [
        0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200,
        86_400];

    /// <summary>Round times after the beginning with the words for them, at most six.</summary>
    public IEnumerable<(double Percent, string Words)> Ticks
    {
        get
        {
            var all = Math.Max((To - From).TotalSeconds, 0.001);
            var days = Math.Max(1, Math.Ceiling(all / MostTicks / 86_400)) * 86_400;
            var step = s_seconds.FirstOrDefault(each => all / each <= MostTicks, days);
            for (var at = 0; at * step <= all && at <= MostTicks; at++)
            {
                yield return (at * step / all * 100, Say(at * step));
            }
        }
    }

    /// <summary>The place and the width of a stretch, as CSS.</summary>
    public string Style(TimelineBar bar)
    {
        var (left, right) = (Percent(bar.From), Percent(bar.To ?? To));
        return string.Create(CultureInfo.InvariantCulture, $"left:{left:0.###}%;width:{Math.Max(0, right - left):0.###}%");
    }

    private double Percent(DateTime at) => Math.Clamp((at - From) / (To > From ? To - From : TimeSpan.FromMilliseconds(1)), 0, 1) * 100;

    private static string Say(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds switch
    {
        0 => "0",
        < 1 => $"{seconds * 1000:0} ms",
        < 60 => $"{seconds:0.#} s",
        < 3_600 => $"{seconds / 60:0.#} min",
        < 86_400 => $"{seconds / 3_600:0.#} h",
        _ => $"{seconds / 86_400:0.#} d",
    }}");
}
