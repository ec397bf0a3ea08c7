using OtherThing.Core.Access;
using OtherThing.Core.Flows.Validation;
using OtherThing.Core.Keys;
using OtherThing.Core.Nodes.Models;
using OtherThing.Core.Results;

namespace OtherThing.Core.Flows;

/// <summary>What a workspace has of what a flow names: what <see cref="FlowHints"/> knows beside the document.</summary>
public sealed record FlowFacts
{
    /// <summary>Nothing is known, so nothing is said of keys and ids.</summary>
    public static FlowFacts None { get; } = new();

    /// <summary>The providers that the workspace has no key for, by name, with what people call them; null when that may not be seen.</summary>
    public IReadOnlyDictionary<string, string>? WithoutKey { get; init; }

    /// <summary>The provider of each of the workspace's keys; null when that may not be seen.</summary>
    public IReadOnlyDictionary<Guid, string>? Keys { get; init; }

    /// <summary>The ids that were looked for.</summary>
    public IReadOnlySet<(FlowReferenceKind Kind, Guid Id)> Asked { get; init; } = new HashSet<(FlowReferenceKind, Guid)>();

    /// <summary>Those of them that are of the workspace.</summary>
    public IReadOnlySet<(FlowReferenceKind Kind, Guid Id)> Known { get; init; } = new HashSet<(FlowReferenceKind, Guid)>();

    /// <summary>The models of machines that were looked for, with why one cannot be asked and what to do; null for one that can.</summary>
    public IReadOnlyDictionary<string, string?> LocalModels { get; init; } = new Dictionary<string, string?>();

    /// <summary>True when every id and every model of machines in the document was looked for.</summary>
    public bool Covers(FlowDocument flow) =>
        flow.Steps.SelectMany(FlowReferences.Of).All(reference => Asked.Contains((reference.Kind, reference.Id)))
        && FlowHints.LocalModelsOf(flow).All(LocalModels.ContainsKey);
}

/// <summary>Reads what a workspace has of what a flow names.</summary>
public sealed class FlowFactService(
    IFlowReferenceStore references, KeyService keys, ProviderCatalog providers, ModelMachines machines, Door door)
{
    /// <summary>The facts about a flow (A27); of keys only for who may see them (A59).</summary>
    /// <returns>The facts, or <c>workspace.not_found</c>.</returns>
    public async Task<Result<FlowFacts>> ReadAsync(Actor actor, Guid workspaceId, FlowDocument flow, CancellationToken cancellationToken)
    {
        if ((await door.EnterAsync(actor, workspaceId, Operations.FlowRead, cancellationToken)).Error is { } refusal)
        {
            return refusal;
        }

        var asked = flow.Steps.SelectMany(FlowReferences.Of).Select(reference => (reference.Kind, reference.Id)).ToHashSet();
        var found = await ReadKeysAsync(actor, workspaceId, cancellationToken);
        var models = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var model in FlowHints.LocalModelsOf(flow))
        {
            models[model] = await machines.MissingAsync(workspaceId, model, cancellationToken);
        }

        return new FlowFacts
        {
            LocalModels = models,
            Asked = asked,
            Known = asked.Count == 0 ? asked : await references.FindKnownAsync(workspaceId, asked, cancellationToken),
            Keys = found,
            WithoutKey = found is null ? null : providers.All.Where(provider => !found.ContainsValue(provider.Name))
                .ToDictionary(provider => provider.Name, provider => provider.Title, StringComparer.Ordinal),
        };
    }

    private async Task<Dictionary<Guid, string>?> ReadKeysAsync(Actor actor, Guid workspaceId, CancellationToken cancellationToken)
    {
        var found = new Dictionary<Guid, string>();
        for (var page = new PageRequest(PageRequest.MaxLimit); ;)
        {
            if (!(await keys.ListAsync(actor, workspaceId, page, cancellationToken)).TryGet(out var listed, out _))
            {
                return null;
            }

            foreach (var key in listed.Items)
            {
                found[key.Id] = providers[key.Provider].Name;
            }

            if (listed.Next is not { } next || !Cursor.TryParse(next, out var cursor))
            {
                return found;
            }

            page = page with { Cursor = cursor };
        }
    }
}
