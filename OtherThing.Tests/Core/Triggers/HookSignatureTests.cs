using System.Globalization;
using System.Text;
using OtherThing.Core.Triggers;

namespace OtherThing.Tests.Core.Triggers;

public class HookSignatureTests
{
    private const string Body = """{"a":1}""";
    private static readonly DateTime s_now = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);
    private static readonly byte[] s_key = HookSignature.KeyOf("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

    [Fact]
    public void Sign_ExampleOfTheStandard_IsItsSignature()
    {
        var signature = HookSignature.Sign(s_key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", """{"test": 2432232314}"""u8);

        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", signature);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(300)]
    [InlineData(-300)]
    public void Check_GenuineWithinFiveMinutes_IsTaken(int seconds) => Assert.Null(HookSignature.Check(s_key, Signed(seconds), s_now));

    [Theory]
    [InlineData(301)]
    [InlineData(-301)]
    public void Check_GenuineButTooOldOrNew_IsRefused(int seconds) =>
        Assert.Equal("webhook.signature_invalid", HookSignature.Check(s_key, Signed(seconds), s_now)?.Code);

    [Theory]
    [InlineData("webhook-id", "other")]
    [InlineData("webhook-timestamp", "1772366401")]
    [InlineData("webhook-timestamp", "soon")]
    [InlineData("webhook-timestamp", "-1")]
    [InlineData("webhook-timestamp", "99999999999999999999")]
    [InlineData("webhook-signature", "v1,")]
    [InlineData("webhook-signature", "v1,AAAA")]
    [InlineData("webhook-signature", "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")]
    [InlineData("webhook-signature", "")]
    [InlineData("webhook-id", null)]
    [InlineData("webhook-timestamp", null)]
    [InlineData("webhook-signature", null)]
    public void Check_AnyHeaderWrongOrMissing_IsRefused(string header, string? value)
    {
        var genuine = Signed(0);
        var headers = genuine.Headers.Where(pair => pair.Key != header).ToDictionary();
        if (value is not null)
        {
            headers[header] = value;
        }

        Assert.Equal("webhook.signature_invalid", HookSignature.Check(s_key, genuine with { Headers = headers }, s_now)?.Code);
    }

    [Fact]
    public void C21_Check_EachByteOfTheBodyChanged_IsRefused()
    {
        var genuine = Signed(0);
        for (var i = 0; i < genuine.Body.Length; i++)
        {
            var changed = genuine.Body.ToArray();
            changed[i] ^= 1;

            Assert.NotNull(HookSignature.Check(s_key, genuine with { Body = changed }, s_now));
        }
    }

    [Fact]
    public void Check_OneOfSeveralSignatures_IsEnoughDuringARotation()
    {
        var genuine = Signed(0);
        var headers = new Dictionary<string, string>(genuine.Headers)
        {
            ["webhook-signature"] = $"v1,AAAA {genuine.Headers["webhook-signature"]} v1a,other",
        };

        Assert.Null(HookSignature.Check(s_key, genuine with { Headers = headers }, s_now));
    }

    private static HookRequest Signed(int seconds)
    {
        var timestamp = (new DateTimeOffset(s_now).ToUnixTimeSeconds() + seconds).ToString(CultureInfo.InvariantCulture);
        return new HookRequest
        {
            Token = "",
            Body = Encoding.UTF8.GetBytes(Body),
            Headers = new Dictionary<string, string>
            {
                ["webhook-id"] = "msg_1",
                ["webhook-timestamp"] = timestamp,
                ["webhook-signature"] = HookSignature.Sign(s_key, "msg_1", timestamp, Encoding.UTF8.GetBytes(Body)),
            },
        };
    }
}
