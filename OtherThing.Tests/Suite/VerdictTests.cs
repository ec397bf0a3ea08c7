using System.Xml.Linq;
using OtherThing.Lab.Suite;

namespace OtherThing.Tests.Suite;

/// <summary>What <c>eng/test</c> says about a report of the runner.</summary>
public sealed class VerdictTests
{
    private const string Page = "OtherThing.Tests.Browser.PageTests";
    private const string Crash = "OtherThing.Tests.Processes.CrashTests";
    private const string Core = "OtherThing.Tests.Core.RunTests";

    [Fact]
    public void Lines_AllPassed_AreTheSumAlone()
    {
        var verdict = new Verdict(Report((Core, "Runs", "Pass"), (Page, "Opens", "Pass"), (Page, "Is_Skipped", "Skip"), (Page, "Is_Explicit", "NotRun")), null);

        Assert.Equal(["2 passed, 0 failed, 1 skipped"], verdict.Lines);
        Assert.True(verdict.IsGood);
    }

    [Fact]
    public void Lines_BrowserAndProcessTestsPassAlone_AreNamedUnsteadyAndCountAsPassed()
    {
        var first = Report((Page, "Opens(scheme: Dark)", "Fail"), (Page, "Opens(scheme: Light)", "Pass"), (Crash, "Survives", "Fail"));
        var again = Report((Page, "Opens(scheme: Dark)", "Pass"), (Page, "Opens(scheme: Light)", "Pass"), (Crash, "Survives", "Pass"));

        var verdict = new Verdict(first, again);

        Assert.Equal(
            [
                $"Unsteady: {Page}.Opens(scheme: Dark) failed, and passed when it was run once more alone",
                $"Unsteady: {Crash}.Survives failed, and passed when it was run once more alone",
                "3 passed, 0 failed, 0 skipped",
            ],
            verdict.Lines);
        Assert.True(verdict.IsGood);
    }

    [Fact]
    public void Lines_OtherTestFails_IsNeverRepeatedAndStaysFailed()
    {
        var first = Report((Core, "Runs", "Fail"), ("OtherThing.Tests.BrowserLike.Tests", "Opens", "Fail"), (Core, "Ends", "Pass"));

        var verdict = new Verdict(first, Report((Core, "Runs", "Pass")));

        Assert.Empty(Verdict.ToRepeat(first));
        Assert.Equal([$"Failed: {Core}.Runs", "Failed: OtherThing.Tests.BrowserLike.Tests.Opens", "1 passed, 2 failed, 0 skipped"], verdict.Lines);
        Assert.False(verdict.IsGood);
    }

    [Fact]
    public void Lines_MoreFailThanByChance_NoneIsRepeated()
    {
        TestReport Failing(int count) => Report([.. Enumerable.Range(0, count).Select(index => (Page, $"Opens{index}", "Fail"))]);

        Assert.Equal(Verdict.MostByChance, Verdict.ToRepeat(Failing(Verdict.MostByChance)).Count);
        Assert.Empty(Verdict.ToRepeat(Failing(Verdict.MostByChance + 1)));
        Assert.False(new Verdict(Failing(Verdict.MostByChance + 1), null).IsGood);
    }

    [Theory]
    [InlineData("Fail")]
    [InlineData("Skip")]
    [InlineData(null)]
    public void Lines_BrowserTestDoesNotPassAlone_StaysFailed(string? alone)
    {
        var again = alone is null ? Report() : Report((Page, "Opens", alone));

        var verdict = new Verdict(Report((Page, "Opens", "Fail"), (Core, "Runs", "Pass")), again);

        Assert.Equal([$"Failed: {Page}.Opens", "1 passed, 1 failed, 0 skipped"], verdict.Lines);
        Assert.False(verdict.IsGood);
    }

    [Fact]
    public void Lines_RepetitionDidNotFinish_StaysFailed() =>
        Assert.Equal([$"Failed: {Page}.Opens", "0 passed, 1 failed, 0 skipped"], new Verdict(Report((Page, "Opens", "Fail")), null).Lines);

    [Fact]
    public void Lines_FixtureFailsToCleanUp_CountsAsFailed()
    {
        var report = Report((Core, "Runs", "Pass"));
        var broken =
            XDocument.Parse(
                """<assemblies><assembly><errors><error type="assembly-cleanup" name="SharedServer"><failure><message>It was cancelled.</message></failure></error></errors></assembly></assemblies>""");

        var verdict = new Verdict(report with { Errors = TestReport.Read(broken).Errors }, null);

        Assert.Equal(["Failed outside of a test: SharedServer: It was cancelled.", "1 passed, 1 failed, 0 skipped"], verdict.Lines);
        Assert.False(verdict.IsGood);
    }

    [Theory]
    [InlineData("Skip")]
    [InlineData("NotRun")]
    public void Lines_NothingRan_SayItAndAreBad(string result)
    {
        var verdict = new Verdict(Report((Core, "Runs", result)), null);

        Assert.Equal("No test ran.", verdict.Lines.First());
        Assert.Equal($"0 passed, 0 failed, {(result == "Skip" ? 1 : 0)} skipped", verdict.Lines.Last());
        Assert.False(verdict.IsGood);
    }

    private static TestReport Report(params (string Class, string Name, string Result)[] tests) =>
        TestReport.Read(new XDocument(new XElement("assemblies", new XElement("assembly",
        new XElement("collection", tests.Select(test => new XElement("test",
            new XAttribute("name", $"{test.Class}.{test.Name}"), new XAttribute("type", test.Class), new XAttribute("method", test.Name.Split('(')[0]),
            new XAttribute("result", test.Result))))))));
}
