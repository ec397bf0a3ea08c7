using OtherThing.Core.Runs;

namespace OtherThing.Tests.Core.Runs;

public sealed class RunNewsTests
{
    private static readonly StepRun s_step = new() { Path = "a", StepId = "a", Type = "data.set", Status = StepRunStatus.Succeeded };

    [Theory]
    [InlineData(4, true, RunStatus.Running, false, RunNews.Known)] // heard long ago
    [InlineData(5, true, RunStatus.Running, false, RunNews.Known)] // heard just now
    [InlineData(5, false, RunStatus.Running, false, RunNews.Known)] // nothing new with it
    [InlineData(5, false, RunStatus.Running, true, RunNews.Next)] // paused, with no step of its own
    [InlineData(5, false, RunStatus.Cancelled, false, RunNews.Next)] // ended, with no step of its own
    [InlineData(6, true, RunStatus.Running, false, RunNews.Next)]
    [InlineData(7, true, RunStatus.Succeeded, false, RunNews.Gap)]
    public void Then_AfterTheFifthCommit_SaysWhetherSomethingIsMissing(int sequence, bool steps, RunStatus status, bool paused, RunNews news) =>
        Assert.Equal(news, new RunCommitted(5, RunStatus.Running, [s_step]).Then(new RunCommitted(sequence, status, steps ? [s_step] : [], paused)));
}
