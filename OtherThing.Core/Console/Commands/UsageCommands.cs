using System.Text.Json.Nodes;
using OtherThing.Core.Keys;
using OtherThing.Core.Results;
using OtherThing.Core.Usage;

namespace OtherThing.Core.Console.Commands;

/// <summary>Sums what was used and what it cost.</summary>
public sealed class UsageCommand(UsageService usage, TimeProvider clock) : ConsoleCommand(
    "usage",
    "Sum what was used and what it cost",
    "usage --by flow --since 7d | sum cost",
    new ConsoleFlag("by", "type, provider, model, user, flow, node, key or day", TakesValue: true),
    new ConsoleFlag("since", "Of this time, 30d when not said", TakesValue: true))
{
    /// <inheritdoc/>
    public override async Task<Result<ConsoleOutput>> RunAsync(ConsoleCall call, CancellationToken cancellationToken)
    {
        var word = call.Arguments.Value("by") ?? "type";
        if (!Enum.TryParse<UsageGrouping>(word, ignoreCase: true, out var groupBy) || !Enum.IsDefined(groupBy) || char.IsAsciiDigit(word[0]))
        {
            return ConsoleErrors.Usage($"--by takes {string.Join(", ", Enum.GetNames<UsageGrouping>()).ToLowerInvariant()}, not '{word}'.");
        }

        if (!call.Arguments.Span("since").TryGet(out var since, out var error))
        {
            return error;
        }

        var filter = new UsageFilter { From = since is { } span ? clock.GetUtcNow().UtcDateTime - span : null };
        var summed = await usage.SummarizeAsync(call.Actor, call.WorkspaceId, filter, groupBy, byDay: false, cancellationToken);
        if (!summed.TryGet(out var summary, out error))
        {
            return error;
        }

        var total = summary.Total;
        return ConsoleOutput.Table(
            [word.ToLowerInvariant(), "entries", "tokens", "seconds", "cents"],
            [.. summary.Groups.Take(call.Limit).Select(group => Row(word.ToLowerInvariant(), group))]) with
        {
            Message = $"{ConsoleTime.Day(summary.From)} to {ConsoleTime.Day(summary.To)}: {total.Entries} entries, {total.Tokens} tokens, "
                + $"{total.ComputeSeconds:0.###} s of compute, {total.Cost}",
        };
    }

    private static JsonObject Row(string name, UsageGroup group) => new()
    {
        [name] = group.Label,
        ["entries"] = group.Entries,
        ["tokens"] = group.Tokens,
        ["seconds"] = Math.Round(group.ComputeSeconds, 3),
        ["cents"] = group.CostCents,
        ["key"] = group.Key,
    };
}

/// <summary>Lists keys, masked.</summary>
public sealed class KeysCommand(KeyService keys, Lookup lookup) : ConsoleCommand("keys", "List the provider keys, masked", "keys")
{
    /// <inheritdoc/>
    public override async Task<Result<ConsoleOutput>> RunAsync(ConsoleCall call, CancellationToken cancellationToken)
    {
        if (!(await keys.ListAsync(call.Actor, call.WorkspaceId, new PageRequest(call.Limit), cancellationToken)).TryGet(out var page, out var error))
        {
            return error;
        }

        var names = await lookup.NamesAsync(call, cancellationToken);
        return ConsoleOutput.Table(["key", "provider", "mask", "status", "addedBy", "lastUsed"], [.. page.Items.Select(key => new JsonObject
        {
            ["key"] = key.Name,
            ["provider"] = Json.ToElement(key.Provider).GetString(),
            ["mask"] = key.Mask,
            ["status"] = Json.ToElement(key.Status).GetString(),
            ["addedBy"] = names.GetValueOrDefault(key.AddedBy, "former member"),
            ["lastUsed"] = ConsoleTime.Minute(key.LastUsedAt),
            ["id"] = key.Id.ToString(),
        })]);
    }
}
