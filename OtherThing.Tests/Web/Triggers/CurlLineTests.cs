using OtherThing.Web.Features.Triggers;

namespace OtherThing.Tests.Web.Triggers;

public sealed class CurlLineTests
{
    [Fact]
    public void ToHook_QuotesTheBodySoThatNoShellReadsIt() => Assert.Equal(
        """curl -X POST 'https://x.example/hooks/t' -H 'content-type: application/json' -d '{"a":"it'\''s $HOME"}'""",
        CurlLine.ToHook("https://x.example/hooks/t", """{"a":"it's $HOME"}""", signed: false));

    [Fact]
    public void ToHook_Signed_SignsIdTimeAndBody() => Assert.Contains(
        """printf '%s' "$id.$at.$body" | openssl dgst -sha256 -hmac "$SECRET" -binary | base64)""",
        CurlLine.ToHook("https://x.example/hooks/t", "{}", signed: true), StringComparison.Ordinal);

    [Fact]
    public void ToDraft_SendsTheDeliveryAsInput() => Assert.EndsWith(
        """-d '{"input":{"body":1}}'""", CurlLine.ToDraft("https://x.example/runs", """{"body":1}"""), StringComparison.Ordinal);
}
