using Bunit;
using OtherThing.Core.Usage;
using OtherThing.Web.Features.Usage;

namespace OtherThing.Tests.Web.Usage;

public sealed class UsageChartTests : BunitContext
{
    private static readonly DateTime s_from = new(2026, 3, 1, 0, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void Render_TwoGroupsOnTwoDays_StacksThemAndSaysItInWords()
    {
        var (calls, compute) = (Group("api_call", 300_000_000), Group("compute", 100_000_000));
        var summary = new UsageSummaryResult([calls, compute], Group("total", 400_000_000), s_from, s_from.AddDays(3))
        {
            Days = [(new DateOnly(2026, 3, 1), calls), (new DateOnly(2026, 3, 3), compute)],
        };

        var chart = Render<UsageChart>(p => p
            .Add(c => c.Summary, summary).Add(c => c.Measure, UsageMeasure.Cost).Add(c => c.Grouping, UsageGrouping.Type));

        var days = chart.FindAll(".chart-day");
        Assert.Equal(["1 Mar: $0.03", "2 Mar: $0", "3 Mar: $0.01"], days.Select(day => day.GetAttribute("title")));
        Assert.Equal("height: 60%", days[0].FirstElementChild!.GetAttribute("style"));
        Assert.Contains("usage-series-1", days[2].FirstElementChild!.ClassName, StringComparison.Ordinal);
        Assert.Equal(
            "Cost per day from 1 Mar to 3 Mar: $0.04 in all, most on 1 Mar with $0.03.",
            chart.Find("[role=img]").GetAttribute("aria-label"));
    }

    [Fact]
    public void Render_NothingMeasured_HasAScaleAndNoBars()
    {
        var summary = new UsageSummaryResult([], Group("total", null), s_from, s_from.AddDays(1));

        var chart = Render<UsageChart>(p => p
            .Add(c => c.Summary, summary).Add(c => c.Measure, UsageMeasure.Tokens).Add(c => c.Grouping, UsageGrouping.Model));

        Assert.Single(chart.FindAll(".chart-day"));
        Assert.Empty(chart.FindAll(".chart-part"));
    }

    private static UsageGroup Group(string key, long? units) => new(key, key, 0, 0, Cost.Of(units));
}
