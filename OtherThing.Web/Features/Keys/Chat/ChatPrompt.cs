using Microsoft.Extensions.AI;
using OtherThing.Core.Keys;
using OtherThing.Core.Steps.Configs;

namespace OtherThing.Web.Features.Keys.Chat;

/// <summary>What is sent to the model.</summary>
internal static class ChatPrompt
{
    // Anthropic requires a limit; this is what a step gets that names none.
    private const int DefaultMaxTokens = 4_096;

    public static IList<ChatMessage> Messages(AiChatConfig config, ChatResponseSchema? schema)
    {
        var system = string.Join("\n\n", new[] { config.System, schema?.Instruction }.Where(part => !string.IsNullOrWhiteSpace(part)));
        return system.Length > 0
            ? [new ChatMessage(ChatRole.System, system), new ChatMessage(ChatRole.User, config.Prompt)]
            : [new ChatMessage(ChatRole.User, config.Prompt)];
    }

    public static ChatOptions Options(AiChatConfig config, ApiProvider provider, ChatResponseSchema? schema) => new()
    {
        Temperature = (float?)config.Temperature,
        MaxOutputTokens = config.MaxTokens ?? (provider == ApiProvider.Anthropic ? DefaultMaxTokens : null),
        ResponseFormat = schema is null ? null : provider switch
        {
            ApiProvider.Openai or ApiProvider.Google => ChatResponseFormat.ForJsonSchema(schema.Json, "answer"),
            ApiProvider.Groq or ApiProvider.Custom => ChatResponseFormat.Json,
            _ => null,
        },
    };
}
