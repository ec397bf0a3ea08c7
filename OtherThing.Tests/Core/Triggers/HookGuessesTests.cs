using System.Net;
using Microsoft.Extensions.Time.Testing;
using OtherThing.Core.Triggers;

namespace OtherThing.Tests.Core.Triggers;

public class HookGuessesTests
{
    private static readonly Guid s_hook = Guid.CreateVersion7();
    private static readonly IPAddress s_sender = IPAddress.Parse("192.0.2.1");

    private readonly FakeTimeProvider _clock = new();
    private readonly HookGuesses _guesses;

    public HookGuessesTests() => _guesses = new HookGuesses(new WebhookOptions { WrongSignaturesPerMinute = 3 }, _clock);

    [Fact]
    public void Wait_AsManyWrongAsAllowed_UntilTheMinuteIsOver()
    {
        Add(s_hook, s_sender, 2);
        Assert.Null(_guesses.Wait(s_hook, s_sender));

        _clock.Advance(TimeSpan.FromSeconds(20));
        Add(s_hook, s_sender, 1);

        Assert.Equal(TimeSpan.FromSeconds(40), _guesses.Wait(s_hook, s_sender));
        _clock.Advance(TimeSpan.FromSeconds(40));
        Assert.Null(_guesses.Wait(s_hook, s_sender));
        Add(s_hook, s_sender, 2);
        Assert.Null(_guesses.Wait(s_hook, s_sender)); // counted from the start again
    }

    [Fact]
    public void Wait_OtherSenderOrOtherWebhook_IsNotHeldUp()
    {
        Add(s_hook, s_sender, 3);

        Assert.Null(_guesses.Wait(s_hook, IPAddress.Parse("192.0.2.2")));
        Assert.Null(_guesses.Wait(Guid.CreateVersion7(), s_sender));
    }

    [Theory]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1", true)]
    public void Wait_AddressesOfOneNetwork_CountAsOneSender(string first, string second, bool same)
    {
        Add(s_hook, IPAddress.Parse(first), 3);

        Assert.Equal(same, _guesses.Wait(s_hook, IPAddress.Parse(second)) is not null);
    }

    [Fact]
    public void Add_MoreSendersThanAreKept_CountsTheRestTogetherUntilOldOnesGo()
    {
        for (var i = 0; i < HookGuesses.MostSenders; i++)
        {
            Add(s_hook, new IPAddress([10, (byte)(i >> 16), (byte)(i >> 8), (byte)i]), 1);
        }

        Add(s_hook, IPAddress.Parse("192.0.2.2"), 3);
        Assert.NotNull(_guesses.Wait(s_hook, IPAddress.Parse("192.0.2.3")));
        _clock.Advance(TimeSpan.FromMinutes(1));

        Add(s_hook, s_sender, 3);
        Assert.NotNull(_guesses.Wait(s_hook, s_sender));
        Assert.Null(_guesses.Wait(s_hook, IPAddress.Parse("192.0.2.3")));
    }

    private void Add(Guid triggerId, IPAddress sender, int times)
    {
        for (var i = 0; i < times; i++)
        {
            _guesses.Add(triggerId, sender);
        }
    }
}
