using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Grains;
using OtherThing.Core.Steps.Configs;

namespace OtherThing.Core.Triggers;

/// <summary>Takes deliveries. The address is the caller's right; the run acts for the member who published the flow, with their rights.</summary>
public sealed class WebhookService(WebhookTargets targets, HookGuesses guesses, RunStarter runs, WebhookOptions options, TimeProvider clock)
{
    private static readonly string s_hops = RunHops.Header.ToLowerInvariant();

    private readonly TimeSpan _wait = TimeSpan.FromSeconds(options.WaitSeconds);

    /// <summary>
    /// Starts a run for a delivery; answers once the start is on disk. A delivery that names its id starts one run however often it is sent,
    /// and every time gets that run's answer.
    /// </summary>
    /// <returns>
    /// The run, or <c>webhook.not_found</c>, <c>webhook.signature_invalid</c>, <c>webhook.delivery_id_invalid</c>, <c>webhook.body_invalid</c>,
    /// <c>webhook.body_unsupported</c>, <c>webhook.too_large</c>, <c>webhook.too_many</c>, <c>webhook.too_many_wrong</c>,
    /// <c>trigger.publisher_left</c>, <c>run.limit.hops</c>, or whatever keeps the flow from starting.
    /// </returns>
    public async Task<Result<HookAnswer>> DeliverAsync(HookRequest request, CancellationToken cancellationToken)
    {
        if (await targets.FindAsync(request.Token, cancellationToken) is not { } target)
        {
            return TriggerErrors.HookNotFound;
        }

        if (target.Gate.Enter() is { } wait)
        {
            return TriggerErrors.TooMany(wait);
        }

        try
        {
            return await DeliverAsync(target, request);
        }
        finally
        {
            target.Gate.Leave();
        }
    }

    private async Task<Result<HookAnswer>> DeliverAsync(WebhookTarget target, HookRequest request)
    {
        if (request.Body.Length > HookRequest.LargestBody)
        {
            return TriggerErrors.TooLarge;
        }

        if (target.Key is { } key && Prove(target, key, request) is { } unproven)
        {
            return unproven;
        }

        if (!target.Entry.TryGet(out var entry, out var refusal)
            || !HookSignature.ReadId(request.Headers).TryGet(out var deliveryId, out refusal)
            || !HookInput.Write(request).TryGet(out var input, out refusal))
        {
            return refusal;
        }

        var start = new StartRun
        {
            WorkspaceId = entry.WorkspaceId,
            FlowId = target.Flow.Id,
            FlowName = target.Flow.Name,
            FlowVersion = target.Version,
            Trigger = RunTrigger.Webhook,
            TriggerStepId = target.StepId,
            StartedBy = entry.UserId,
            Input = input,
            MayExist = deliveryId is not null,
            Hops = RunHops.Read(request.Headers.GetValueOrDefault(s_hops)),
        };
        var wantsOutput = target.Config.Respond == WebhookRespond.Output;
        var runId = deliveryId is null ? (Guid?)null : TriggerRunId.Of("hook", target.TriggerId, deliveryId);
        var started = await runs.BeginAndWaitAsync(start, target.Flow, runId, wantsOutput ? _wait : TimeSpan.Zero);
        return started.TryGet(out var run, out refusal) ? new HookAnswer(run, wantsOutput) : refusal;
    }

    /// <summary>Nothing is said about the signature of a sender that has guessed too often.</summary>
    private Error? Prove(WebhookTarget target, byte[] key, HookRequest request)
    {
        if (guesses.Wait(target.TriggerId, request.Sender) is { } wait)
        {
            return TriggerErrors.TooManyWrong(wait);
        }

        var unproven = HookSignature.Check(key, request, clock.GetUtcNow().UtcDateTime);
        if (unproven is not null)
        {
            guesses.Add(target.TriggerId, request.Sender);
        }

        return unproven;
    }
}
