using System.Text.Json;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Core.Usage;

namespace OtherThing.Core.Steps;

/// <summary>Carries out one step type that has an effect outside the engine (HTTP, AI, node).</summary>
public interface IStepExecutor
{
    /// <summary>The step type it carries out, as in the catalog: <c>ai.chat</c>.</summary>
    string Type { get; }

    /// <summary>
    /// Carries out one attempt. Expected failures are outcomes; an exception is a bug and fails the step with its type name.
    /// Honour the token at once: it is the run's cancel and the attempt's timeout.
    /// </summary>
    Task<StepOutcome> ExecuteAsync(StepCall call, CancellationToken cancellationToken);
}

/// <summary>One attempt of one step, its templates already rendered.</summary>
public sealed record StepCall
{
    /// <summary>The workspace.</summary>
    public required Guid WorkspaceId { get; init; }

    /// <summary>The flow.</summary>
    public required Guid FlowId { get; init; }

    /// <summary>The run.</summary>
    public required Guid RunId { get; init; }

    /// <summary>The member the run acts for.</summary>
    public required Guid UserId { get; init; }

    /// <summary>Where the step stands in the run: <c>ask</c>, <c>each[3]/ask</c>.</summary>
    public required string Path { get; init; }

    /// <summary>1 for the first attempt.</summary>
    public required int Attempt { get; init; }

    /// <summary>Stable over restarts of the server for this run, path and attempt; use it as job id or idempotency key.</summary>
    public required Guid AttemptId { get; init; }

    /// <summary>
    /// True when an earlier process had begun this attempt and died: attach to what it began (a job on a node); an executor
    /// that cannot must answer <see cref="StepOutcome.Unknown"/> if the effect may have happened.
    /// </summary>
    public bool Resumed { get; init; }

    /// <summary>The step's definition.</summary>
    public required FlowStep Step { get; init; }

    /// <summary>The config with every template rendered.</summary>
    public required JsonElement Config { get; init; }

    /// <summary>How many calls deep the run is: 0 for a run of its own.</summary>
    public int Depth { get; init; }

    /// <summary>The run at the top of the calls that led to it; null for a run of its own.</summary>
    public Guid? RootRunId { get; init; }

    /// <summary>How often in a row a run led to this one by calling this server over HTTP.</summary>
    public int Hops { get; init; }

    /// <summary>
    /// Says whether the attempt goes on with another owner (the process stops, or the run moved): stop here, but leave alone what
    /// was begun outside, because the next owner attaches to it.
    /// </summary>
    public Func<bool> IsHandedOver { get; init; } = static () => false;

    /// <summary>
    /// Says that the attempt does nothing here any more until it ends, and only waits for somebody else (a machine, a called run that
    /// rests), so that a called run need not hold its place meanwhile. Never blocks; more than once changes nothing.
    /// </summary>
    public Action OnlyWaits { get; init; } = static () => { };

    /// <summary>How long the attempt may take.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>
    /// Says something live and fleeting: a token of text (<c>text</c>), a log line (<c>stdout</c>, <c>stderr</c>). Cheap; never blocks.
    /// </summary>
    public Action<string, string> Report { get; init; } = static (_, _) => { };
}

/// <summary>How one attempt ended.</summary>
public sealed record StepOutcome
{
    /// <summary>How it ended.</summary>
    public required StepOutcomeKind Kind { get; init; }

    /// <summary>What it put out; JSON null unless it succeeded (a failed command keeps its partial output here).</summary>
    public JsonElement Output { get; init; } = Json.Null;

    /// <summary>The port to leave by.</summary>
    public string Port { get; init; } = "out";

    /// <summary>Why it failed, in words for people, without any secret; null on success.</summary>
    public string? Error { get; init; }

    /// <summary>A stable code of the failure: <c>http.timeout</c>.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>The place in the step at fault, as <c>config.url</c>; null where the code alone says it or nobody knows.</summary>
    public string? ErrorField { get; init; }

    /// <summary>True when the refusal was clear and nothing happened outside (429, 503, could not connect), so a retry is safe.</summary>
    public bool NoEffect { get; init; }

    /// <summary>True when the whole run ends with this failure, whatever the step says about errors and retries.</summary>
    public bool EndsRun { get; init; }

    /// <summary>How long the other side asked to wait before a retry.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The node that did the work, if one did.</summary>
    public Guid? NodeId { get; init; }

    /// <summary>What it used; the engine writes the entries in the same transaction as the step's result.</summary>
    public IReadOnlyList<UsageDraft> Usage { get; init; } = [];

    /// <summary>The step runs of a run it called, which count as the caller's too.</summary>
    public int StepRuns { get; init; }

    /// <summary>The last part of what it logged (standard output and error), for the run's history; null when it logged nothing.</summary>
    public string? Log { get; init; }

    /// <summary>A success.</summary>
    public static StepOutcome Succeeded(JsonElement output, string port = "out") =>
        new() { Kind = StepOutcomeKind.Succeeded, Output = output, Port = port };

    /// <summary>A failure whose effect, if any, is known.</summary>
    public static StepOutcome Failed(string code, string message, bool noEffect = false) =>
        new() { Kind = StepOutcomeKind.Failed, ErrorCode = code, Error = message, NoEffect = noEffect };

    /// <summary>Nobody can say whether the effect happened; a person or a branch decides.</summary>
    public static StepOutcome Unknown(string code, string message) =>
        new() { Kind = StepOutcomeKind.Unknown, ErrorCode = code, Error = message };
}

/// <summary>How one attempt ended.</summary>
public enum StepOutcomeKind
{
    /// <summary>It did what it should.</summary>
    Succeeded,

    /// <summary>It did not, and we know how far it got.</summary>
    Failed,

    /// <summary>We do not know whether it did.</summary>
    Unknown,
}
