using System.Text.Json.Nodes;
using static OtherThing.Web.Features.Keys.Chat.Wire.ChatCodec;

namespace OtherThing.Web.Features.Keys.Chat.Wire;

/// <summary>Anthropic messages.</summary>
internal sealed class AnthropicCodec : IChatCodec
{
    // A limit is required; this is what a step gets that names none.
    private const int DefaultMaxTokens = 4_096;

    public string Flavour => "messages";

    public string InputCount => "input_tokens";

    public string OutputCount => "output_tokens";

    public HttpRequestMessage Write(ChatRequest request)
    {
        var body = new JsonObject
        {
            ["model"] = request.Model,
            ["max_tokens"] = request.MaxTokens ?? DefaultMaxTokens,
            ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = request.Prompt }),
            ["stream"] = true,
        };
        if (request.System is { } system)
        {
            body["system"] = system;
        }

        if (request.Temperature is { } temperature)
        {
            body["temperature"] = temperature;
        }

        var message = Post(request.BaseUrl, "/v1/messages", body);
        message.Headers.TryAddWithoutValidation("x-api-key", request.Key!.Expose());
        message.Headers.TryAddWithoutValidation("anthropic-version", "2023-06-01");
        return message;
    }

    public void Read(string? name, JsonObject happened, ChatAnswer answer)
    {
        answer.Identify(happened);
        answer.Usage.Take(happened["usage"]);
        if (WireError.Find(name, happened) is { } error)
        {
            answer.Fail(error);
            return;
        }

        switch (Text(happened["type"]) ?? name)
        {
            case "message_start":
                answer.Begin();
                if (happened["message"] is JsonObject begun)
                {
                    answer.Identify(begun);
                    answer.Usage.Take(begun["usage"]);
                    ReadBlocks(begun["content"], answer);
                }

                break;
            case "content_block_start":
                answer.Begin();
                ReadBlock(happened["content_block"], answer);
                break;
            case "content_block_delta":
                answer.Begin();
                ReadBlock(happened["delta"], answer);
                break;
            case "message_delta":
                answer.Begin();
                if (Text((happened["delta"] as JsonObject)?["stop_reason"]) is { } reason)
                {
                    answer.Finish(reason);
                }

                break;
            case "message_stop":
                answer.End();
                break;
            case "message" or null when happened["content"] is not null:
                answer.Begin();
                ReadBlocks(happened["content"], answer);
                answer.Finish(Text(happened["stop_reason"]));
                break;
        }
    }

    private static void ReadBlocks(JsonNode? content, ChatAnswer answer)
    {
        if (Text(content) is { } text)
        {
            answer.Add(text);
        }

        foreach (var block in content as JsonArray ?? [])
        {
            ReadBlock(block, answer);
        }
    }

    private static void ReadBlock(JsonNode? block, ChatAnswer answer)
    {
        if (block is not JsonObject part)
        {
            return;
        }

        if (Text(part["type"]) is null or "text" or "text_delta" && Text(part["text"]) is { } text)
        {
            answer.Add(text);
        }

        // Not shown, but paid for: they count when the provider does not.
        answer.Count(Text(part["thinking"]));
        answer.Count(Text(part["partial_json"]));
    }
}
