using OtherThing.Core.Runs;
using OtherThing.Web.Features.Runs.Picture;

namespace OtherThing.Tests.Web.Runs;

public sealed class TimelineTests
{
    private static readonly DateTime s_start = new(2026, 3, 9, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void Of_ItemsAndAttempts_AreBelowWhatTheyBelongTo()
    {
        var lines = Of(
            At("start", 0, 0), At("each", 1, 9, "logic.map"),
            At("each[0]/ask", 1, 2) with { Status = StepRunStatus.Failed }, At("each[0]/ask", 4, 5) with { Attempt = 2 }, At("each[0]/sum", 5, 6),
            At("each[1]/ask", 1, 9) with { Status = StepRunStatus.Failed }, At("out", 9, 10));

        Assert.Equal(
            ["0 start", "0 each", "1 Item [0]", "2 ask", "3 Attempt 1", "3 Attempt 2", "2 sum", "1 Item [1]", "2 ask", "0 out"], Shown(lines, open: true));
        Assert.Equal(["0 start", "0 each", "0 out"], Shown(lines, open: false));
        var (first, second) = (lines[1].Children[0], lines[1].Children[1]);
        Assert.Equal([(1, 6, TimelineStretch.Holds)], Bars(first));
        Assert.Equal(StepRunStatus.Succeeded, first.Status);
        Assert.Equal(StepRunStatus.Failed, second.Status);
        Assert.Equal([(1, 2, TimelineStretch.Works), (2, 4, TimelineStretch.Waits), (4, 5, TimelineStretch.Works)], Bars(first.Children[0]));
        Assert.Equal("began 1.0 s after the start, waited 2.0 s, worked 2.0 s", Timeline.Tell(first.Children[0], s_start, s_start.AddSeconds(60)));
    }

    [Fact]
    public void Of_WhatWaits_IsApartFromWhatWorks()
    {
        var lines = Of(
            At("rest", 0, 5, "logic.wait"), At("asked", 5, 8, "human.approval"),
            At("job", 8, 18, "node.command") with { Usage = new StepUsage(null, 4, 0, null, null) },
            At("queued", 18, null, "node.command"), At("called", 18, null, "flow.call") with { ChildRunId = Guid.CreateVersion7() },
            At("old", -9_000, -8_000) with { TakenOver = true }, At("not", 18, 18) with { Status = StepRunStatus.Skipped });

        Assert.Equal([(0, 5, TimelineStretch.Waits)], Bars(lines[0]));
        Assert.Equal([(5, 8, TimelineStretch.Waits)], Bars(lines[1]));
        Assert.Equal([(8, 14, TimelineStretch.Waits), (14, 18, TimelineStretch.Works)], Bars(lines[2]));
        Assert.Equal([(18, null, TimelineStretch.Waits)], Bars(lines[3]));
        Assert.Equal("waiting_for_machine", lines[3].Status);
        Assert.Equal([(18, null, TimelineStretch.Holds)], Bars(lines[4]));
        Assert.NotNull(lines[4].CalledRun);
        Assert.Empty(lines[5].Bars);
        Assert.Equal("Taken over from the earlier run", Timeline.Tell(lines[5], s_start, s_start));
        Assert.Empty(lines[6].Bars);
        Assert.Equal(TimeSpan.FromSeconds(12), lines[3].Took(s_start.AddSeconds(30)));
    }

    [Fact]
    public void Rows_ThousandItems_AreShownInPieces()
    {
        var lines = Of([At("each", 0, 9, "logic.map"), .. Enumerable.Range(0, 1_000).Select(item => At($"each[{item}]/ask", 0, 9))]);

        var rows = Timeline.Rows(lines, line => line.Key == "each", line => line.Children, key => key == "each" ? 2 * Timeline.Piece : Timeline.Piece).ToList();

        Assert.Equal(1 + (2 * Timeline.Piece) + 1, rows.Count);
        Assert.Equal(("each", 1_000 - (2 * Timeline.Piece)), (rows[^1].Parent, rows[^1].Left));
    }

    [Fact]
    public void Scale_PlacesAndTicks_AreInProportion()
    {
        var scale = new TimelineScale(s_start, s_start.AddSeconds(50));

        Assert.Equal("left:20%;width:40%", scale.Style(new TimelineBar(s_start.AddSeconds(10), s_start.AddSeconds(30), TimelineStretch.Works)));
        Assert.Equal("left:80%;width:20%", scale.Style(new TimelineBar(s_start.AddSeconds(40), null, TimelineStretch.Works)));
        Assert.Equal("left:0%;width:2%", scale.Style(new TimelineBar(s_start.AddSeconds(-40), s_start.AddSeconds(1), TimelineStretch.Works)));
        Assert.Equal([(0, "0"), (20, "10 s"), (40, "20 s"), (60, "30 s"), (80, "40 s"), (100, "50 s")], scale.Ticks);
        Assert.Equal(["0", "4 d", "8 d", "12 d", "16 d", "20 d"], new TimelineScale(s_start, s_start.AddDays(20)).Ticks.Select(tick => tick.Words));
        Assert.Equal(["0"], new TimelineScale(s_start, s_start).Ticks.Select(tick => tick.Words).Take(1));
    }

    private static List<TimelineLine> Of(params StepRun[] steps) =>
        Timeline.Of(steps, id => id, step => step is { Status: StepRunStatus.Running, Path: "queued" });

    private static IEnumerable<string> Shown(List<TimelineLine> lines, bool open) =>
        Timeline.Rows(lines, _ => open, line => line.Children, _ => Timeline.Piece).Select(row => $"{row.Depth} {row.Line!.Name}");

    private static IEnumerable<(int From, int? To, TimelineStretch Kind)> Bars(TimelineLine line) =>
        line.Bars.Select(bar => ((int)(bar.From - s_start).TotalSeconds, bar.To is { } to ? (int?)(to - s_start).TotalSeconds : null, bar.Kind));

    private static StepRun At(string path, int from, int? to, string type = "data.set") => new()
    {
        Path = path,
        StepId = path.Split('/')[^1],
        Type = type,
        Status = to is null ? StepRunStatus.Running : StepRunStatus.Succeeded,
        StartedAt = s_start.AddSeconds(from),
        FinishedAt = to is { } end ? s_start.AddSeconds(end) : null,
    };
}
