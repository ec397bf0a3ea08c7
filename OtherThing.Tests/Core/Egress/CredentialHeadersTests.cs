using OtherThing.Core.Egress;

namespace OtherThing.Tests.Core.Egress;

public sealed class CredentialHeadersTests
{
    [Theory]
    [InlineData("api_key")]
    [InlineData("api-key")]
    [InlineData("access-key")]
    [InlineData("Access_Key")]
    [InlineData("auth-key")]
    [InlineData("jwt")]
    [InlineData("X-JWT")]
    [InlineData("session")]
    [InlineData("X-Session")]
    [InlineData("hmac")]
    [InlineData("credentials")]
    [InlineData("signature-256")]
    [InlineData("DD-API-KEY")]
    [InlineData("DD-APPLICATION-KEY")]
    [InlineData("X-App-Key")]
    [InlineData("CF_Access_Client_Secret")]
    [InlineData("Client_Private_Key")]
    [InlineData("Authorization")]
    [InlineData("Stripe-Signature")]
    public void C15_Contains_NameOfACredential_IsOne(string name)
    {
        Assert.True(CredentialHeaders.Contains(name));
        Assert.True(CredentialHeaders.Contains(name.ToUpperInvariant()));
        Assert.True(CredentialHeaders.Contains(name.ToLowerInvariant()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("Accept")]
    [InlineData("Content-Type")]
    [InlineData("Idempotency-Key")]
    [InlineData("X-Cache-Key")]
    [InlineData("X-Event")]
    [InlineData("X-Session-Count")]
    [InlineData("Signatures")]
    [InlineData("X-Request-Id")]
    public void Contains_AnyOtherName_IsNone(string name) => Assert.False(CredentialHeaders.Contains(name));
}
