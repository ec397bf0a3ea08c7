using System.Text.Json;
using System.Text.Json.Nodes;

namespace OtherThing.Lab.Providers;

/// <summary>How one provider's answers look on the wire.</summary>
internal interface IFakeWire
{
    string PromptOf(JsonElement request);

    JsonObject Usage(int input, int output);

    JsonObject Whole(string model, string reply, JsonObject? usage);

    string Begin(string model, JsonObject? usage);

    string Part(string model, string text);

    string End(string model, JsonObject? usage, JsonElement request);
}

/// <summary>OpenAI chat completions.</summary>
internal sealed class OpenAiWire : IFakeWire
{
    public static OpenAiWire Instance { get; } = new();

    public string PromptOf(JsonElement request) => TextOf(request.GetProperty("messages").EnumerateArray().Last().GetProperty("content"));

    public JsonObject Usage(int input, int output) =>
        new() { ["prompt_tokens"] = input, ["completion_tokens"] = output, ["total_tokens"] = input + output };

    public JsonObject Whole(string model, string reply, JsonObject? usage) => new()
    {
        ["id"] = "chatcmpl-fake",
        ["object"] = "chat.completion",
        ["created"] = 1_700_000_000,
        ["model"] = model,
        ["choices"] = new JsonArray(new JsonObject
        {
            ["index"] = 0,
            ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = reply },
            ["finish_reason"] = "stop",
        }),
        ["usage"] = usage?.DeepClone(),
    };

    public string Begin(string model, JsonObject? usage) => Chunk(model, new JsonObject { ["role"] = "assistant", ["content"] = "" }, null);

    public string Part(string model, string text) => Chunk(model, new JsonObject { ["content"] = text }, null);

    public string End(string model, JsonObject? usage, JsonElement request)
    {
        var end = Chunk(model, [], "stop");
        if (usage is not null
            && request.TryGetProperty("stream_options", out var options)
            && options.TryGetProperty("include_usage", out var wanted) && wanted.GetBoolean())
        {
            var last = new JsonObject
            {
                ["id"] = "chatcmpl-fake",
                ["object"] = "chat.completion.chunk",
                ["created"] = 1_700_000_000,
                ["model"] = model,
                ["service_tier"] = "default",
                ["choices"] = new JsonArray(),
                ["usage"] = usage.DeepClone(),
            };
            end += $"data: {last.ToJsonString()}\n\n";
        }

        return end + "data: [DONE]\n\n";
    }

    internal static string TextOf(JsonElement content) => content.ValueKind == JsonValueKind.String
        ? content.GetString()!
        : string.Concat(content.EnumerateArray().Select(part => part.TryGetProperty("text", out var text) ? text.GetString() : ""));

    private static string Chunk(string model, JsonObject delta, string? finish) =>
        $"data: {new JsonObject
        {
            ["id"] = "chatcmpl-fake",
            ["object"] = "chat.completion.chunk",
            ["created"] = 1_700_000_000,
            ["model"] = model,
            ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = finish }),
            ["usage"] = null,
        }.ToJsonString()}\n\n";
}

/// <summary>Anthropic messages.</summary>
internal sealed class AnthropicWire : IFakeWire
{
    public static AnthropicWire Instance { get; } = new();

    public string PromptOf(JsonElement request) => OpenAiWire.TextOf(request.GetProperty("messages").EnumerateArray().Last().GetProperty("content"));

    public JsonObject Usage(int input, int output) => new() { ["input_tokens"] = input, ["output_tokens"] = output };

    public JsonObject Whole(string model, string reply, JsonObject? usage) => new()
    {
        ["id"] = "msg_fake",
        ["type"] = "message",
        ["role"] = "assistant",
        ["model"] = model,
        ["content"] = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = reply }),
        ["stop_reason"] = "end_turn",
        ["stop_sequence"] = null,
        ["usage"] = usage?.DeepClone() ?? Usage(0, 0),
    };

    public string Begin(string model, JsonObject? usage)
    {
        // The first event tells the input side and the first output token; the last one tells the whole output.
        var first = (JsonObject)(usage?.DeepClone() ?? Usage(0, 0));
        first["output_tokens"] = 1;
        var message = Whole(model, "", null);
        message["content"] = new JsonArray();
        message["stop_reason"] = null;
        message["usage"] = first;
        return Event("message_start", new JsonObject { ["message"] = message })
            + Event("content_block_start", new JsonObject { ["index"] = 0, ["content_block"] = new JsonObject { ["type"] = "text", ["text"] = "" } });
    }

    public string Part(string model, string text) => Event(
        "content_block_delta", new JsonObject { ["index"] = 0, ["delta"] = new JsonObject { ["type"] = "text_delta", ["text"] = text } });

    public string End(string model, JsonObject? usage, JsonElement request) =>
        Event("content_block_stop", new JsonObject { ["index"] = 0 })
        + Event("message_delta", new JsonObject
        {
            ["delta"] = new JsonObject { ["stop_reason"] = "end_turn", ["stop_sequence"] = null },
            ["usage"] = new JsonObject { ["output_tokens"] = usage?["output_tokens"]?.DeepClone() ?? 0 },
        })
        + Event("message_stop", []);

    private static string Event(string type, JsonObject data)
    {
        data["type"] = type;
        return $"event: {type}\ndata: {data.ToJsonString()}\n\n";
    }
}
