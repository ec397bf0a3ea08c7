using System.Text.Json;
using System.Text.Json.Nodes;
using OtherThing.Core.Keys;
using static OtherThing.Web.Features.Keys.Chat.Wire.ChatCodec;

namespace OtherThing.Web.Features.Keys.Chat.Wire;

/// <summary>An error that a provider sends under a good status: in a stream, or as the whole document.</summary>
/// <param name="Words">The provider's words; null when it has none.</param>
/// <param name="Status">The HTTP status it would have had; null when nothing tells.</param>
internal sealed record WireError(string? Words, int? Status)
{
    private static readonly string[] s_framed = ["choices", "type", "object", "usage"];
    private static readonly string[] s_codes = ["code", "status", "status_code", "http_code", "type"];

    // Parts of the names that providers give their errors, letters only; the first that is found counts.
    private static readonly (string Part, int Status)[] s_names =
    [
        ("overloaded", 529), ("ratelimit", 429), ("resourceexhausted", 429), ("toomanyrequests", 429), ("throttl", 429), ("quota", 429), ("unavailable", 503),
        ("authentication", 401), ("unauthenticated", 401), ("unauthorized", 401), ("apikey", 401), ("permission", 403), ("forbidden", 403), ("billing", 402),
        ("payment", 402), ("notfound", 404), ("toolarge", 413), ("invalidrequest", 400), ("invalidargument", 400), ("badrequest", 400), ("contextlength", 400),
        ("timeout", 504), ("servererror", 500), ("apierror", 500), ("internal", 500),
    ];

    /// <summary>The error that an event tells of; null when it tells of none.</summary>
    /// <param name="name">The name of the event; null when it had none.</param>
    /// <param name="happened">Its data.</param>
    public static WireError? Find(string? name, JsonObject happened)
    {
        if (Of(happened["error"], happened) is { } error)
        {
            return error;
        }

        if (name == "error" || Text(happened["type"]) == "error" || Text(happened["object"]) == "error")
        {
            return new WireError(ProviderError.Find(happened), StatusOf(happened));
        }

        // {"message":…} alone is an error too; in the events of either format a message is something else.
        var isBare = name is null && !Array.Exists(s_framed, happened.ContainsKey);
        return isBare && ProviderError.Find(happened) is { } words ? new WireError(words, StatusOf(happened)) : null;
    }

    /// <summary>The error that a member tells of; null for an empty one, or one that says false.</summary>
    /// <param name="error">The member.</param>
    /// <param name="around">What it is a member of.</param>
    public static WireError? Of(JsonNode? error, JsonObject around)
    {
        var words = Text(error) ?? ProviderError.Find(error);
        var status = StatusOf(error as JsonObject);
        var isTrue = error is JsonValue value && value.GetValueKind() == JsonValueKind.True;
        return string.IsNullOrWhiteSpace(words) && status is null && !isTrue
            ? null
            : new WireError(words ?? ProviderError.Find(around), status ?? StatusOf(around));
    }

    private static int? StatusOf(JsonObject? error)
    {
        foreach (var value in s_codes.Select(code => error?[code]))
        {
            if (ReportedUsage.Number(value) is >= 400 and <= 599 and var status)
            {
                return (int)status;
            }

            if (Text(value) is { } text)
            {
                var letters = string.Concat(text.Where(char.IsAsciiLetter)).ToLowerInvariant();
                if (Array.Find(s_names, known => letters.Contains(known.Part, StringComparison.Ordinal)) is { Part: not null } found)
                {
                    return found.Status;
                }
            }
        }

        return null;
    }
}
