using System.Text.Json.Nodes;
using OtherThing.Core.Nodes;
using OtherThing.Core.Results;

namespace OtherThing.Core.Console.Commands;

/// <summary>Lists the machines of the workspace.</summary>
public sealed class NodesCommand(NodeService nodes, Lookup lookup)
    : ConsoleCommand("nodes", "List the machines that serve this workspace", "nodes | where status = ready")
{
    /// <inheritdoc/>
    public override async Task<Result<ConsoleOutput>> RunAsync(ConsoleCall call, CancellationToken cancellationToken)
    {
        if (!(await nodes.ListAsync(call.Actor, call.WorkspaceId, cancellationToken)).TryGet(out var all, out var error))
        {
            return error;
        }

        var names = await lookup.NamesAsync(call, cancellationToken);
        return ConsoleOutput.Table(
            ["node", "status", "owner", "os", "cores", "memoryMb", "gpus", "jobs", "seen"],
            [.. all.Take(call.Limit).Select(node => ConsoleNodes.Row(node, names))]);
    }
}

/// <summary>Shows one machine.</summary>
public sealed class NodeShowCommand(Lookup lookup) : ConsoleCommand("node show", "Show one machine", "node show NAME")
{
    /// <inheritdoc/>
    public override async Task<Result<ConsoleOutput>> RunAsync(ConsoleCall call, CancellationToken cancellationToken)
    {
        if (call.Words is not [var word])
        {
            return WrongUse;
        }

        if (!(await lookup.NodeAsync(call, word, cancellationToken)).TryGet(out var node, out var error))
        {
            return error;
        }

        var row = ConsoleNodes.Row(node, await lookup.NamesAsync(call, cancellationToken));
        row["kinds"] = new JsonArray([.. node.Facts.Kinds.Select(kind => (JsonNode?)kind)]);
        row["sandbox"] = node.Facts.Sandbox;
        var models = node.Facts.Endpoints.SelectMany(endpoint => endpoint.Models).Select(model => model.Loaded == true ? $"{model.Name} (loaded)" : model.Name);
        row["models"] = new JsonArray([.. models.Select(model => (JsonNode?)model)]);
        row["labels"] = new JsonArray([.. node.Facts.Labels.Select(label => (JsonNode?)label)]);
        row["lent"] = $"{node.Lent.CpuCores} cores, {node.Lent.MemoryMb} MiB, {node.Lent.GpuCount} GPUs";
        return ConsoleOutput.Say(string.Join('\n', row.Select(pair => $"{pair.Key,-10}{ConsoleText.Cell(pair.Value)}")), row);
    }
}

/// <summary>Lets a machine finish what it does and gives it nothing new, or takes that back.</summary>
public abstract class NodeSwitchCommand(NodeService nodes, Lookup lookup, bool drain, string name, string summary)
    : ConsoleCommand(name, summary, $"{name} NAME")
{
    /// <inheritdoc/>
    public override async Task<Result<ConsoleOutput>> RunAsync(ConsoleCall call, CancellationToken cancellationToken)
    {
        if (call.Words is not [var word])
        {
            return WrongUse;
        }

        if (!(await lookup.NodeAsync(call, word, cancellationToken)).TryGet(out var node, out var error))
        {
            return error;
        }

        var done = drain
            ? await nodes.DrainAsync(call.Actor, node.Id, cancellationToken)
            : await nodes.ResumeAsync(call.Actor, node.Id, cancellationToken);
        return done.TryGet(out var after, out error) ? ConsoleOutput.Say($"{after.Name} is {after.Status.ToString().ToLowerInvariant()}") : error;
    }
}

/// <summary>Drains a machine.</summary>
public sealed class NodeDrainCommand(NodeService nodes, Lookup lookup)
    : NodeSwitchCommand(nodes, lookup, drain: true, "node drain", "Let a machine finish and give it nothing new");

/// <summary>Resumes a machine.</summary>
public sealed class NodeResumeCommand(NodeService nodes, Lookup lookup)
    : NodeSwitchCommand(nodes, lookup, drain: false, "node resume", "Give a drained machine work again");

/// <summary>What the commands about machines share.</summary>
internal static class ConsoleNodes
{
    public static JsonObject Row(NodeView node, IReadOnlyDictionary<Guid, string> names) => new()
    {
        ["node"] = node.Name,
        ["status"] = Json.ToElement(node.Status).GetString(),
        ["owner"] = names.GetValueOrDefault(node.OwnerId, "former member"),
        ["os"] = node.Facts.Os,
        ["cores"] = node.Facts.Resources.CpuCores,
        ["memoryMb"] = node.Facts.Resources.MemoryMb,
        ["gpus"] = node.Facts.Resources.Gpus.Count,
        ["jobs"] = node.RunningJobs,
        ["seen"] = ConsoleTime.Minute(node.LastSeenAt),
        ["id"] = node.Id.ToString(),
    };
}
