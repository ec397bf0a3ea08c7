using System.Diagnostics;
using OtherThing.Data.Serving;

namespace OtherThing.Tests.Data.Serving;

/// <summary>Whether the holder of a lease has ended, on each system.</summary>
public class LeaseHolderTests
{
    private static int Me => Environment.ProcessId;

    [Fact]
    public void StartByProcess_OneThatRuns_IsTheSameEachTimeAndNothingOnceItHasEnded()
    {
        using var child = Process.Start(OperatingSystem.IsWindows() ? "waitfor" : "sleep", OperatingSystem.IsWindows() ? "never" : "600");
        var id = child.Id;
        var first = LeaseHolder.StartByProcess(id);
        var again = LeaseHolder.StartByProcess(id);

        child.Kill();
        child.WaitForExit();

        Assert.NotNull(first);
        Assert.Equal(first, again);
        Assert.Null(LeaseHolder.StartByProcess(id));
    }

    [Theory]
    [InlineData(typeof(FileNotFoundException))]
    [InlineData(typeof(UnauthorizedAccessException))]
    public void StartByFile_RunsAndIsHidden_IsNotTakenForEnded(Type refusal) =>
        Assert.Equal(LeaseHolder.Hidden, LeaseHolder.StartByFile(Me, _ => throw (Exception)Activator.CreateInstance(refusal)!));

    [Fact]
    public void StartByFile_HasEndedAndItsParentHasNotNoticed_IsNothing() =>
        Assert.Null(LeaseHolder.StartByFile(Me, _ => $"{Me} (a ) name) Z 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 12345 20"));

    [Fact]
    public void HasEnded_ThisProcess_DependsOnTheStart()
    {
        var holder = LeaseHolder.ThisProcess;

        Assert.False(holder.HasEnded);
        Assert.True((holder with { ProcessStart = holder.ProcessStart + 1 }).HasEnded);
        Assert.False((holder with { ProcessStart = holder.ProcessStart + 1, Host = "elsewhere" }).HasEnded);
    }
}
