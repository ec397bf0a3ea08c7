using Microsoft.Extensions.Time.Testing;
using OtherThing.Core.Triggers;

namespace OtherThing.Tests.Core.Triggers;

public class HookGateTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void Enter_MoreThanTheRate_IsToldHowLongToWait()
    {
        var gate = new HookGate(new WebhookOptions { PerSecond = 10, AtOnce = 100 }, _clock);
        for (var i = 0; i < 10; i++)
        {
            Assert.Null(gate.Enter());
        }

        var wait = gate.Enter();

        Assert.Equal(TimeSpan.FromSeconds(0.1), wait);
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Null(gate.Enter());
        Assert.NotNull(gate.Enter());
    }

    [Fact]
    public void Enter_TooManyInside_WaitsUntilOneLeaves()
    {
        var gate = new HookGate(new WebhookOptions { PerSecond = 1000, AtOnce = 2 }, _clock);
        Assert.Null(gate.Enter());
        Assert.Null(gate.Enter());
        Assert.NotNull(gate.Enter());

        gate.Leave();

        Assert.Null(gate.Enter());
    }
}
