using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using OtherThing.Core.Keys;
using OtherThing.Core.Results;

namespace OtherThing.Web.Features.Keys.Chat.Wire;

/// <summary>A wire format: how a request is written, and how the events of a streamed answer, or a whole one, are read.</summary>
internal interface IChatCodec
{
    /// <summary>What the price table calls the shape of its answers.</summary>
    string Flavour { get; }

    /// <summary>What its usage calls all input tokens.</summary>
    string InputCount { get; }

    /// <summary>What its usage calls all output tokens.</summary>
    string OutputCount { get; }

    /// <summary>The request; the caller disposes it.</summary>
    HttpRequestMessage Write(ChatRequest request);

    /// <summary>Reads one event of a stream, or the one document of an answer that did not come as a stream.</summary>
    /// <param name="name">The name of the event; null when it had none.</param>
    /// <param name="happened">Its data.</param>
    /// <param name="answer">What is put together.</param>
    void Read(string? name, JsonObject happened, ChatAnswer answer);
}

/// <summary>The wire formats, and what they share.</summary>
internal static class ChatCodec
{
    private static readonly OpenAiCodec s_openAi = new();
    private static readonly AnthropicCodec s_anthropic = new();

    /// <summary>Google, Groq and custom servers are asked at their OpenAI-style endpoints.</summary>
    public static IChatCodec Of(ApiProvider provider) => provider == ApiProvider.Anthropic ? s_anthropic : s_openAi;

    public static HttpRequestMessage Post(Uri baseUrl, string path, JsonObject body)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, Json.Options));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var message = new HttpRequestMessage(HttpMethod.Post, new Uri(baseUrl.AbsoluteUri.TrimEnd('/') + path)) { Content = content };
        message.Headers.TryAddWithoutValidation("Accept", "text/event-stream, application/json");
        message.Headers.TryAddWithoutValidation("User-Agent", "OtherThing");
        return message;
    }

    /// <summary>A text that is there; null for an empty one and for anything else.</summary>
    public static string? Text(JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.String && value.GetValue<string>() is { Length: > 0 } text ? text : null;
}
