using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using OtherThing.Core.Jobs.Dispatch;

namespace OtherThing.Core.Nodes.Models;

/// <summary>A machine that serves a workspace, as calls of models see it.</summary>
/// <param name="NodeId">Which machine.</param>
/// <param name="Name">What its owner calls it.</param>
/// <param name="Endpoints">The servers of models that it lends to the workspace; none when its owner does not let it.</param>
/// <param name="IsConnected">True while it has a session.</param>
/// <param name="Away">Why it cannot be asked now; null when it can.</param>
/// <param name="IsExpected">True when it was heard so lately that it is probably only coming back.</param>
internal sealed record ModelMachine(
    Guid NodeId, string Name, IReadOnlyList<ModelEndpoint> Endpoints, bool IsConnected, string? Away, bool IsExpected)
{
    /// <summary>True when one of its endpoints has the model, whether or not it can be asked now.</summary>
    public bool Has(string model) => Endpoints.Any(endpoint => endpoint.Find(model) is not null);
}

/// <summary>
/// Which machines serve which models to a workspace. What was read of the database counts for a second at most; who is connected is known at once.
/// </summary>
public sealed class ModelMachines(INodeStore store, NodeLinks links, TimeProvider clock, IOptions<NodesOptions> options)
{
    private const int MostKnown = 1_000;
    private const int MostNames = 5;
    private static readonly TimeSpan s_lifetime = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<Guid, Known> _known = new();
    private readonly long _startedAt = clock.GetTimestamp();

    /// <summary>Why a model cannot be asked in a workspace, and what to do about it; null when it can.</summary>
    public async Task<string?> MissingAsync(Guid workspaceId, string model, CancellationToken cancellationToken) =>
        Missing(await ReadAsync(workspaceId, fresh: true, cancellationToken), model);

    /// <inheritdoc cref="MissingAsync"/>
    internal static string? Missing(IReadOnlyList<ModelMachine> machines, string model)
    {
        var having = machines.Where(machine => machine.Has(model)).ToList();
        if (having.Any(machine => machine.Away is null))
        {
            return null;
        }

        if (having.Count > 0)
        {
            return $"{string.Join(" ", having.Take(MostNames).Select(machine => $"{machine.Name} has {model}, but {machine.Away}."))} "
                + "Start its agent again, or let another machine serve the model.";
        }

        var served = machines.Where(machine => machine.Away is null).SelectMany(machine => machine.Endpoints).SelectMany(endpoint => endpoint.Models)
            .Select(other => other.Name).Distinct(StringComparer.Ordinal).ToList();
        return served.Count > 0
            ? $"No machine of this workspace serves {model}. They serve {string.Join(", ", served.Take(MostNames))}"
                + $"{(served.Count > MostNames ? $" and {served.Count - MostNames} more" : "")}: choose one of them, or load {model} on one of the machines."
            : $"No machine of this workspace serves {model}. Start Ollama on one and allow models: otherthing-node policy set --allow model";
    }

    internal INodeSession? SessionOf(Guid nodeId) => links.Find(nodeId)?.Session;

    internal async Task<IReadOnlyList<ModelMachine>> ReadAsync(Guid workspaceId, bool fresh, CancellationToken cancellationToken)
    {
        if (fresh || !_known.TryGetValue(workspaceId, out var known) || clock.GetElapsedTime(known.ReadAt) >= s_lifetime)
        {
            if (_known.Count >= MostKnown)
            {
                _known.Clear();
            }

            var readAt = clock.GetTimestamp();
            _known[workspaceId] = known = new Known(readAt, await store.ListServingAsync(workspaceId, cancellationToken));
        }

        return [.. known.Records.Select(record => Look(record, workspaceId))];
    }

    private ModelMachine Look(NodeRecord record, Guid workspaceId)
    {
        var node = record.Node;
        var link = links.Find(node.Id);
        var lends = node.Facts.Kinds.Contains(NodeKinds.Model) && (node.Facts.OnlyWorkspaces is not { Count: > 0 } only || only.Contains(workspaceId));
        var seen = link?.LastBeatAt ?? node.LastSeenAt;
        var silent = seen is { } heard ? clock.GetUtcNow().UtcDateTime - heard : TimeSpan.MaxValue;
        return new ModelMachine(
            node.Id, node.Name, lends ? node.Facts.Endpoints : [], link?.Session is not null,
            NodeProfile.Of(node).Closed
                ?? (link?.Session is null ? "it is not connected" : silent >= options.Value.Unreachable ? "it does not answer" : null),
            // A server that has just started knows nobody yet.
            silent < options.Value.Unreachable || (silent < options.Value.Lease + clock.GetElapsedTime(_startedAt) && IsYoung));
    }

    private bool IsYoung => clock.GetElapsedTime(_startedAt) < options.Value.Unreachable;

    private sealed record Known(long ReadAt, IReadOnlyList<NodeRecord> Records);
}
