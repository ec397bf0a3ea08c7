using System.Net;
using System.Security;
using System.Text;
using System.Text.Json;
using OtherThing.Core.Keys;

namespace OtherThing.Tests.Core.Keys;

public sealed class SecretRedactorTests
{
    private const string Secret = "sk-canary+/&<\"é-0123456789";

    public static TheoryData<string> Shapes => new(
        Secret,
        Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret)),
        Convert.ToBase64String(Encoding.UTF8.GetBytes("a" + Secret + "z")),
        Convert.ToBase64String(Encoding.UTF8.GetBytes("ab" + Secret + "zz")),
        Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret)).Replace('+', '-').Replace('/', '_').TrimEnd('='),
        Convert.ToHexString(Encoding.UTF8.GetBytes(Secret)),
        Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Secret)),
        Uri.EscapeDataString(Secret),
        JsonEncodedText.Encode(Secret).Value,
        SecurityElement.Escape(Secret));

    [Theory]
    [MemberData(nameof(Shapes))]
    public void S10_Redact_EveryShape_LeavesNoneOfItsMiddle(string shape)
    {
        var redacted = new SecretRedactor(Secret).Redact($"before {shape} after");

        Assert.DoesNotContain(shape[4..^4], redacted, StringComparison.Ordinal);
        Assert.StartsWith("before ", redacted, StringComparison.Ordinal);
        Assert.EndsWith(" after", redacted, StringComparison.Ordinal);
    }

    [Fact]
    public void Redact_ShortValue_LeavesOrdinaryWordsAlone() =>
        Assert.Equal("the cat sat", new SecretRedactor("cat").Redact("the cat sat"));

    [Fact]
    public void SecretValue_CannotBePrintedOrSerializedAndIsWiped()
    {
        var value = new SecretValue(Secret);

        Assert.Equal("***", $"{value}");
        Assert.Throws<NotSupportedException>(() => JsonSerializer.Serialize(value));
        Assert.Equal(Secret, value.Expose());
        value.Dispose();
        Assert.Throws<ObjectDisposedException>(() => value.Expose());
    }

    [Theory]
    [InlineData("sk-proj-0123456789abcdef9f3A", "sk-…9f3A")]
    [InlineData("short-key", "…")]
    public void MaskOf_ShowsAtMostThreeAndFour(string value, string mask) => Assert.Equal(mask, ApiKey.MaskOf(value));

    [Theory]
    [InlineData("""{"error":{"message":"Bad model","type":"x"}}""", "Bad model")]
    [InlineData("""[{"error":{"message":"Quota"}}]""", "Quota")]
    [InlineData("""{"error":"plain"}""", "plain")]
    [InlineData("""{"detail":"not here"}""", "not here")]
    [InlineData("upstream connect error", "upstream connect error")]
    [InlineData("<html>502</html>", "HTTP 502 without a message.")]
    [InlineData("", "HTTP 502 without a message.")]
    public void Words_OfAnErrorBody_AreTheProvidersOwn(string body, string words) =>
        Assert.Equal(words, ProviderError.Words(Encoding.UTF8.GetBytes(body), (int)HttpStatusCode.BadGateway));

    [Theory]
    [InlineData("sk-ant-api03-x", ApiProvider.Anthropic)]
    [InlineData("sk-proj-x", ApiProvider.Openai)]
    [InlineData("gsk_x", ApiProvider.Groq)]
    [InlineData("AIzaSyx", ApiProvider.Google)]
    [InlineData("whatever", null)]
    public void Guess_FromThePrefix_NamesTheProvider(string key, ApiProvider? provider) =>
        Assert.Equal(provider, new ProviderCatalog(new Dictionary<ApiProvider, Uri>()).Guess(key));
}
