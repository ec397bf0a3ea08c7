using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OtherThing.Web.Features.Keys.Chat;

/// <summary>
/// Reads usage, model and tier out of a stream of server-sent events as they pass. Counts are snapshots in every wire format: a later one
/// replaces an earlier one field by field and is never added.
/// </summary>
internal sealed class UsageScanner
{
    // A line longer than this is no event with usage.
    private const int MaxLine = 256 * 1024;
    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly JsonObject _answer = [];
    private bool _skipping;

    /// <summary>The model that answered, when it was named.</summary>
    public string? Model => _answer["model"]?.GetValue<string>();

    /// <summary>True when usage was reported.</summary>
    public bool HasUsage => _answer["usage"] is JsonObject;

    /// <summary>What was seen, shaped as one answer: <c>{"model":…,"service_tier":…,"usage":{…}}</c>.</summary>
    public JsonElement Answer => JsonSerializer.SerializeToElement(_answer);

    public void See(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOf((byte)'\n');
            var part = end < 0 ? bytes : bytes[..end];
            if (!_skipping && _line.WrittenCount + part.Length <= MaxLine)
            {
                _line.Write(part);
            }
            else
            {
                _skipping = true;
            }

            if (end < 0)
            {
                return;
            }

            if (!_skipping)
            {
                ReadLine(_line.WrittenSpan);
            }

            _line.ResetWrittenCount();
            _skipping = false;
            bytes = bytes[(end + 1)..];
        }
    }

    private void ReadLine(ReadOnlySpan<byte> line)
    {
        if (!line.StartsWith("data:"u8))
        {
            return;
        }

        var data = line["data:"u8.Length..].Trim("\r "u8);
        if (!data.StartsWith("{"u8))
        {
            return;
        }

        // Most events are a word of text; only the few that say something of the whole are parsed, and the first, which names the model.
        if (_answer.Count > 0 && data.IndexOf("\"usage"u8) < 0 && data.IndexOf("service_tier"u8) < 0)
        {
            return;
        }

        try
        {
            var happened = JsonNode.Parse(Encoding.UTF8.GetString(data)) as JsonObject;
            Take(happened);
            Take(happened?["message"] as JsonObject);
            Take(happened?["x_groq"] as JsonObject);
        }
        catch (JsonException)
        {
            // Not ours to judge: the SDK reads the same line and says what is wrong with it.
        }
    }

    private void Take(JsonObject? part)
    {
        if (part is null)
        {
            return;
        }

        foreach (var name in (ReadOnlySpan<string>)["model", "service_tier"])
        {
            if (part[name] is JsonValue text && text.GetValueKind() == JsonValueKind.String && text.GetValue<string>().Length is > 0 and <= 200)
            {
                _answer[name] = text.GetValue<string>();
            }
        }

        if (part["usage"] is not JsonObject reported)
        {
            return;
        }

        var usage = _answer["usage"] as JsonObject ?? [];
        _answer["usage"] = usage;
        foreach (var (name, value) in reported)
        {
            if (value is not null)
            {
                usage[name] = value.DeepClone();
            }
        }
    }
}
