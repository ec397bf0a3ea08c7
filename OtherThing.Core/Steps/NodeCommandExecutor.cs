using System.Text.Json;
using System.Text.RegularExpressions;
using OtherThing.Core.Flows;
using OtherThing.Core.Jobs;
using OtherThing.Core.Results;
using OtherThing.Core.Steps.Configs;
using OtherThing.Core.Usage;

namespace OtherThing.Core.Steps;

/// <summary>
/// <c>node.command</c>: a program or a script on a member's machine. The job's id is the attempt's, so that a restarted server
/// attaches to the process it had begun.
/// </summary>
public sealed partial class NodeCommandExecutor(IJobRunner jobs) : IStepExecutor
{
    private const int LogTail = 64 * 1024;

    /// <inheritdoc/>
    public string Type => "node.command";

    /// <inheritdoc/>
    public async Task<StepOutcome> ExecuteAsync(StepCall call, CancellationToken cancellationToken)
    {
        if (!TryRead(call, out var config, out var refusal))
        {
            return refusal;
        }

        call.OnlyWaits();
        var origin = new JobOrigin(call.AttemptId, call.WorkspaceId, call.UserId, call.RunId, call.Path);
        var ran = await jobs.RunAsync(origin, Draft(call, config), call.Report, cancellationToken);
        if (!ran.TryGet(out var result, out var error))
        {
            return StepOutcome.Failed(error.Code.Replace("job.", "node.", StringComparison.Ordinal), error.Message, noEffect: true);
        }

        return Outcome(result) with
        {
            Output = OutputOf(result),
            NodeId = result.NodeId,
            Usage = UsageOf(call, result),
            Log = Log(result),
        };
    }

    private static StepOutcome Outcome(JobResult result) => result switch
    {
        { Status: JobStatus.Succeeded } => StepOutcome.Succeeded(Json.Null),
        { Status: JobStatus.Unknown } => StepOutcome.Unknown("node.unknown", result.Error ?? "Nobody can say whether the command ran."),
        { Status: JobStatus.Lost } => StepOutcome.Failed("node.lost", result.Error ?? "The machine never came back."),
        { Status: JobStatus.Cancelled } => StepOutcome.Failed("node.cancelled", result.Error ?? "The command was stopped."),
        { ErrorCode: { } limit } when JobLimits.IsLimit(limit) => StepOutcome.Failed(limit, result.Error ?? "The command ran into a limit of its machine."),
        { ExitCode: { } code and not 0 } => StepOutcome.Failed("node.exit_code", $"The command ended with exit code {code}{LastLine(result)}"),
        _ => StepOutcome.Failed("node.failed", result.Error ?? "The command failed."),
    };

    private static JobDraft Draft(StepCall call, NodeCommandConfig config) => new(
        config.Script is null ? JobKind.Command : JobKind.Script,
        call.Step.Effects is StepEffects.Pure or StepEffects.Keyed ? JobEffects.Safe : JobEffects.Once,
        new JobSpec
        {
            Command = config.Command ?? [],
            Script = config.Script,
            Shell = config.Script is null ? null : config.Shell,
            Stdin = config.Stdin,
            Env = config.Env ?? new Dictionary<string, string>(),
            Requirements = config.Requirements ?? new JobRequirements(),
            TimeoutSeconds = (int)Math.Clamp(call.Timeout.TotalSeconds, 1, 86_400),
        });

    private static bool TryRead(StepCall call, out NodeCommandConfig config, out StepOutcome refusal)
    {
        (config, refusal) = (null!, null!);
        try
        {
            config = call.Config.Deserialize<NodeCommandConfig>(Json.Options)!;
        }
        catch (JsonException wrong)
        {
            refusal = Invalid($"The config is not what node.command takes, at {wrong.Path}: {wrong.Message.Split(" Path:", 2)[0]}");
            return false;
        }

        refusal = config switch
        {
            { Command: { Count: > 0 }, Script: not null } => Invalid("Give command or script, not both."),
            { Command: null or { Count: 0 }, Script: null } => Invalid("Give command (a program and its arguments) or script with its shell."),
            _ => null!,
        };
        return refusal is null;
    }

    private static JsonElement OutputOf(JobResult result) => Json.ToElement(new
    {
        exitCode = result.ExitCode,
        stdout = result.Stdout,
        stderr = result.Stderr,
        nodeId = result.NodeId,
        seconds = result.Seconds,
        sandbox = result.Sandbox,
        network = result.Network,
    });

    private static IReadOnlyList<UsageDraft> UsageOf(StepCall call, JobResult result) => result.NodeId is { } nodeId && result.Seconds > 0
        ?
        [
            new UsageDraft
            {
                Type = UsageType.Compute,
                CallId = call.AttemptId.ToString(),
                NodeId = nodeId,
                ComputeSeconds = result.Seconds,
                CostUnits = 0,
                CostStatus = CostStatus.Free,
            },
        ]
        : [];

    private static string? Log(JobResult result)
    {
        var text = result.Stderr.Length == 0 ? result.Stdout : result.Stdout + "\n--- stderr ---\n" + result.Stderr;
        return text.Length == 0 ? null : TextCut.Tail(text, LogTail);
    }

    /// <summary>The program's last words: what it said last of what went wrong, or, when it only wrote to its output, there.</summary>
    private static string LastLine(JobResult result)
    {
        var line = LastLine(result.Stderr) is { Length: > 0 } said ? said : LastLine(result.Stdout);
        return line.Length == 0 ? "." : $": {TextCut.Shown(line, 200)}";
    }

    private static string LastLine(string text)
    {
        // A progress bar goes back to the start of its line: what stands there last is what a person saw.
        var line = text.AsSpan().TrimEnd();
        line = line[(line.LastIndexOfAny('\n', '\r') + 1)..].Trim();
        return Colour().Replace(line.ToString(), "");
    }

    [GeneratedRegex("""\u001b\[[0-9;]*[A-Za-z]""")]
    private static partial Regex Colour();

    private static StepOutcome Invalid(string message) => StepOutcome.Failed("node.config_invalid", message, noEffect: true);
}
