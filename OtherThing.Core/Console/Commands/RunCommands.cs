using System.Text.Json;
using System.Text.Json.Nodes;
using OtherThing.Core.Payloads;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Repeat;
using OtherThing.Core.Usage;

namespace OtherThing.Core.Console.Commands;

/// <summary>Lists runs.</summary>
public sealed class RunsCommand(RunService runs, Lookup lookup, TimeProvider clock) : ConsoleCommand(
    "runs",
    "List the latest runs",
    "runs --failed --since 1d",
    new ConsoleFlag("failed", "Only failed ones"),
    new ConsoleFlag("status", "Only queued, running, waiting, succeeded, failed or cancelled ones", TakesValue: true),
    new ConsoleFlag("flow", "Only of this flow", TakesValue: true),
    new ConsoleFlag("trigger", "Only those started by manual, webhook, schedule, flow or rerun", TakesValue: true),
    new ConsoleFlag("by", "Only those that act for this member: @ana, @me", TakesValue: true),
    new ConsoleFlag("text", "Only those with these words in the flow's name or in the error", TakesValue: true),
    new ConsoleFlag("since", "Only younger ones: 12h, 7d", TakesValue: true))
{
    /// <inheritdoc/>
    public override async Task<Result<ConsoleOutput>> RunAsync(ConsoleCall call, CancellationToken cancellationToken)
    {
        var filter = new RunFilter(Status: call.Arguments.Has("failed") ? RunStatus.Failed : null);
        if (call.Arguments.Value("status") is { } word)
        {
            if (!TryRead<RunStatus>(word, out var status))
            {
                return ConsoleErrors.Usage($"'{word}' is no status of a run.");
            }

            filter = filter with { Status = status };
        }

        if (call.Arguments.Value("trigger") is { } what)
        {
            if (!TryRead<RunTrigger>(what, out var trigger))
            {
                return ConsoleErrors.Usage($"--trigger takes manual, webhook, schedule, flow or rerun, not '{what}'.");
            }

            filter = filter with { Trigger = trigger };
        }

        if (call.Arguments.Value("text") is { } text)
        {
            if (!RunFilter.TextLimit.Holds(text))
            {
                return ConsoleErrors.Usage($"--text takes up to {RunFilter.TextLimit}.");
            }

            filter = filter with { Text = text };
        }

        Error? error;
        if (call.Arguments.Value("flow") is { } name)
        {
            if (!(await lookup.FlowAsync(call, name, cancellationToken)).TryGet(out var flow, out error))
            {
                return error;
            }

            filter = filter with { FlowId = flow.Id };
        }

        if (call.Arguments.Value("by") is { } person)
        {
            if (!(await lookup.MemberAsync(call, person, cancellationToken)).TryGet(out var member, out error))
            {
                return error;
            }

            filter = filter with { StartedBy = member.UserId };
        }

        if (!call.Arguments.Span("since").TryGet(out var since, out error))
        {
            return error;
        }

        filter = filter with { From = since is { } span ? clock.GetUtcNow().UtcDateTime - span : null };
        return (await new PageRequest(call.Limit).FillAsync(page => runs.ListAsync(call.Actor, call.WorkspaceId, filter, page, cancellationToken)))
            .TryGet(out var found, out error)
            ? ConsoleOutput.Table(["run", "flow", "status", "started", "seconds", "tokens", "cents"], [.. found.Items.Select(ConsoleRuns.Row)], ConsoleRows.Run)
            : error;
    }

    private static bool TryRead<T>(string word, out T value)
        where T : struct, Enum =>
        Enum.TryParse(word, ignoreCase: true, out value) && Enum.IsDefined(value) && !char.IsAsciiDigit(word[0]);
}

/// <summary>Shows one run.</summary>
public sealed class RunShowCommand(RunService runs, Lookup lookup) : ConsoleCommand("run show", "Show one run and its steps", "run show 1a2b3c4d")
{
    /// <inheritdoc/>
    public override async Task<Result<ConsoleOutput>> RunAsync(ConsoleCall call, CancellationToken cancellationToken)
    {
        if (call.Words is not [var word])
        {
            return WrongUse;
        }

        return (await lookup.RunAsync(call, word, cancellationToken)).TryGet(out var run, out var error)
            && (await runs.GetAsync(call.Actor, call.WorkspaceId, run.Id, cancellationToken)).TryGet(out var detail, out error)
            ? ConsoleRuns.Tell(detail)
            : error;
    }
}

/// <summary>Shows what the steps of a run wrote.</summary>
public abstract class RunLogCommand(RunService runs, Lookup lookup, string name) : ConsoleCommand(
    name, "Show what the steps of a run wrote", $"{name} 1a2b3c4d")
{
    /// <inheritdoc/>
    public override async Task<Result<ConsoleOutput>> RunAsync(ConsoleCall call, CancellationToken cancellationToken)
    {
        if (call.Words is not [var word])
        {
            return WrongUse;
        }

        if (!(await lookup.RunAsync(call, word, cancellationToken)).TryGet(out var run, out var error)
            || !(await runs.GetAsync(call.Actor, call.WorkspaceId, run.Id, cancellationToken)).TryGet(out var detail, out error))
        {
            return error;
        }

        var logs = detail.Steps.Where(step => !string.IsNullOrEmpty(step.Log) || step.Error is not null).ToList();
        var text = logs.Select(step => $"── {step.Path}\n{step.Log?.TrimEnd()}{(step.Error is { } failed ? $"\n{failed.Code}: {failed.Message}" : "")}");
        return ConsoleOutput.Say(
            logs.Count == 0 ? "No step of this run wrote anything." : string.Join('\n', text),
            new JsonArray([.. logs.Select(step => new JsonObject { ["path"] = step.Path, ["log"] = step.Log, ["error"] = step.Error?.Message })]));
    }
}

/// <summary>The short way to a run's log.</summary>
public sealed class LogsCommand(RunService runs, Lookup lookup) : RunLogCommand(runs, lookup, "logs");

/// <summary>The long way to a run's log.</summary>
public sealed class RunLogsCommand(RunService runs, Lookup lookup) : RunLogCommand(runs, lookup, "run logs");

/// <summary>Stops a run.</summary>
public sealed class RunCancelCommand(RunService runs, Lookup lookup) : ConsoleCommand("run cancel", "Stop a run", "run cancel 1a2b3c4d")
{
    /// <inheritdoc/>
    public override async Task<Result<ConsoleOutput>> RunAsync(ConsoleCall call, CancellationToken cancellationToken)
    {
        if (call.Words is not [var word])
        {
            return WrongUse;
        }

        return (await lookup.RunAsync(call, word, cancellationToken)).TryGet(out var run, out var error)
            && (await runs.CancelAsync(call.Actor, call.WorkspaceId, run.Id, cancellationToken)).TryGet(out _, out error)
            ? ConsoleOutput.Say($"Run {Lookup.Brief(run.Id)} cancelled")
            : error;
    }
}

/// <summary>Repeats a run.</summary>
public sealed class RunRetryCommand(RunRepeatService repeats, Lookup lookup) : ConsoleCommand(
    "run retry", "Repeat a run, whole or from a step", "run retry 1a2b3c4d --from ask",
    new ConsoleFlag("from", "The step to begin at; earlier results are taken over", TakesValue: true))
{
    /// <inheritdoc/>
    public override async Task<Result<ConsoleOutput>> RunAsync(ConsoleCall call, CancellationToken cancellationToken)
    {
        if (call.Words is not [var word])
        {
            return WrongUse;
        }

        return (await lookup.RunAsync(call, word, cancellationToken)).TryGet(out var run, out var error)
            && (await repeats.RerunAsync(call.Actor, call.WorkspaceId, run.Id, call.Arguments.Value("from"), null, cancellationToken))
                .TryGet(out var again, out error)
            ? ConsoleOutput.Say($"Run {Lookup.Brief(again)} started", new JsonObject { ["id"] = again.ToString() })
            : error;
    }
}

/// <summary>What the commands about runs share.</summary>
internal static class ConsoleRuns
{
    public static JsonObject Row(Run run) => new()
    {
        ["run"] = Lookup.Brief(run.Id),
        ["flow"] = run.FlowName,
        ["status"] = Json.ToElement(run.Status).GetString(),
        ["started"] = ConsoleTime.Minute(run.StartedAt ?? run.CreatedAt),
        ["seconds"] = ConsoleTime.Seconds(run.StartedAt, run.FinishedAt),
        ["tokens"] = run.Tokens,
        ["cents"] = Money.CentsOf(run.CostUnits),
        ["id"] = run.Id.ToString(),
    };

    public static ConsoleOutput Tell(RunDetail detail)
    {
        var run = detail.Run;
        var steps = detail.Steps.Select(step => new JsonObject
        {
            ["step"] = step.Path,
            ["type"] = step.Type,
            ["status"] = Json.ToElement(step.Status).GetString(),
            ["attempt"] = step.Attempt,
            ["seconds"] = ConsoleTime.Seconds(step.StartedAt, step.FinishedAt),
            ["error"] = step.Error?.Message,
        }).ToList();
        var data = Row(run);
        data["output"] = run.Output is { } output
            ? JsonNode.Parse(output.Text, documentOptions: new JsonDocumentOptions { MaxDepth = PayloadLimits.KeptDepth })
            : null;
        data["error"] = run.Error is { } error ? AsNode(error) : null;
        data["steps"] = new JsonArray([.. steps.Select(step => step.DeepClone())]);
        return ConsoleOutput.Table(["step", "type", "status", "attempt", "seconds", "error"], steps) with
        {
            Message = $"Run {Lookup.Brief(run.Id)} of {run.FlowName}: {Json.ToElement(run.Status).GetString()}"
                + (run.Output is null ? "" : $"\n{ConsoleText.Cell(data["output"])}"),
            Data = data,
        };
    }

    private static JsonNode? AsNode(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return text;
        }
    }
}
