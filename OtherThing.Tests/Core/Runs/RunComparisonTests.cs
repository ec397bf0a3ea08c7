using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Repeat;
using OtherThing.Core.Runs.Values;

namespace OtherThing.Tests.Core.Runs;

public sealed class RunComparisonTests
{
    private static readonly DateTime s_at = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void Between_TheSameButTimesAttemptsAndCosts_DoesNotDiffer()
    {
        var first = Detail("{}", Step("a", 1), Step("b", "x"));
        var second = Detail(
            "{ }",
            Step("a", 1)
                with
            { StartedAt = s_at.AddDays(1), FinishedAt = s_at.AddDays(2), NodeId = Guid.CreateVersion7(), Usage = new StepUsage(1, 2, 3, "p", "m") },
            Step("b", "failed at first") with { Status = StepRunStatus.Failed },
            Step("b", "x") with { Attempt = 2 });

        var both = RunComparison.Between(first, second);

        Assert.Empty(both.Steps);
        Assert.Equal((0, 2), (both.DifferingSteps, both.SameSteps));
        Assert.Empty(both.Input);
    }

    [Fact]
    public void Between_ValuesThatDiffer_NamesTheFirstStepAndEachPlace()
    {
        var first = Detail("""{"n":1}""", Step("start", 0), Step("ask", new { text = "yes", usage = 3 }), Step("end", "yes"));
        var second = Detail("""{"n":2}""", Step("start", 0), Step("ask", new { text = "no", usage = 3 }), Step("end", "no"));

        var both = RunComparison.Between(first, second);

        Assert.Equal(["ask", "end"], both.Steps.Select(step => step.Path));
        Assert.Equal(["output.text"], both.Steps[0].Differences.Select(difference => difference.Path));
        Assert.Equal("n", Assert.Single(both.Input).Path);
    }

    [Fact]
    public void Between_AStepOnlyOneCameTo_StandsWhereItBegan()
    {
        var first = Detail("{}", Step("start", 0), Step("yes", 1), Step("end", 1));
        var second = Detail("{}", Step("start", 0), Step("no", 1), Step("end", 1));

        var both = RunComparison.Between(first, second);

        Assert.Equal([("no", true, false), ("yes", false, true)], both.Steps.Select(step => (step.Path, step.First is null, step.Second is null)));
        Assert.Equal(2, both.SameSteps);
    }

    [Fact]
    public void Between_AFailureAndASuccess_DiffersInStatusAndError()
    {
        var failed = Step("a", 1) with { Output = null, Status = StepRunStatus.Failed, Error = new StepError("http.timeout", "Too slow.") };

        var step = Assert.Single(RunComparison.Between(Detail("{}", failed), Detail("{}", Step("a", 1))).Steps);

        Assert.Equal(["status", "error", "output"], step.Differences.Select(difference => difference.Path));
    }

    [Fact]
    public void Between_ValuesTooLargeToRead_ComparesTheirHashes()
    {
        var (one, other) = (new BlobRef(new string('a', 64), 5), new BlobRef(new string('b', 64), 5));
        var large = Step("a", 1) with { Output = null, OutputBlob = one };

        Assert.Empty(RunComparison.Between(Detail(RunValue.Of(one), large), Detail(RunValue.Of(one), large)).Steps);
        var both = RunComparison.Between(Detail(RunValue.Of(one), large), Detail(RunValue.Of(other), large with { OutputBlob = other }));
        Assert.Equal("output.sha256", Assert.Single(Assert.Single(both.Steps).Differences).Path);
        Assert.Equal("sha256", Assert.Single(both.Input).Path);
    }

    [Fact]
    public void Between_TenThousandItems_TellsABoundedPartAndCountsAll()
    {
        var first = Detail("{}", [.. Enumerable.Range(0, 10_000).Select(i => Step($"each[{i}]/a", i))]);
        var second = Detail("{}", [.. Enumerable.Range(0, 10_000).Select(i => Step($"each[{i}]/a", -i))]);

        var both = RunComparison.Between(first, second);

        Assert.Equal((RunComparison.MostSteps, 9_999, 1), (both.Steps.Count, both.DifferingSteps, both.SameSteps));
    }

    private static StepRun Step(string path, object output) => new()
    {
        Path = path,
        StepId = path,
        Type = "http.request",
        Status = StepRunStatus.Succeeded,
        StartedAt = s_at,
        FinishedAt = s_at,
        Output = Json.ToElement(output),
    };

    private static RunDetail Detail(string input, params StepRun[] steps) => Detail(RunValue.Of(input), steps);

    private static RunDetail Detail(RunValue input, params StepRun[] steps) => new(
        new Run
        {
            Id = Guid.CreateVersion7(),
            WorkspaceId = Guid.Empty,
            FlowId = Guid.Empty,
            FlowName = "Flow",
            FlowVersion = 1,
            Status = RunStatus.Succeeded,
            Trigger = RunTrigger.Manual,
            StartedBy = Guid.Empty,
            Input = input,
            CreatedAt = s_at,
        },
        steps);
}
