using System.Text.Json;
using OtherThing.Core.Access;
using OtherThing.Core.Keys;
using OtherThing.Core.Live;
using OtherThing.Core.Results;
using OtherThing.Core.Steps;
using OtherThing.Core.Steps.Configs;
using OtherThing.Core.Usage.Prices;

namespace OtherThing.Web.Features.Keys.Chat;

/// <summary><c>ai.chat</c>: one streamed call of a provider with one of the workspace's keys; never more than one request per attempt.</summary>
internal sealed partial class AiChatExecutor(
    Door door,
    ProviderCatalog providers,
    KeyChoice choice,
    SecretBroker broker,
    IKeyStore keys,
    ChatClients clients,
    CostEngine costs,
    ILiveFeed feed,
    TimeProvider clock,
    ILogger<AiChatExecutor> logger) : IStepExecutor
{
    public string Type => "ai.chat";

    public async Task<StepOutcome> ExecuteAsync(StepCall call, CancellationToken cancellationToken)
    {
        if (call.Resumed)
        {
            return StepOutcome.Unknown(
                "ai.interrupted", "The server stopped while the model was being asked; the provider may have done and charged the work.");
        }

        AiChatConfig config;
        try
        {
            config = call.Config.Deserialize<AiChatConfig>(Json.Options)!;
        }
        catch (JsonException wrong)
        {
            return StepOutcome.Failed("ai.config_invalid", $"The config is not what ai.chat takes: {wrong.Path ?? "$"}.");
        }

        if (providers.Find(config.Provider) is not { } provider)
        {
            return StepOutcome.Failed(
                "ai.config_invalid", $"provider must be one of {string.Join(", ", providers.All.Select(known => known.Name))}.");
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

        var actor = Actor.Trigger(call.UserId);
        if (!(await door.EnterAsync(actor, call.WorkspaceId, Operations.KeyUse, cancellationToken)).TryGet(out _, out var refusal)
            || !(await choice.ChooseAsync(call.WorkspaceId, provider, config.KeyId, cancellationToken)).TryGet(out var key, out refusal))
        {
            return StepOutcome.Failed(refusal.Code, refusal.Message, noEffect: true);
        }

        var baseUrl = provider.BaseUrl ?? new Uri(key.BaseUrl);
        var used = await broker.UseAsync(
            actor, key, ApiKey.HostOf(baseUrl), $"run:{call.RunId} {call.Path}",
            value => AskAsync(call, config, provider, key, baseUrl, value, schema, cancellationToken), cancellationToken);
        return used.TryGet(out var outcome, out var closed) ? outcome : StepOutcome.Failed(closed.Code, closed.Message, noEffect: true);
    }

    private async Task<StepOutcome> AskAsync(
        StepCall call,
        AiChatConfig config,
        ProviderInfo provider,
        ApiKey key,
        Uri baseUrl,
        SecretValue value,
        ChatResponseSchema? schema,
        CancellationToken cancellationToken)
    {
        var redactor = new SecretRedactor(value.Expose());
        using var tap = clients.Tap(baseUrl, redactor);
        using var client = clients.Create(provider.Provider, baseUrl, config.Model, value, tap);
        var turn = new ChatTurn(call, config, provider, key, baseUrl, tap, redactor, clock.GetUtcNow().UtcDateTime);
        StepOutcome outcome;
        try
        {
            await foreach (var update in client.GetStreamingResponseAsync(
                ChatPrompt.Messages(config, schema), ChatPrompt.Options(config, provider.Provider, schema), cancellationToken))
            {
                if (update.Text is { Length: > 0 } part)
                {
                    turn.Add(part);
                }

                turn.FinishReason = update.FinishReason?.Value ?? turn.FinishReason;
            }

            turn.End();
            // A body that just ends is no answer: every wire format says when it is done.
            outcome = turn.FinishReason is null
                ? turn.Broken(costs, "ai.interrupted", $"The answer of {provider.Title} broke off.")
                : await turn.FinishAsync(costs, schema, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && !tap.NothingSent)
        {
            turn.End();
            outcome = turn.Broken(costs, "ai.cancelled", "The call was stopped before its answer was whole.");
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // Each SDK has exceptions of its own; what the tap saw of the call says the same in one language.
            LogFailed(call.RunId, call.Path, provider.Name, tap.Status is { } status ? (int)status : null, failure.GetType().Name);
            turn.End();
            outcome = Explain(turn, tap, provider);
        }

        await NoteAsync(key, outcome, tap);
        return outcome;
    }

    private StepOutcome Explain(ChatTurn turn, ProviderTap tap, ProviderInfo provider) => tap switch
    {
        { NothingSent: true } => turn.Unreachable(),
        { Status: null } => turn.Broken(costs, "ai.no_answer", $"The connection to {provider.Title} broke before it answered."),
        { Status: { } status } when (int)status >= 300 => turn.Refused(),
        _ when turn.Text.Length == 0 && !tap.Usage.HasUsage => turn.Broken(costs, "ai.answer_malformed", $"{provider.Title} answered with something that is not its wire format."),
        _ => turn.Broken(costs, "ai.interrupted", $"The answer of {provider.Title} broke off."),
    };

    private async Task NoteAsync(ApiKey key, StepOutcome outcome, ProviderTap tap)
    {
        var status = outcome.ErrorCode switch
        {
            "ai.key_rejected" when tap.Status == System.Net.HttpStatusCode.Unauthorized => ApiKeyStatus.Invalid,
            "ai.not_now" when tap.Status == System.Net.HttpStatusCode.TooManyRequests => ApiKeyStatus.RateLimited,
            null => ApiKeyStatus.Ok,
            _ => key.Status,
        };

        // The call is over: that it was made is noted also when the run was cancelled meanwhile.
        await keys.NoteAsync(key.WorkspaceId, key.Id, status, clock.GetUtcNow().UtcDateTime, CancellationToken.None);
        if (status != key.Status)
        {
            feed.Publish(Topic.Workspace(key.WorkspaceId), KeyService.Changed);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Run {RunId} step {Path}: {Provider} answered {Status}, {Exception}")]
    private partial void LogFailed(Guid runId, string path, string provider, int? status, string exception);
}
