using System.Security.Cryptography;
using System.Text;
using OtherThing.Core.Templates.Values;

namespace OtherThing.Core.Templates.Filters;

/// <summary>Filters that carry text through other notations, and hashes. Text is UTF-8 throughout.</summary>
internal static class EncodingFilters
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static IReadOnlyList<TemplateFilter> All { get; } =
    [
        new("url_encode", "Safe as one part of a URL's path or query; a space becomes %20.",
            (input, call) => call.Made(Uri.EscapeDataString(Paid(input, call))))
        {
            Examples = [new("{{ \"a b&c/d\" | url_encode }}", "\"a%20b%26c%2Fd\"")],
        },
        new("url_decode", "The text a part of a URL stands for; a plus is a space.",
            (input, call) => call.Made(Uri.UnescapeDataString(call.Text(input).Replace('+', ' '))))
        {
            Examples = [new("{{ \"a%20b+c%26d\" | url_decode }}", "\"a b c&d\"")],
        },
        new("escape", "Safe inside HTML: &, <, > and both quotes are escaped.", (input, call) => call.Made(Html.Escape(call.Text(input), call)))
        {
            Examples = [new("{{ \"<b> & 'c'\" | escape }}", "\"&lt;b&gt; &amp; &#39;c&#39;\"")],
        },
        new("base64_encode", "The text's bytes as base64.", (input, call) => call.Made(Convert.ToBase64String(Bytes(input, call))))
        {
            Examples = [new("{{ input.title | base64_encode }}", "\"SGVsbG8sIHdvcmxk\"")],
        },
        new("base64_decode", "The text that base64 stands for.", Base64Decode)
        {
            Examples = [new("{{ \"SGVsbG8=\" | base64_decode }}", "\"Hello\"")],
        },
        new("sha256", "The SHA-256 hash of the text, in hexadecimal.",
            (input, call) => call.Made(Convert.ToHexStringLower(SHA256.HashData(Bytes(input, call)))))
        {
            Examples = [new("{{ \"abc\" | sha256 }}", "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"")],
        },
        new("hmac_sha256", "The HMAC-SHA-256 of the text under a key, in hexadecimal.",
            (input, call) => call.Made(Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(call.Text(0)), Bytes(input, call)))))
        {
            Arguments = [new("key")],
            Examples = [
                new("{{ \"what do ya want for nothing?\" | hmac_sha256: \"Jefe\" }}", "\"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843\"")],
        },
    ];

    /// <summary>The input as text, paid for twice: once for the text and once for the work on it.</summary>
    private static string Paid(Value input, FilterCall call)
    {
        var text = call.Text(input);
        call.Context.Charge(text.Length, call.Position);
        return text;
    }

    private static byte[] Bytes(Value input, FilterCall call) => Encoding.UTF8.GetBytes(Paid(input, call));

    private static Value Base64Decode(Value input, FilterCall call)
    {
        var text = call.Text(input);
        try
        {
            return call.Made(s_strict.GetString(Convert.FromBase64String(text)));
        }
        catch (Exception error) when (error is FormatException or DecoderFallbackException)
        {
            throw call.Refuse("template.value_invalid", $"base64_decode: {Conversions.Quote(text)} is not base64 of UTF-8 text.");
        }
    }
}
