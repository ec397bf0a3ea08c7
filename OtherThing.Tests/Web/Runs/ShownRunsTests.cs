using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Values;
using OtherThing.Web.Features.Runs;

namespace OtherThing.Tests.Web.Runs;

public sealed class ShownRunsTests
{
    private static readonly DateTime s_start = new(2026, 3, 9, 0, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void With_NewerRunsOnTheFirstPage_KeepsWhatWasReadBehindThem()
    {
        var shown = new ShownRuns(Runs(300, 299, 298, 297, 296, 295), "further");

        var after = shown.With(PageOf(301, 300, 299), limit: 3);

        Assert.Equal([301, 300, 299, 298, 297, 296, 295], Minutes(after));
        Assert.Equal("further", after.Next);
    }

    [Fact]
    public void With_AFullPageOfUnknownRuns_BeginsAnew()
    {
        var shown = new ShownRuns(Runs(3, 2, 1), null);

        var after = shown.With(PageOf(90, 89, 88), limit: 3);

        Assert.Equal([90, 89, 88], Minutes(after));
        Assert.NotNull(after.Next);
    }

    [Fact]
    public void With_AShortPageThatWasLookedThrough_KeepsWhatLiesBehind()
    {
        var shown = new ShownRuns(Runs(40, 7), null);
        var page = new Page<Run>(Runs(50, 40), new Cursor(s_start.AddMinutes(20), Guid.Empty).ToString());

        var after = shown.With(page, limit: 50);

        Assert.Equal([50, 40, 7], Minutes(after));
        Assert.Null(after.Next);
    }

    [Fact]
    public void With_TheWholeList_TakesIt()
    {
        var after = new ShownRuns(Runs(3, 2, 1), "further").With(new Page<Run>(Runs(3), null), limit: 50);

        Assert.Equal([3], Minutes(after));
        Assert.Null(after.Next);
    }

    private static Page<Run> PageOf(params int[] minutes)
    {
        var runs = Runs(minutes);
        return new Page<Run>(runs, new Cursor(runs[^1].CreatedAt, runs[^1].Id).ToString());
    }

    private static IEnumerable<int> Minutes(ShownRuns shown) => shown.Items.Select(run => (int)(run.CreatedAt - s_start).TotalMinutes);

    /// <summary>A run per minute, the same one each time.</summary>
    private static Run[] Runs(params int[] minutes) => [.. minutes.Select(minute => new Run
    {
        Id = new Guid(minute, 0, 0, new byte[8]),
        WorkspaceId = Guid.Empty,
        FlowId = Guid.Empty,
        FlowName = "Flow",
        FlowVersion = 1,
        Status = RunStatus.Succeeded,
        Trigger = RunTrigger.Manual,
        StartedBy = Guid.Empty,
        Input = RunValue.Of("{}"),
        CreatedAt = s_start.AddMinutes(minute),
    })];
}
