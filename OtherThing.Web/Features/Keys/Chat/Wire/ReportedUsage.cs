using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OtherThing.Web.Features.Keys.Chat.Wire;

/// <summary>
/// The usage that an answer reports, put together of its snapshots. Counts are running totals in every wire format: a later one replaces an
/// earlier one, member by member, and is never added; nothing, null and zero replace no count.
/// </summary>
internal sealed class ReportedUsage
{
    // No call counts more of anything; a number past it is noise.
    private const decimal MaxCount = 1_000_000_000_000m;
    private JsonObject? _asSent;

    /// <summary>What was reported, as it was sent; null when nothing was.</summary>
    public JsonObject? AsSent => _asSent;

    public void Take(JsonNode? reported)
    {
        if (reported is JsonObject snapshot)
        {
            Merge(_asSent ??= [], snapshot);
        }
    }

    /// <summary>A count of tokens or searches, however it is written; null when it is none.</summary>
    public static decimal? CountOf(JsonNode? node) => Number(node) is >= 0 and <= MaxCount and var count ? count : null;

    /// <summary>A number, also one written as a text; null for anything else.</summary>
    public static decimal? Number(JsonNode? node) =>
        node is JsonValue value
        && value.GetValueKind() switch
        {
            JsonValueKind.Number => value.ToJsonString(),
            JsonValueKind.String => value.GetValue<string>(),
            _ => null,
        } is { Length: <= 40 } text
        && decimal.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    /// <summary>
    /// The usage as the price table reads it: counts are numbers. What the provider leaves out of its total or does not tell at all is filled in.
    /// </summary>
    /// <param name="codec">What its counts are called.</param>
    /// <param name="input">The input tokens when they are not told, by estimate.</param>
    /// <param name="output">The output tokens when they are not told, by estimate.</param>
    /// <param name="isInterrupted">The answer broke off: its last count may be older than what came after it.</param>
    /// <returns>The usage, null when nothing that costs was reported; and whether some of it is an estimate.</returns>
    public (JsonObject? Usage, bool IsEstimated) Counted(IChatCodec codec, long input, long output, bool isInterrupted)
    {
        if (_asSent is not { } sent)
        {
            return (null, false);
        }

        var usage = (JsonObject)Plain(sent)!;
        var told = CountOf(usage[codec.InputCount]) ?? CountOf(usage["input_tokens"]) ?? CountOf(usage["prompt_tokens"]);
        var made = CountOf(usage[codec.OutputCount]) ?? CountOf(usage["output_tokens"]) ?? CountOf(usage["completion_tokens"]);
        var total = CountOf(usage["total_tokens"]);
        if (told is null && made is null && total is null && CountOf(usage["cost"]) is null && !HasToolUse(usage))
        {
            return (null, false);
        }

        var wasTold = (told is not null && made is not null) || (total is not null && (told ?? made) is not null);
        var (known, counted) = (told, made);
        told ??= Math.Max(0, total - counted ?? input);
        made ??= Math.Max(0, total - known ?? output);
        if (isInterrupted && made < output)
        {
            (made, wasTold) = (output, false);
            usage.Remove("total_tokens");
        }

        (usage[codec.InputCount], usage[codec.OutputCount]) = (told, made);
        return (usage, !wasTold || isInterrupted);
    }

    private static bool HasToolUse(JsonObject usage) =>
        usage["server_tool_use"] is JsonObject uses && uses.Any(use => CountOf(use.Value) > 0);

    private static void Merge(JsonObject kept, JsonObject snapshot)
    {
        foreach (var (name, value) in snapshot)
        {
            switch (value)
            {
                case null:
                case JsonValue when kept[name] is JsonObject || (Number(value) == 0 && CountOf(kept[name]) > 0):
                    break;
                case JsonObject part when kept[name] is JsonObject whole:
                    Merge(whole, part);
                    break;
                default:
                    kept[name] = value.DeepClone();
                    break;
            }
        }
    }

    private static JsonNode? Plain(JsonNode? node) => node switch
    {
        JsonObject owner => new JsonObject(owner.Select(member => KeyValuePair.Create(member.Key, Plain(member.Value)))),
        JsonArray list => new JsonArray(list.Select(Plain).ToArray()),
        _ => Number(node) is { } number ? JsonValue.Create(number) : node?.DeepClone(),
    };
}
