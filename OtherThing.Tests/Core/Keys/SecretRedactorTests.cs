using System.Net;
using System.Text;
using System.Text.Json;
using CsCheck;
using OtherThing.Core.Keys;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Core.Keys;

public sealed class SecretRedactorTests
{
    private const string Secret = "sk-canary+/&<\"!-0123456789";

    public static TheoryData<string> Shapes => [.. KeyEncodings.Of(Secret).Select(encoding => encoding.Text)];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void S10_Redact_EveryShape_LeavesNoneOfItsMiddle(string shape)
    {
        var redacted = new SecretRedactor(Secret).Redact($"before {shape} after");

        Assert.DoesNotContain(shape[4..^4], redacted, StringComparison.Ordinal);
        Assert.StartsWith("before ", redacted, StringComparison.Ordinal);
        Assert.EndsWith(" after", redacted, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void S10_Push_CutAnywhere_IsAsIfItHadComeWhole(string shape)
    {
        var redactor = new SecretRedactor(Secret);
        var text = $"before {shape} after";
        var whole = redactor.Redact(text);

        for (var cut = 0; cut <= text.Length; cut++)
        {
            Assert.Equal(whole, InPieces(redactor, text[..cut], text[cut..]));
        }

        Assert.Equal(whole, InPieces(redactor, [.. text.Select(character => character.ToString())]));
    }

    [Fact]
    public void S10_Push_WhatCannotBeTheSecret_Passes()
    {
        var stream = new SecretRedactor(Secret).NewText();

        Assert.Equal("Key: ", stream.Push("Key: sk-ca"));
        Assert.Equal("sk-car~", stream.Push("r~"));
        Assert.Equal("", stream.Push("sk-canary+"));
        Assert.Equal("sk-canary+", stream.Complete());
    }

    [Fact]
    public void S12_Redact_SecretOfOtherAlphabets_IsTakenOut()
    {
        const string Other = "пароль-é-😀-0123";
        var redactor = new SecretRedactor(Other);

        string[] shapes = [Other, JsonEncodedText.Encode(Other).Value, Uri.EscapeDataString(Other), Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Other))];
        Assert.All(shapes, shape => Assert.Equal($"~{SecretRedactor.Mask}~", redactor.Redact($"~{shape}~")));
        Assert.Equal($"~{SecretRedactor.Mask}~", InPieces(redactor, [.. $"~{Other}~".Select(character => character.ToString())]));
    }

    [Fact]
    public void S10_Complete_SecretCutOffAtTheEnd_IsMasked()
    {
        var redactor = new SecretRedactor(Secret);

        Assert.Equal("the key is ***", redactor.Redact("the key is " + Secret[..^3]));
        // Its first letters are what every key of the provider begins with.
        Assert.Equal("the key is sk-can", redactor.Redact("the key is sk-can"));
    }

    [Theory]
    [InlineData("""100 % sure & 50%2 \\ \u00zz &#x; &unknown; \ud83d\ude00 😀 %""")]
    [InlineData("{\"a\":\"b\\\\nc\"}")]
    [InlineData("")]
    public void Redact_TextWithoutTheSecret_IsUnchanged(string text) => Assert.Equal(text, new SecretRedactor(Secret).Redact(text));

    [Fact]
    public void Redact_RandomTextRoundTheSecret_TakesTheSecretAlone() => Gen.String[Gen.Char["sk-canry+/&<\"\\%u0;#x 1\n"], 0, 40].Array[2].Sample(parts =>
    {
        var redactor = new SecretRedactor(Secret);

        Assert.DoesNotContain(Secret, redactor.Redact(parts[0] + Secret + parts[1]), StringComparison.Ordinal);
        Assert.Equal(parts[0] + "|" + parts[1], redactor.Redact(parts[0] + "|" + parts[1]));
    }, iter: 2_000);

    [Fact]
    public void S10_Redact_TheSecretTwiceAsOften_CostsAboutTwiceAsMuch()
    {
        var redactor = new SecretRedactor(Secret);

        var once = AllocatedBy(2_000);
        var twice = AllocatedBy(4_000);

        Assert.True(twice < 3 * once, $"{once:N0} bytes for the first and {twice:N0} for twice as much");

        long AllocatedBy(int times)
        {
            var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(Secret + "x", times)));
            var before = GC.GetAllocatedBytesForCurrentThread();
            var redacted = redactor.Redact(text);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Equal(string.Concat(Enumerable.Repeat(SecretRedactor.Mask + "x", times)), Encoding.UTF8.GetString(redacted));
            return allocated;
        }
    }

    [Fact]
    public void S10_Push_OnlyWhiteSpaceAfterItsFirstLetter_IsNotHeldForEver()
    {
        const int Blanks = 1024 * 1024;
        var stream = new SecretRedactor(Secret).NewText();
        var passed = stream.Push(Secret[..1]).Length;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        for (var pushed = 0; pushed < Blanks; pushed += 64)
        {
            passed += stream.Push(new string(' ', 64)).Length;
        }

        Assert.InRange(passed, Blanks - (128 * 1024), Blanks + 1);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 100L * Blanks); // and not each piece the whole of what is held
        Assert.DoesNotContain(Secret, stream.Push(Secret) + stream.Complete(), StringComparison.Ordinal);
    }

    [Fact]
    public void S10_Redact_SecretBrokenByMuchWhiteSpace_IsTakenOut()
    {
        var broken = string.Join(new string(' ', 2_000), Secret.Select(character => character.ToString()));

        Assert.Equal("<***>", new SecretRedactor(Secret).Redact($"<{broken}>"));
    }

    private static string InPieces(SecretRedactor redactor, params string[] pieces)
    {
        var stream = redactor.NewText();
        return string.Concat(pieces.Select(stream.Push)) + stream.Complete();
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
        Assert.Equal(words, ProviderError.Words(Encoding.UTF8.GetBytes(body), (int)HttpStatusCode.BadGateway, new SecretRedactor(Secret)));

    [Theory]
    [InlineData("sk-ant-api03-x", ApiProvider.Anthropic)]
    [InlineData("sk-proj-x", ApiProvider.Openai)]
    [InlineData("gsk_x", ApiProvider.Groq)]
    [InlineData("AIzaSyx", ApiProvider.Google)]
    [InlineData("whatever", null)]
    public void Guess_FromThePrefix_NamesTheProvider(string key, ApiProvider? provider) =>
        Assert.Equal(provider, new ProviderCatalog(new Dictionary<ApiProvider, Uri>()).Guess(key));
}
