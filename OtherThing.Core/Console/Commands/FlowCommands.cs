using System.Text.Json;
using System.Text.Json.Nodes;
using OtherThing.Core.Access;
using OtherThing.Core.Flows;
using OtherThing.Core.Payloads;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;

namespace OtherThing.Core.Console.Commands;

/// <summary>Lists flows.</summary>
public sealed class FlowsCommand(FlowService flows) : ConsoleCommand("flows", "List the flows", "flows | where published = true")
{
    /// <inheritdoc/>
    public override async Task<Result<ConsoleOutput>> RunAsync(ConsoleCall call, CancellationToken cancellationToken)
    {
        if (!(await flows.ListAsync(call.Actor, call.WorkspaceId, new PageRequest(call.Limit), cancellationToken)).TryGet(out var page, out var error))
        {
            return error;
        }

        return ConsoleOutput.Table(
            ["flow", "name", "version", "published", "changed"],
            [.. page.Items.Select(flow => new JsonObject
            {
                ["flow"] = Lookup.Brief(flow.Id),
                ["name"] = flow.Name,
                ["version"] = flow.Revision,
                ["published"] = flow.PublishedRevision is not null,
                ["changed"] = ConsoleTime.Minute(flow.UpdatedAt),
                ["id"] = flow.Id.ToString(),
            })],
            ConsoleRows.Flow);
    }
}

/// <summary>Starts a flow.</summary>
public abstract class FlowStartCommand(
    RunStartService starts, RunService runs, Lookup lookup, PersonCaps caps, string name) : ConsoleCommand(
    name,
    "Run a flow; --wait waits for its end",
    $"{name} \"Sample flow\" --input topic=tides --wait",
    new ConsoleFlag("input", "A value NAME=VALUE of the input, as often as needed, or a whole JSON object", TakesValue: true),
    new ConsoleFlag("wait", "Wait for the end, up to five minutes"))
{
    /// <inheritdoc/>
    public override async Task<Result<ConsoleOutput>> RunAsync(ConsoleCall call, CancellationToken cancellationToken)
    {
        if (call.Words is not [var word])
        {
            return WrongUse;
        }

        var wait = call.Arguments.Has("wait");
        if (!(wait ? caps.Take(OpenThing.Wait, call.Actor) : Result<PersonCaps.Seat>.Success(PersonCaps.None)).TryGet(out var waiting, out var error))
        {
            return error;
        }

        using var seat = waiting;
        if (!(await lookup.FlowAsync(call, word, cancellationToken)).TryGet(out var flow, out error)
            || !Input(call.Arguments.Values("input")).TryGet(out var input, out error)
            || !(await starts.StartAsync(call.Actor, call.WorkspaceId, flow.Id, input, null, cancellationToken)).TryGet(out var runId, out error))
        {
            return error;
        }

        // Who lost their access while they waited is told that, and not how the run went.
        if (wait && (await runs.WaitAsync(call.Actor, call.WorkspaceId, runId, RunService.LongestWait, cancellationToken)).Error is { } gone)
        {
            return gone;
        }

        if (!(await runs.GetAsync(call.Actor, call.WorkspaceId, runId, cancellationToken)).TryGet(out var detail, out error))
        {
            return error;
        }

        return ConsoleRuns.Tell(detail);
    }

    private static Result<JsonElement?> Input(IReadOnlyList<string> values)
    {
        var input = new JsonObject();
        foreach (var value in values)
        {
            if (value.StartsWith('{') && TryRead(value) is JsonObject whole)
            {
                foreach (var (name, field) in whole)
                {
                    input[name] = field?.DeepClone();
                }
            }
            else if (value.Split('=', 2) is [{ Length: > 0 } name, var field])
            {
                // A number, true, false or JSON is taken as such; anything else is text.
                input[name] = TryRead(field) ?? JsonValue.Create(field);
            }
            else
            {
                return ConsoleErrors.Usage($"--input takes NAME=VALUE or a JSON object, not '{value}'.");
            }
        }

        return values.Count == 0 ? Result<JsonElement?>.Success(null) : JsonSerializer.SerializeToElement(input, Json.Options);
    }

    private static JsonNode? TryRead(string text)
    {
        return PayloadJson.TryRead(text, out var value, out _, PayloadLimits.ValueDepth) ? JsonNode.Parse(value.GetRawText()) : null;
    }
}

/// <summary>The short way to start a flow.</summary>
public sealed class RunCommand(RunStartService starts, RunService runs, Lookup lookup, PersonCaps caps)
    : FlowStartCommand(starts, runs, lookup, caps, "run");

/// <summary>The long way to start a flow, for one called like a word of the run commands.</summary>
public sealed class FlowRunCommand(RunStartService starts, RunService runs, Lookup lookup, PersonCaps caps)
    : FlowStartCommand(starts, runs, lookup, caps, "flow run");
