using OtherThing.Core.Keys;
using OtherThing.Core.Steps.Configs;
using OtherThing.Web.Features.Keys.Chat.Wire;

namespace OtherThing.Web.Features.Keys.Chat;

/// <summary>What is sent to the model.</summary>
internal static class ChatPrompt
{
    public static ChatRequest Request(AiChatConfig config, ApiProvider provider, Uri baseUrl, SecretValue? key, ChatResponseSchema? schema)
    {
        var system = string.Join("\n\n", new[] { config.System, schema?.Instruction }.Where(part => !string.IsNullOrWhiteSpace(part)));
        return new ChatRequest
        {
            Provider = provider,
            BaseUrl = baseUrl,
            Key = key,
            Model = config.Model,
            System = system.Length > 0 ? system : null,
            Prompt = config.Prompt,
            Temperature = config.Temperature,
            MaxTokens = config.MaxTokens,
            Schema = schema?.Json,
        };
    }
}
