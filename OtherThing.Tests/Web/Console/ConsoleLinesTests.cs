using Microsoft.Extensions.Time.Testing;
using OtherThing.Core.Console;
using OtherThing.Tests.Support;
using OtherThing.Web.Features.Console;

namespace OtherThing.Tests.Web.Console;

public sealed class ConsoleLinesTests : IDisposable
{
    private readonly List<string> _ran = [];
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConsoleLines _lines;

    public ConsoleLinesTests() => _lines = new ConsoleLines(new FakeTimeProvider(), RunAsync, () => { });

    public void Dispose() => _lines.Dispose();

    [Fact]
    public async Task Enter_WhileOneRuns_WaitsItsTurnAndRunsInOrder()
    {
        var slow = _lines.EnterAsync("slow");
        var second = _lines.EnterAsync("second");
        var third = _lines.EnterAsync("third");

        Assert.Equal(["slow"], _ran);
        Assert.Equal([false, true, true], _lines.All.Select(entry => entry.StartedAt is null));
        _first.SetResult();
        await Task.WhenAll(slow, second, third).WithPatience();

        Assert.Equal(["slow", "second", "third"], _ran);
        Assert.All(_lines.All, entry => Assert.Equal(0, entry.Result?.ExitCode));
        Assert.False(_lines.IsBusy);
    }

    [Fact]
    public async Task Cancel_OfTheRunningLine_StopsItAndTheNextOneRuns()
    {
        var slow = _lines.EnterAsync("slow");
        var second = _lines.EnterAsync("second");

        _lines.CancelRunning();
        await Task.WhenAll(slow, second).WithPatience();

        Assert.Equal(["slow", "second"], _ran);
        Assert.Equal(["console.cancelled", null], _lines.All.Select(entry => entry.Result?.Code));
    }

    [Fact]
    public async Task Cancel_OfAWaitingLine_NeverRunsIt()
    {
        var slow = _lines.EnterAsync("slow");
        var second = _lines.EnterAsync("second");

        _lines.Cancel(_lines.All[1]);
        await second.WithPatience();
        _first.SetResult();
        await slow.WithPatience();

        Assert.Equal(["slow"], _ran);
        Assert.Equal([null, "console.cancelled"], _lines.All.Select(entry => entry.Result?.Code));
    }

    [Fact]
    public async Task Enter_MoreThanMayWait_IsRefusedAtOnceAndStaysReadable()
    {
        _ = _lines.EnterAsync("slow");
        for (var number = 0; number < ConsoleLines.MostWaiting; number++)
        {
            _ = _lines.EnterAsync($"line {number}");
        }

        var refused = await _lines.EnterAsync("one too many").WithPatience();

        Assert.Equal(("one too many", "console.too_many"), (refused.Line, refused.Result?.Code));
        Assert.Equal(["slow"], _ran);
    }

    [Fact]
    public async Task Dispose_WhileLinesWait_EndsThemWithoutRunningAny()
    {
        var slow = _lines.EnterAsync("slow");
        var second = _lines.EnterAsync("second");

        _lines.Dispose();
        await Task.WhenAll(slow, second).WithPatience();

        Assert.Equal(["slow"], _ran);
        Assert.Null(_lines.All[1].Result);
    }

    private async Task<ConsoleResult> RunAsync(string line, CancellationToken cancellationToken)
    {
        _ran.Add(line);
        if (line == "slow")
        {
            await _first.Task.WaitAsync(cancellationToken);
        }

        return new ConsoleResult(0, line, null);
    }
}
