using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Core.Runs.Grains;
using OtherThing.Core.Runs.Values;
using OtherThing.Core.Steps;
using OtherThing.Core.Steps.Configs;
using OtherThing.Core.Usage;

namespace OtherThing.Core.Runs.Machine;

/// <summary>What happens when a step fails: retry, go on, branch, or end what it is in.</summary>
internal sealed partial class FlowMachine
{
    private static readonly TimeSpan s_longestBackoff = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_longestRetryAfter = TimeSpan.FromHours(1);

    /// <summary>A clear "not now" is retried this often even if the step asks for no retries.</summary>
    private const int RetriesOfRefusal = 2;

    /// <summary>How long to wait before the next attempt; null when there is none.</summary>
    private TimeSpan? RetryDelay(PlanStep step, string path, int attempt, StepOutcome outcome)
    {
        var policy = step.Definition.Retry ?? new RetryPolicy();
        var refusedForNow = outcome is { NoEffect: true, RetryAfter: not null };
        if (attempt > Math.Max(policy.Max, refusedForNow ? RetriesOfRefusal : 0))
        {
            return null;
        }

        var backoff = TimeSpan.FromSeconds(policy.BackoffSeconds * Math.Pow(2, Math.Min(attempt - 1, 20)));
        backoff = backoff < s_longestBackoff ? backoff : s_longestBackoff;
        var jittered = backoff * (0.5 + (0.5 * Jitter(path, attempt)));
        var asked = outcome.RetryAfter is { } after ? after < s_longestRetryAfter ? after : s_longestRetryAfter : TimeSpan.Zero;
        return jittered > asked ? jittered : asked;
    }

    /// <summary>0 to 1, spread over runs and attempts yet the same after a restart.</summary>
    private double Jitter(string path, int attempt) =>
        BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{_facts.Run.GetRawText()}/{path}/{attempt}"))) / (double)uint.MaxValue;

    /// <summary>A step the engine itself carries out failed, at a field of its config or at none.</summary>
    private void FailInline(RunLevel level, int slot, string code, string? field, string message, DateTime utcNow)
    {
        var place = field is null ? null : "config." + field;
        Record(level, slot, StepRunStatus.Failed, utcNow, StepOutcome.Failed(code, message) with { ErrorField = place });
        Fail(level, slot, new StepError(code, message) { Field = place }, Json.Null, utcNow);
    }

    /// <summary>The step has failed for good and is recorded as such; its policy says what follows.</summary>
    private void Fail(RunLevel level, int slot, StepError error, JsonElement partial, DateTime utcNow)
    {
        switch (level.Plan.Steps[slot].Definition.OnError)
        {
            case OnError.Continue:
                Settle(level, slot, Json.Null, "out", utcNow);
                break;
            case OnError.Branch:
                Settle(level, slot, Json.ToElement(new { error = new { error.Code, error.Message }, output = partial }), "error", utcNow);
                break;
            default:
                level.Slots[slot].State = SlotPhase.Dropped;
                Hold(level, slot, 0);
                FailLevel(level, error with { Path = error.Path ?? level.PathOf(slot) }, utcNow);
                break;
        }
    }

    private void FailLevel(RunLevel level, StepError error, DateTime utcNow)
    {
        if (level.Outer is not { } outer)
        {
            End(RunStatus.Failed, error, utcNow);
            return;
        }

        var container = outer.Plan.Steps[level.OuterSlot];
        if (container.Map is { OnItemError: not OnItemError.Fail })
        {
            Abandon(level, utcNow);
            FinishTurn(level, null, utcNow);
            return;
        }

        DropTurns(outer, level.OuterSlot, utcNow);
        Record(outer, level.OuterSlot, StepRunStatus.Failed, utcNow, StepOutcome.Failed(error.Code, $"{error.Path}: {error.Message}"));
        Fail(outer, level.OuterSlot, error, Json.Null, utcNow);
    }

    /// <summary>Ends everything at work in a level: it counts no more.</summary>
    private void Abandon(RunLevel level, DateTime utcNow)
    {
        level.Abandoned = true;
        for (var slot = 0; slot < level.Slots.Length; slot++)
        {
            var path = level.PathOf(slot);
            switch (level.Slots[slot].State)
            {
                case SlotPhase.Running or SlotPhase.Waiting:
                    _active.Remove(path);
                    level.Slots[slot].State = SlotPhase.Dropped;
                    Record(level, slot, StepRunStatus.Cancelled, utcNow, null);
                    _commands.Add(new StopAttempt(path));
                    break;
                case SlotPhase.Inside:
                    DropTurns(level, slot, utcNow);
                    level.Slots[slot].State = SlotPhase.Dropped;
                    Record(level, slot, StepRunStatus.Cancelled, utcNow, null);
                    break;
            }
        }

        Release(level);
    }

    private void DropTurns(RunLevel level, int slot, DateTime utcNow)
    {
        if (level.Slots[slot].Container is not { } container)
        {
            return;
        }

        _ahead -= container.AheadPerItem * (long)(container.Items.Length - container.NextIndex);
        foreach (var turn in container.Active.ToArray())
        {
            Abandon(turn, utcNow);
        }
    }

    private void Record(RunLevel level, int slot, StepRunStatus status, DateTime? finishedAt, StepOutcome? outcome)
    {
        var step = level.Plan.Steps[slot];
        ref var state = ref level.Slots[slot];
        Written((state.Input is { } input ? ValueWeight.BytesOf(input) : 0) + (outcome is null ? 0 : ValueWeight.BytesOf(outcome.Output)));
        _records.Add(new StepRun
        {
            Path = level.PathOf(slot),
            StepId = step.Definition.Id,
            Type = step.Type.Name,
            Attempt = state.Attempt,
            Status = status,
            StartedAt = state.StartedAt,
            FinishedAt = finishedAt,
            Due = status == StepRunStatus.Waiting ? state.Due : null,
            Input = RecordedInput.Of(step.Type.Name, state.Input),
            Output = outcome is null || (outcome.Kind != StepOutcomeKind.Succeeded && outcome.Output.ValueKind == JsonValueKind.Null) ? null : outcome.Output,
            Port = outcome is { Kind: StepOutcomeKind.Succeeded } ? outcome.Port : null,
            Error = outcome?.Error is { } message ? new StepError(outcome.ErrorCode ?? "step.failed", message) { Field = outcome.ErrorField } : null,
            NodeId = outcome?.NodeId,
            ChildRunId = step.CallsFlow && _facts.RunId is { } runId ? StepRunner.IdOf(runId, level.PathOf(slot), state.Attempt) : null,
            ApprovalId = step.AsksPerson && _facts.RunId is { } askingRun ? StepRunner.IdOf(askingRun, level.PathOf(slot), state.Attempt) : null,
            Usage = Sum(outcome),
            Log = outcome?.Log,
        });
    }

    private static StepUsage? Sum(StepOutcome? outcome) => outcome is not { Usage.Count: > 0 } ? null : new StepUsage(
        outcome.Usage.Any(draft => draft.InputTokens is not null || draft.OutputTokens is not null)
            ? outcome.Usage.Sum(draft => (draft.InputTokens ?? 0) + (draft.OutputTokens ?? 0)) : null,
        outcome.Usage.Any(draft => draft.ComputeSeconds is not null) ? outcome.Usage.Sum(draft => draft.ComputeSeconds ?? 0) : null,
        Cost.Sum(outcome.Usage.Select(draft => draft.Cost)).Units,
        outcome.Usage.FirstOrDefault(draft => draft.Provider is not null)?.Provider,
        outcome.Usage.FirstOrDefault(draft => draft.Model is not null)?.Model);
}
