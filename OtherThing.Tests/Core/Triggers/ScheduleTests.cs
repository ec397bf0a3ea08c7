using System.Globalization;
using OtherThing.Core.Steps.Configs;
using OtherThing.Core.Triggers;

namespace OtherThing.Tests.Core.Triggers;

public class ScheduleTests
{
    [Theory]
    [InlineData("0 9 * * MON-FRI", "Europe/Vienna", "2026-01-02T12:00:00Z", "2026-01-05T08:00:00Z")]
    [InlineData("0 9 * * MON-FRI", null, "2026-01-02T12:00:00Z", "2026-01-05T09:00:00Z")]
    [InlineData("*/15 * * * * *", "UTC", "2026-01-02T12:00:00Z", "2026-01-02T12:00:15Z")]
    [InlineData("30 5 29 2 *", "UTC", "2026-01-01T00:00:00Z", "2028-02-29T05:30:00Z")]
    [InlineData("0 9\n* *\tMON-FRI\r\n", " Europe/Vienna\n", "2026-01-02T12:00:00Z", "2026-01-05T08:00:00Z")]
    [InlineData("\u00a0@daily\n", "America/New_York", "2026-07-01T12:00:00Z", "2026-07-02T04:00:00Z")]
    [InlineData("@daily", "America/New_York", "2026-07-01T12:00:00Z", "2026-07-02T04:00:00Z")]
    public void NextAfter_IsTheLocalTimeOfItsZone(string cron, string? zone, string after, string expected) =>
        Assert.Equal(Utc(expected), Schedule.Parse(cron, zone).Value.NextAfter(Utc(after)));

    [Fact]
    public void F12_Upcoming_FixedTimeInTheSkippedHour_FiresOnceRightAfterTheGap()
    {
        // Vienna goes from 02:00 to 03:00 on 29 March 2026, which is 01:00 UTC.
        var times = Schedule.Parse("30 2 * * *", "Europe/Vienna").Value.Upcoming(Utc("2026-03-28T00:00:00Z"), 3);

        Assert.Equal([Utc("2026-03-28T01:30:00Z"), Utc("2026-03-29T01:00:00Z"), Utc("2026-03-30T00:30:00Z")], times);
    }

    [Fact]
    public void F12_Upcoming_FixedTimeInTheDoubledHour_FiresOnce()
    {
        // Vienna goes from 03:00 back to 02:00 on 25 October 2026, which is 01:00 UTC.
        var times = Schedule.Parse("30 2 * * *", "Europe/Vienna").Value.Upcoming(Utc("2026-10-24T12:00:00Z"), 2);

        Assert.Equal([Utc("2026-10-25T00:30:00Z"), Utc("2026-10-26T01:30:00Z")], times);
    }

    [Fact]
    public void F12_Upcoming_EveryHalfHour_GoesOnThroughBothDoubledHours()
    {
        var times = Schedule.Parse("*/30 * * * *", "Europe/Vienna").Value.Upcoming(Utc("2026-10-24T23:45:00Z"), 6);

        Assert.Equal(
            ["00:00", "00:30", "01:00", "01:30", "02:00", "02:30"],
            times.Select(time => time.ToString("HH:mm", CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void F12_Upcoming_EveryHalfHour_LeavesOutTheSkippedHour()
    {
        var times = Schedule.Parse("*/30 * * * *", "Europe/Vienna").Value.Upcoming(Utc("2026-03-29T00:15:00Z"), 3);

        Assert.Equal([Utc("2026-03-29T00:30:00Z"), Utc("2026-03-29T01:00:00Z"), Utc("2026-03-29T01:30:00Z")], times);
    }

    [Fact]
    public void NextAfter_ThirtyFirstOfFebruary_NeverFires() =>
        Assert.Null(Schedule.Parse("0 0 31 2 *", "UTC").Value.NextAfter(Utc("2026-01-01T00:00:00Z")));

    [Theory]
    [InlineData("", "UTC", "cron")]
    [InlineData(null, "UTC", "cron")]
    [InlineData("every day", "UTC", "cron")]
    [InlineData("60 * * * *", "UTC", "cron")]
    [InlineData("* * * *", "UTC", "cron")]
    [InlineData("H * * * *", "UTC", "cron")]
    [InlineData("{{ input.cron }}", "UTC", "cron")]
    [InlineData("0 9 * * *", "Vienna", "timezone")]
    [InlineData("0 9 * * *", "../../etc/passwd", "timezone")]
    public void Parse_Wrong_NamesTheFieldAndTheReason(string? cron, string zone, string field)
    {
        var error = Schedule.Parse(cron, zone).Error;

        Assert.Equal("schedule.invalid", error?.Code);
        Assert.Equal(field, error!.Fields[0].Path);
        Assert.NotEmpty(error.Message);
    }

    [Theory]
    // On time, a little late.
    [InlineData(MissedFires.Skip, "12:00:00", "12:00:00", "12:00:00", "13:00:00", false)]
    [InlineData(MissedFires.Skip, "12:00:00", "12:00:59", "12:00:00", "13:00:00", false)]
    // Hours of downtime.
    [InlineData(MissedFires.Skip, "12:00:00", "15:30:00", null, "16:00:00", true)]
    [InlineData(MissedFires.Once, "12:00:00", "15:30:00", "15:00:00", "16:00:00", true)]
    [InlineData(MissedFires.Once, "12:00:00", "12:30:00", "12:00:00", "13:00:00", false)]
    // The last of them is only late.
    [InlineData(MissedFires.Skip, "12:00:00", "15:00:30", "15:00:00", "16:00:00", true)]
    public void Decide_EachHour_FollowsThePolicy(MissedFires missed, string due, string now, string? fire, string next, bool skipped)
    {
        var schedule = Schedule.Parse("0 * * * *", "UTC").Value;

        var decision = ScheduleTimes.Decide(schedule, missed, At(due), At(now));

        Assert.Equal(new ScheduleDecision(fire is null ? null : At(fire), At(next), skipped), decision);
    }

    private static DateTime At(string time) => Utc($"2026-05-05T{time}Z");

    private static DateTime Utc(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).UtcDateTime;
}
