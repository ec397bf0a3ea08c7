using System.Text.Json;
using System.Text.Json.Serialization;
using OtherThing.Core.Payloads;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Grains;
using OtherThing.Core.Runs.Values;
using OtherThing.Core.Usage;

namespace OtherThing.Web.Features.Runs;

/// <summary>Body of a start.</summary>
public sealed record StartRunRequest([property: JsonConverter(typeof(PayloadConverter))] JsonElement? Input, int? Version);

/// <summary>Body of a repetition.</summary>
/// <param name="FromStep">The step to start from; null repeats everything.</param>
/// <param name="Input">Another input; null takes the run's own.</param>
/// <param name="FailedItemsOnly">With <paramref name="FromStep"/> a map: only its items that failed run again.</param>
public sealed record RerunRequest(string? FromStep, [property: JsonConverter(typeof(PayloadConverter))] JsonElement? Input, bool? FailedItemsOnly);

/// <summary>Body of a settlement of a step whose fate is unknown.</summary>
/// <param name="Path">The step's path in the run.</param>
/// <param name="Happened">True when it did happen.</param>
/// <param name="Output">What it put out, when it happened.</param>
public sealed record SettleRequest(string? Path, bool? Happened, [property: JsonConverter(typeof(PayloadConverter))] JsonElement? Output);

/// <summary>A run that was accepted.</summary>
public sealed record RunAcceptedResponse(Guid Id, RunStatus Status);

/// <summary>A run as REST shows it; lists leave <see cref="Steps"/> out.</summary>
public sealed record RunResponse(
    Guid Id, Guid FlowId, string FlowName, int FlowVersion, RunStatus Status, bool Paused, RunTrigger Trigger, Guid StartedBy, Guid? RerunOf,
    Guid? ParentRunId, string? ParentPath, string? OnlyStep,
    JsonElement? Input, JsonElement? Output, StepError? Error, DateTime CreatedAt, DateTime? StartedAt, DateTime? FinishedAt,
    decimal? CostCents, long Tokens,
    [property: System.Text.Json.Serialization.JsonIgnore(
        Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<LargeValueResponse>? Large,
    [property: System.Text.Json.Serialization.JsonIgnore(
        Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<StepRunResponse>? Steps)
{
    public static RunResponse From(Run run) => From(run, null);

    public static RunResponse From(RunDetail detail) => From(detail.Run, [.. detail.Steps.Select(StepRunResponse.From)]);

    private static RunResponse From(Run run, IReadOnlyList<StepRunResponse>? steps) => new(
        run.Id, run.FlowId, run.FlowName, run.FlowVersion, run.Status, run.Paused, run.Trigger, run.StartedBy, run.RerunOf, run.ParentRunId, run.ParentPath,
        run.OnlyStep,
        run.Input.ReadInline(), run.Output?.ReadInline(),
        run.Error is { } error ? JsonSerializer.Deserialize<StepError>(error, Json.Options) : null,
        run.CreatedAt, run.StartedAt, run.FinishedAt, Cents(run.CostUnits), run.Tokens, LargeValueResponse.Of(run), steps);

    internal static decimal? Cents(long? units) => units is { } cost ? new Money(cost).Cents : null;
}

/// <summary>One attempt of a step.</summary>
public sealed record StepRunResponse(
    string Path, string StepId, string Type, int Attempt, StepRunStatus Status, DateTime StartedAt, DateTime? FinishedAt, DateTime? Due,
    JsonElement? Input, JsonElement? Output, string? Port, StepError? Error, Guid? NodeId, StepUsageResponse? Usage, string? Log, bool TakenOver,
    bool Pinned, Guid? SettledBy, Guid? ChildRunId,
    [property: System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)] Guid? ApprovalId,
    [property: System.Text.Json.Serialization.JsonIgnore(
        Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<LargeValueResponse>? Large)
{
    public static StepRunResponse From(StepRun step) => new(
        step.Path, step.StepId, step.Type, step.Attempt, step.Status, step.StartedAt, step.FinishedAt, step.Due,
        step.Input ?? StepRunInput.Of(step), step.Output, step.Port, step.Error, step.NodeId,
        step.Usage is { } usage
            ? new StepUsageResponse(usage.Tokens, usage.ComputeSeconds, RunResponse.Cents(usage.CostUnits), usage.Provider, usage.Model)
            : null,
        step.Log, step.TakenOver, step.Pinned, step.SettledBy, step.ChildRunId, step.ApprovalId, LargeValueResponse.Of(step));
}

/// <summary>A value left out because it is large; <c>GET .../runs/{id}/values/{hash}</c> gives it.</summary>
/// <param name="Field"><c>input</c>, <c>output</c> or <c>log</c>.</param>
/// <param name="Bytes">How long it is.</param>
/// <param name="Hash">SHA-256 of its bytes.</param>
public sealed record LargeValueResponse(string Field, long Bytes, string Hash)
{
    public static IReadOnlyList<LargeValueResponse>? Of(StepRun step) =>
        Listed(("input", step.InputBlob), ("output", step.OutputBlob), ("log", step.LogBlob));

    public static IReadOnlyList<LargeValueResponse>? Of(Run run) => Listed(("input", run.Input.Large), ("output", run.Output?.Large));

    private static LargeValueResponse[]? Listed(params ReadOnlySpan<(string Field, BlobRef? Value)> values)
    {
        List<LargeValueResponse> large = [];
        foreach (var (field, value) in values)
        {
            if (value is not null)
            {
                large.Add(new LargeValueResponse(field, value.Bytes, value.Hash));
            }
        }

        return large.Count == 0 ? null : [.. large];
    }
}

/// <summary>What an attempt used.</summary>
public sealed record StepUsageResponse(long? Tokens, double? ComputeSeconds, decimal? CostCents, string? Provider, string? Model);

/// <summary>A commit of a run in its event stream; one without steps says that the run was paused, went on or ended.</summary>
public sealed record RunEventResponse(int Sequence, RunStatus Status, bool Paused, IReadOnlyList<StepRunResponse> Steps);
