using System.Globalization;
using CsCheck;
using OtherThing.Core.Results;

namespace OtherThing.Tests.Core.Texts;

public sealed class TimeTextTests
{
    [Theory]
    [InlineData("2026-03-09", "2026-03-09T00:00:00")]
    [InlineData(" 2026-03-09T07:05Z\r\n", "2026-03-09T07:05:00")]
    [InlineData("2026-03-09t07:05:09z", "2026-03-09T07:05:09")]
    [InlineData("2026-03-09 07:05:09 +0000 UTC", "2026-03-09T07:05:09")]
    [InlineData("2026-03-09T07:05:09.1234567890123456789+05:30", "2026-03-09T01:35:09.1234567")]
    [InlineData("2026-03-09T07:05:09+01:00[Europe/Vienna]", "2026-03-09T06:05:09")]
    [InlineData("20260309T070509Z", "2026-03-09T07:05:09")]
    [InlineData("2026/3/9 7:05", "2026-03-09T07:05:00")]
    [InlineData("2026-03-09T24:00:00Z", "2026-03-10T00:00:00")]
    [InlineData("2016-12-31T23:59:60Z", "2017-01-01T00:00:00")]
    [InlineData("Monday, 09-Mar-26 07:05:09 GMT", "2026-03-09T07:05:09")]
    [InlineData("Mon Mar  9 07:05:09 2026", "2026-03-09T07:05:09")]
    [InlineData("Mon Mar 09 2026 07:05:09 GMT+0100 (Central European Standard Time)", "2026-03-09T06:05:09")]
    [InlineData("Mon, 9 Mar 2026 02:05 EST", "2026-03-09T07:05:00")]
    [InlineData("March 9, 2026 7:05 PM", "2026-03-09T19:05:00")]
    [InlineData("9 March 2026", "2026-03-09T00:00:00")]
    [InlineData("1773039909", "2026-03-09T07:05:09")]
    [InlineData("-1.5", "1969-12-31T23:59:58.5")]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01T00:00:00")]
    public void TryRead_TimesAsTheyAreWritten_AreThatTimeInUtc(string text, string right)
    {
        Assert.True(TimeText.TryRead(text, out var utc), text);
        Assert.Equal(right, utc.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture));
        Assert.Equal(DateTimeKind.Utc, utc.Kind);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("now")]
    [InlineData("10:00")]
    [InlineData("2026-02-30")]
    [InlineData("2026-13-01")]
    [InlineData("2026-03-09T25:00Z")]
    [InlineData("2026-03-09T07:60Z")]
    [InlineData("2026-03-09T24:00:01Z")]
    [InlineData("Tue, 09 Mar 2026 07:05:09 GMT")]
    [InlineData("Mon, 09 Mar 2026 07:05:09 XYZ")]
    [InlineData("0001-01-01T00:00:00+02:00")]
    [InlineData("2026-03-09T07:05:09+19:00")]
    [InlineData("03/09/2026")]
    [InlineData("253402300800")]
    [InlineData("1e30")]
    public void TryRead_WhatIsNoTimeOrMeansTwo_IsRefused(string? text) => Assert.False(TimeText.TryRead(text, out _));

    [Fact]
    public void TryRead_ManySpacesAndLetters_EndsAtOnceWithoutAFault() =>
        Gen.Int[0, 11].Array[0, 120].Sample(which => { TimeText.TryRead(string.Concat(which.Select(at => "20-:T aM+(.,"[at])), out _); });

    [Theory]
    [InlineData("2026-03-09\n", "2026-03-09")]
    [InlineData("Mon, 09 Mar 2026 23:30:00 -0800", "2026-03-10")]
    public void TryReadDay_DaysAndTimes_AreTheDayInUtc(string text, string right)
    {
        Assert.True(TimeText.TryReadDay(text, out var day));
        Assert.Equal(right, day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
    }

    [Fact]
    public void TryReadDay_BareNumber_IsNoDay() => Assert.False(TimeText.TryReadDay("20260309", out _));
}
