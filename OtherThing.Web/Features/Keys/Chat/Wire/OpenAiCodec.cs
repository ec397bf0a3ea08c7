using System.Text.Json;
using System.Text.Json.Nodes;
using OtherThing.Core.Keys;
using static OtherThing.Web.Features.Keys.Chat.Wire.ChatCodec;

namespace OtherThing.Web.Features.Keys.Chat.Wire;

/// <summary>OpenAI chat completions, as OpenAI and the many servers that speak like it send them.</summary>
internal sealed class OpenAiCodec : IChatCodec
{
    // Only these hosts know nothing else; other servers know the older name, and many only that.
    private static readonly string[] s_newNameHosts = ["api.openai.com", ".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com"];

    public string Flavour => "chat";

    public string InputCount => "prompt_tokens";

    public string OutputCount => "completion_tokens";

    public HttpRequestMessage Write(ChatRequest request)
    {
        var messages = new JsonArray();
        if (request.System is { } system)
        {
            messages.Add(new JsonObject { ["role"] = "system", ["content"] = system });
        }

        messages.Add(new JsonObject { ["role"] = "user", ["content"] = request.Prompt });
        var body = new JsonObject
        {
            ["model"] = request.Model,
            ["messages"] = messages,
            ["stream"] = true,
            ["stream_options"] = new JsonObject { ["include_usage"] = true },
        };
        if (request.Temperature is { } temperature)
        {
            body["temperature"] = temperature;
        }

        if (request.MaxTokens is { } most)
        {
            body[WantsNewName(request) ? "max_completion_tokens" : "max_tokens"] = most;
        }

        if (request.Schema is { } schema && Format(request.Provider, schema) is { } format)
        {
            body["response_format"] = format;
        }

        var message = Post(request.BaseUrl, "/chat/completions", body);
        if (request.Key is { } key)
        {
            message.Headers.TryAddWithoutValidation("Authorization", "Bearer " + key.Expose());
        }

        return message;
    }

    public void Read(string? name, JsonObject happened, ChatAnswer answer)
    {
        answer.Identify(happened);
        answer.Usage.Take(happened["usage"]);
        answer.Usage.Take((happened["x_groq"] as JsonObject)?["usage"]);
        var error = WireError.Find(name, happened);
        if (happened["choices"] is JsonArray choices)
        {
            answer.Begin();
            foreach (var choice in choices.OfType<JsonObject>().Where(IsFirst))
            {
                answer.Usage.Take(choice["usage"]);
                error ??= WireError.Of(choice["error"], choice);
                ReadChoice(choice, answer);
            }
        }

        if (error is not null)
        {
            answer.Fail(error);
        }
    }

    private static bool WantsNewName(ChatRequest request) =>
        request.Provider != ApiProvider.Custom
        || Array.Exists(s_newNameHosts, host => host[0] == '.'
            ? request.BaseUrl.IdnHost.EndsWith(host, StringComparison.OrdinalIgnoreCase)
            : request.BaseUrl.IdnHost.Equals(host, StringComparison.OrdinalIgnoreCase));

    // Either mode of the providers makes nothing but objects: for a schema of anything else the words in the prompt have to do.
    private static JsonObject? Format(ApiProvider provider, JsonElement schema)
    {
        if (!(schema.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("object")))
        {
            return null;
        }

        return provider is ApiProvider.Openai or ApiProvider.Google
            ? new JsonObject
            {
                ["type"] = "json_schema",
                ["json_schema"] = new JsonObject { ["name"] = "answer", ["schema"] = JsonObject.Create(schema) },
            }
            : new JsonObject { ["type"] = "json_object" };
    }

    // One answer was asked for: what is no number counts as the first.
    private static bool IsFirst(JsonObject choice) => ReportedUsage.Number(choice["index"]) is not > 0;

    private static void ReadChoice(JsonObject choice, ChatAnswer answer)
    {
        var delta = choice["delta"] as JsonObject;
        if (delta is not null)
        {
            ReadPart(delta, answer);
        }

        // Some servers repeat the whole message after its pieces.
        var message = choice["message"] as JsonObject;
        if (message is not null && answer.Characters == 0)
        {
            ReadPart(message, answer);
        }

        if (delta is null && message is null && Text(choice["text"]) is { } text)
        {
            answer.Add(text);
        }

        if (Text(choice["finish_reason"])?.Trim() is { Length: > 0 } reason and not ("null" or "none" or "None"))
        {
            answer.Finish(reason);
        }
        else if (message is not null && delta is null or { Count: 0 })
        {
            answer.Finish(null);
        }
    }

    private static void ReadPart(JsonObject part, ChatAnswer answer)
    {
        ReadContent(part["content"], answer);
        if (Text(part["refusal"]) is { } refusal)
        {
            answer.Refuse(refusal);
        }

        // Not shown, but paid for: they count when the provider does not.
        answer.Count(Text(part["reasoning_content"]) ?? Text(part["reasoning"]));
        foreach (var call in (part["tool_calls"] as JsonArray)?.OfType<JsonObject>() ?? [])
        {
            answer.Count(Text((call["function"] as JsonObject)?["arguments"]));
        }
    }

    // Text, or a list of parts of which some are thinking.
    private static void ReadContent(JsonNode? content, ChatAnswer answer)
    {
        switch (content)
        {
            case JsonArray parts:
                foreach (var part in parts)
                {
                    ReadContent(part, answer);
                }

                break;
            case JsonObject part when Text(part["type"]) is null or "text" or "output_text":
                ReadContent(part["text"], answer);
                break;
            case JsonObject part:
                answer.Count(Text(part["thinking"]) ?? Text(part["text"]));
                break;
            default:
                if (Text(content) is { } text)
                {
                    answer.Add(text);
                }

                break;
        }
    }
}
