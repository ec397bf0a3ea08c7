using OtherThing.Core.Access;
using OtherThing.Core.Keys;
using OtherThing.Core.Steps;
using OtherThing.Core.Steps.Configs;
using OtherThing.Core.Usage.Prices;
using OtherThing.Web.Features.Keys.Chat.Wire;

namespace OtherThing.Web.Features.Keys.Chat;

/// <summary>A streamed call of a provider with one of the workspace's keys; never more than one request per attempt.</summary>
internal sealed partial class ProviderChat(
    Door door,
    KeyChoice choice,
    SecretBroker broker,
    KeyHealth health,
    ProviderLine line,
    CostEngine costs,
    TimeProvider clock,
    ILogger<ProviderChat> logger)
{
    public async Task<StepOutcome> AskAsync(
        StepCall call, AiChatConfig config, ProviderInfo provider, ChatResponseSchema? schema, CancellationToken cancellationToken)
    {
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
        var tap = line.Tap(baseUrl, redactor);
        var codec = ChatCodec.Of(provider.Provider);
        var turn = new ChatTurn(
            call, config, new ProviderSource(provider, key, baseUrl, costs, clock.GetUtcNow().UtcDateTime), tap, codec, redactor);
        StepOutcome outcome;
        try
        {
            using var request = codec.Write(ChatPrompt.Request(config, provider.Provider, baseUrl, value, schema));
            using var body = await tap.SendAsync(request, cancellationToken);
            if (body is null)
            {
                outcome = turn.Refused();
            }
            else
            {
                var failure = await turn.ReadAsync(body, cancellationToken);
                outcome = failure is null ? await turn.FinishAsync(schema, cancellationToken) : Explain(call, turn, tap, provider, failure);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && !tap.NothingSent)
        {
            turn.End();
            outcome = turn.Broken("ai.cancelled", "The call was stopped before its answer was whole.");
        }
        catch (Exception failure) when (IsBroken(failure))
        {
            outcome = Explain(call, turn, tap, provider, failure);
        }

        await NoteAsync(key, outcome, tap);
        return outcome;
    }

    private static bool IsBroken(Exception failure) => failure is HttpRequestException or IOException;

    private StepOutcome Explain(StepCall call, ChatTurn turn, ProviderTap tap, ProviderInfo provider, Exception failure)
    {
        LogFailed(call.RunId, call.Path, provider.Name, tap.Status is { } status ? (int)status : null, failure.GetType().Name);
        return tap switch
        {
            { NothingSent: true } => turn.Unreachable(),
            { Status: null } => turn.Broken("ai.no_answer", $"The connection to {provider.Title} broke before it answered."),
            { Status: { } answered } when (int)answered >= 300 => turn.Refused(),
            _ when !turn.Answer.HasBegun => turn.Malformed(),
            _ => turn.BrokeOff(),
        };
    }

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
        await health.NoteAsync(key, status, clock.GetUtcNow().UtcDateTime, CancellationToken.None);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Run {RunId} step {Path}: {Provider} answered {Status}, {Exception}")]
    private partial void LogFailed(Guid runId, string path, string provider, int? status, string exception);
}
