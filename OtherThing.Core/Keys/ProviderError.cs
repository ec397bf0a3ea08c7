using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using OtherThing.Core.Results;

namespace OtherThing.Core.Keys;

/// <summary>Finds the provider's own words in an error answer.</summary>
public static class ProviderError
{
    private const int MaxLength = 500;
    private const int MaxDepth = 64;
    private static readonly string[] s_fields = ["error", "message", "detail", "msg", "errors"];

    /// <summary>The message a provider's error body holds, without the key and shortened; the status when it holds none.</summary>
    /// <param name="body">The body as it came.</param>
    /// <param name="status">The HTTP status it came with.</param>
    /// <param name="redactor">Of the key that was sent.</param>
    public static string Words(ReadOnlySpan<byte> body, int status, SecretRedactor redactor) =>
        Words(Find(body) ?? Encoding.UTF8.GetString(body), redactor) ?? $"HTTP {status} without a message.";

    /// <summary>A message without the key, shortened, never within a character; null when it is empty or a page.</summary>
    /// <param name="message">The message as it was found.</param>
    /// <param name="redactor">Of the key that was sent.</param>
    public static string? Words(string message, SecretRedactor redactor)
    {
        // Cut last: a key that is cut in two is no longer recognised.
        var text = redactor.Redact(message.Trim());
        return text.Length == 0 || text.StartsWith('<') ? null : TextCut.Shown(text, MaxLength);
    }

    /// <summary>
    /// The message an error holds; null when it holds none. <c>{"error":{"message":"…"}}</c> of all; Google wraps it in a list, some servers
    /// send <c>{"error":"…"}</c>, <c>{"message":"…"}</c>, <c>{"detail":"…"}</c>, <c>{"detail":[{"msg":"…"}]}</c> or <c>{"errors":[…]}</c>.
    /// </summary>
    /// <param name="at">The error, or what holds it.</param>
    public static string? Find(JsonNode? at) => at switch
    {
        JsonArray list => list.Select(Find).FirstOrDefault(found => found is not null),
        JsonObject owner => s_fields
            .Select(name => owner[name])
            .Select(value => TextOf(value) ?? Find(value))
            .FirstOrDefault(found => found is not null),
        _ => null,
    };

    private static string? Find(ReadOnlySpan<byte> body)
    {
        try
        {
            return Find(LenientJson.Read(ref body, MaxDepth));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? TextOf(JsonNode? value) =>
        value is JsonValue text && text.GetValueKind() == JsonValueKind.String && text.GetValue<string>() is { } words && !string.IsNullOrWhiteSpace(words)
            ? LenientJson.Whole(words)
            : null;
}
