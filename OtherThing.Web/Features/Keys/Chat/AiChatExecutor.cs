using System.Text.Json;
using OtherThing.Core.Keys;
using OtherThing.Core.Results;
using OtherThing.Core.Steps;
using OtherThing.Core.Steps.Configs;

namespace OtherThing.Web.Features.Keys.Chat;

/// <summary>
/// <c>ai.chat</c>: one streamed call of a provider with one of the workspace's keys, or of a model on one of the workspace's machines.
/// </summary>
internal sealed class AiChatExecutor(ProviderCatalog providers, ProviderChat keyed, NodeChat nodes) : IStepExecutor
{
    public string Type => "ai.chat";

    public async Task<StepOutcome> ExecuteAsync(StepCall call, CancellationToken cancellationToken)
    {
        AiChatConfig config;
        try
        {
            config = call.Config.Deserialize<AiChatConfig>(Json.Options)!;
        }
        catch (JsonException wrong)
        {
            return StepOutcome.Failed("ai.config_invalid", $"The config is not what ai.chat takes: {wrong.Path ?? "$"}.");
        }

        var provider = providers.Find(config.Provider);
        if (provider is null && config.Provider != NodeChat.Provider)
        {
            return StepOutcome.Failed(
                "ai.config_invalid", $"provider must be one of {string.Join(", ", providers.All.Select(known => known.Name))}, {NodeChat.Provider}.");
        }

        if (call.Resumed && provider is not null)
        {
            return StepOutcome.Unknown(
                "ai.interrupted", "The server stopped while the model was being asked; the provider may have done and charged the work.");
        }

        ChatResponseSchema? schema = null;
        if (config.ResponseSchema is { ValueKind: not JsonValueKind.Null } wanted)
        {
            (schema, var problem) = ChatResponseSchema.Read(wanted);
            if (problem is not null)
            {
                return StepOutcome.Failed("ai.config_invalid", problem);
            }
        }

        return provider is null
            ? await nodes.AskAsync(call, config, schema, cancellationToken)
            : await keyed.AskAsync(call, config, provider, schema, cancellationToken);
    }
}
