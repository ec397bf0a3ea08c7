using OtherThing.Core.Access;
using OtherThing.Core.Keys;
using OtherThing.Core.Nodes.Models;
using OtherThing.Core.Steps;
using OtherThing.Core.Steps.Configs;
using OtherThing.Web.Features.Keys.Chat.Wire;

namespace OtherThing.Web.Features.Keys.Chat;

/// <summary>
/// A call of a model on a machine of the workspace. A machine that fails before the first token of the answer is followed by the next one; after
/// it the call has failed. Asking a model on one's own machines changes nothing outside, so a call that a stopped server had begun is made again.
/// </summary>
internal sealed partial class NodeChat(Door door, ModelRouter router, TimeProvider clock, ILogger<NodeChat> logger)
{
    /// <summary>What stands in place of a provider's name.</summary>
    public const string Provider = "nodes";

    // Only the path of it goes anywhere: the tunnel ends at the endpoint.
    private static readonly Uri s_base = new("http://machine.invalid/v1");
    private static readonly TimeSpan s_lastWord = TimeSpan.FromMilliseconds(250);
    private static readonly SecretRedactor s_noSecret = new("");
    private static readonly IChatCodec s_codec = ChatCodec.Of(ApiProvider.Custom);

    public async Task<StepOutcome> AskAsync(StepCall call, AiChatConfig config, ChatResponseSchema? schema, CancellationToken cancellationToken)
    {
        if ((await door.EnterAsync(Actor.Run(call.UserId), call.WorkspaceId, Operations.JobSubmit, cancellationToken)).Error is { } refusal)
        {
            return StepOutcome.Failed(refusal.Code, refusal.Message, noEffect: true);
        }

        call.OnlyWaits();
        var tried = new HashSet<EndpointKey>();
        var failed = new List<Try>();
        while (true)
        {
            var taken = await router.TakeAsync(call.WorkspaceId, config.Model, tried, cancellationToken);
            if (!taken.TryGet(out var lease, out var none))
            {
                return failed.Count == 0 ? StepOutcome.Failed(none.Code, none.Message, noEffect: true) : AllFailed(failed);
            }

            using (lease)
            {
                tried.Add(lease.Key);
                var one = await TryAsync(call, config, lease, schema, tried.Count, cancellationToken);
                if (!one.GoesOn)
                {
                    return one.Outcome with { NodeId = lease.Key.NodeId, Usage = [.. failed.SelectMany(each => each.Outcome.Usage), .. one.Outcome.Usage] };
                }

                failed.Add(one);
                LogNext(call.RunId, call.Path, config.Model, lease.Key.NodeId, one.Outcome.ErrorCode ?? "");
            }
        }
    }

    private async Task<Try> TryAsync(
        StepCall call, AiChatConfig config, ModelLease lease, ChatResponseSchema? schema, int number, CancellationToken cancellationToken)
    {
        var source = new NodeSource(lease, clock);
        var tap = new ProviderTap(lease.Http, static _ => null, s_noSecret, clock);
        var turn = new ChatTurn(call, config, source, tap, s_codec, s_noSecret) { Number = number };
        try
        {
            using var request = s_codec.Write(ChatPrompt.Request(config with { Model = lease.Model }, ApiProvider.Custom, s_base, key: null, schema));
            using var body = await tap.SendAsync(request, cancellationToken);
            if (body is null)
            {
                return new Try(turn.Refused(), GoesOn: (int)tap.Status!.Value is not (400 or 413 or 415 or 422));
            }

            var failure = await turn.ReadAsync(body, cancellationToken);
            await HearEndAsync(body);
            var outcome = failure is null ? await turn.FinishAsync(schema, cancellationToken) : Explain(turn, source, failure);
            return Doubted(lease, new Try(outcome, GoesOn: turn.Answer.Characters == 0 && IsOfTheMachine(outcome.ErrorCode)));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            turn.End();
            return new Try(turn.Broken("ai.cancelled", "The call was stopped before its answer was whole."), GoesOn: false);
        }
        catch (TunnelException failure)
        {
            return Doubted(lease, new Try(
                StepOutcome.Failed("ai.no_answer", $"{source.Title} gave no answer: {failure.Message}."), GoesOn: failure.Code != "too_large"));
        }
    }

    /// <summary>The end of the stream follows the last word at once; a machine that may say it keeps its connection to the server of models.</summary>
    private static async Task HearEndAsync(RedactedBody body)
    {
        using var brief = new CancellationTokenSource(s_lastWord);
        try
        {
            while (!(await body.ReadAsync(brief.Token)).IsEmpty)
            {
                // Nothing that follows the end is part of the answer.
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            // It is closed from here.
        }
    }

    /// <summary>What another machine may do better; what the model makes of the question is the same everywhere.</summary>
    private static bool IsOfTheMachine(string? code) => code is "ai.interrupted" or "ai.answer_malformed" or "ai.provider_failed" or "ai.not_now";

    private static StepOutcome Explain(ChatTurn turn, NodeSource source, Exception failure) => failure is TunnelException broken
        ? turn.Broken("ai.interrupted", $"The answer of {source.Title} broke off: {broken.Message}.")
        : turn.Malformed();

    private static Try Doubted(ModelLease lease, Try one)
    {
        if (one.GoesOn)
        {
            lease.Doubt();
        }

        return one;
    }

    private static StepOutcome AllFailed(List<Try> failed) =>
        StepOutcome.Failed("ai.no_machine", $"No machine answered. {string.Join(" ", failed.Select(each => each.Outcome.Error))}", noEffect: true) with
        {
            RetryAfter = failed[^1].Outcome.RetryAfter,
            Usage = [.. failed.SelectMany(each => each.Outcome.Usage)],
        };

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "Run {RunId} step {Path}: node {NodeId} failed before the first token of {Model}, trying the next one: {Code}")]
    private partial void LogNext(Guid runId, string path, string model, Guid nodeId, string code);

    /// <summary>What one machine made of the call, and whether the next one is asked.</summary>
    private sealed record Try(StepOutcome Outcome, bool GoesOn);
}
