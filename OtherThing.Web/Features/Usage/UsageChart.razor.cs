using System.Globalization;
using Microsoft.AspNetCore.Components;
using OtherThing.Core.Usage;

namespace OtherThing.Web.Features.Usage;

/// <summary>Stacked bars of a summary by day; past six groups the rest is one.</summary>
public sealed partial class UsageChart
{
    private const int MaxSeries = 6;
    private static readonly int[] s_steps = [1, 2, 5, 10];
    private IReadOnlyList<Bar> _bars = [];
    private double _top;
    private string _text = "";

    [Parameter, EditorRequired]
    public required UsageSummaryResult Summary { get; set; }

    [Parameter, EditorRequired]
    public required UsageMeasure Measure { get; set; }

    [Parameter, EditorRequired]
    public required UsageGrouping Grouping { get; set; }

    /// <summary>The series a group is drawn in: its place in the table, the last one for all past six.</summary>
    public static int SeriesOf(int index, UsageGrouping grouping) => grouping == UsageGrouping.Day ? 0 : Math.Min(index, MaxSeries);

    protected override void OnParametersSet()
    {
        var series =
            Summary.Groups.Select((group, index) => (group.Key, Series: SeriesOf(index, Grouping))).ToDictionary(pair => pair.Key, pair => pair.Series);
        var byDay = Summary.Days.ToLookup(day => day.Day, day => day.Group);
        var first = DateOnly.FromDateTime(Summary.From);
        var last = DateOnly.FromDateTime(Summary.To.AddTicks(-1));
        var days = Enumerable.Range(0, last.DayNumber - first.DayNumber + 1).Select(first.AddDays).ToArray();
        var sums = days.ToDictionary(day => day, day => byDay[day].Sum(group => UsageWords.Value(group, Measure)));
        _top = Round(sums.Values.DefaultIfEmpty().Max());
        _bars = [.. days.Select(day => new Bar(
            day,
            $"{Say(day)}: {UsageWords.Say(sums[day], Measure)}",
            [
                .. byDay[day].GroupBy(group => series.GetValueOrDefault(group.Key, MaxSeries))
                    .Select(parts => new Part(parts.Key, parts.Sum(group => UsageWords.Value(group, Measure)) / _top * 100))
                    .Where(part => part.Percent > 0)
                    .OrderBy(part => part.Series),
            ]))];
        var most = sums.MaxBy(sum => sum.Value);
        _text = $"{UsageWords.Title(Measure)} per day from {Say(first)} to {Say(last)}: {UsageWords.Say(sums.Values.Sum(), Measure)} in all"
            + (most.Value > 0 ? $", most on {Say(most.Key)} with {UsageWords.Say(most.Value, Measure)}." : ".");
    }

    private static string Say(DateOnly day) => day.ToString("d MMM", CultureInfo.InvariantCulture);

    // The scale ends at 1, 2 or 5 times a power of ten, so that its middle is a number people read.
    private static double Round(double most)
    {
        if (most <= 0)
        {
            return 1;
        }

        var power = Math.Pow(10, Math.Floor(Math.Log10(most)));
        return s_steps.Select(step => step * power).First(top => top >= most * 0.999999);
    }

    private sealed record Bar(DateOnly Day, string Title, IReadOnlyList<Part> Parts);

    private sealed record Part(int Series, double Percent);
}
