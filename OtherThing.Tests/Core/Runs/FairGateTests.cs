using OtherThing.Core.Runs.Queue;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Core.Runs;

public class FairGateTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Leave_ManyOfOnePartyWait_TheOtherPartysTurnIsNext()
    {
        var gate = new FairGate(1);
        var (many, one) = (Guid.NewGuid(), Guid.NewGuid());
        await gate.EnterAsync(many, Cancel);
        var waiting = Enumerable.Range(0, 5).Select(_ => gate.EnterAsync(many, Cancel)).ToArray();
        var other = gate.EnterAsync(one, Cancel);

        gate.Leave();
        await waiting[0].WaitAsync(Patience.Limit, Cancel);
        gate.Leave();
        await other.WaitAsync(Patience.Limit, Cancel);

        Assert.DoesNotContain(waiting.Skip(1), task => task.IsCompleted);
    }

    [Fact]
    public async Task Enter_GivenUp_TakesNoPlace()
    {
        var gate = new FairGate(1);
        using var cancelled = new CancellationTokenSource();
        await gate.EnterAsync(Guid.NewGuid(), Cancel);
        var givenUp = gate.EnterAsync(Guid.NewGuid(), cancelled.Token);
        var next = gate.EnterAsync(Guid.NewGuid(), Cancel);

        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givenUp);
        gate.Leave();

        await next.WaitAsync(Patience.Limit, Cancel);
        gate.Leave();
        Assert.True(gate.EnterAsync(Guid.NewGuid(), Cancel).IsCompletedSuccessfully);
    }
}
