using System.Text.Json;
using OtherThing.Core.Flows.Editing;
using OtherThing.Core.Results;

namespace OtherThing.Core.Flows.Validation;

/// <summary>What an id in a flow document stands for.</summary>
public enum FlowReferenceKind
{
    /// <summary>An API key.</summary>
    Key,

    /// <summary>A flow.</summary>
    Flow,

    /// <summary>A member.</summary>
    Member,

    /// <summary>A machine that serves the workspace.</summary>
    Node,
}

/// <summary>An id in a flow document.</summary>
/// <param name="StepId">The step.</param>
/// <param name="Field">Where in the step: <c>config.keyId</c>.</param>
/// <param name="Kind">What it stands for.</param>
/// <param name="Id">The id.</param>
public sealed record FlowReference(string StepId, string Field, FlowReferenceKind Kind, Guid Id);

/// <summary>Knows which ids are of a workspace.</summary>
public interface IFlowReferenceStore
{
    /// <summary>Those of these ids that are of the workspace, by kind.</summary>
    Task<IReadOnlySet<(FlowReferenceKind Kind, Guid Id)>> FindKnownAsync(
        Guid workspaceId, IReadOnlyCollection<(FlowReferenceKind Kind, Guid Id)> ids, CancellationToken cancellationToken);
}

/// <summary>
/// Ids in a document are checked like ids in a path: one that is not of the workspace is refused where it is put in, by step and field.
/// What was in the document before stays, so that a key that was deleted since keeps nobody from editing the rest; an id that a template
/// makes is checked when the step runs.
/// </summary>
public sealed class FlowReferences(IFlowReferenceStore store)
{
    private static readonly (string Field, FlowReferenceKind Kind, string Missing)[] s_fields =
    [
        ("keyId", FlowReferenceKind.Key, "There is no such key in this workspace."),
        ("flowId", FlowReferenceKind.Flow, "There is no such flow in this workspace."),
        ("assigneeId", FlowReferenceKind.Member, "Nobody with this id is a member of this workspace."),
    ];

    private const string NodeMissing = "No machine with this id serves this workspace.";

    /// <summary>What of a document is not of the workspace and was not in the one before.</summary>
    /// <returns>Null, or <c>flow.invalid</c> with every field.</returns>
    public async Task<Error?> RefuseAsync(
        Guid workspaceId, FlowDocument definition, FlowDocument? before, CancellationToken cancellationToken)
    {
        var found = definition.Steps.SelectMany(Of).ToList();
        if (found.Count == 0)
        {
            return null;
        }

        var old = before?.Steps.SelectMany(Of).Select(reference => (reference.Kind, reference.Id)).ToHashSet() ?? [];
        found.RemoveAll(reference => old.Contains((reference.Kind, reference.Id)));
        if (found.Count == 0)
        {
            return null;
        }

        var known = await store.FindKnownAsync(workspaceId, found.Select(reference => (reference.Kind, reference.Id)).ToHashSet(), cancellationToken);
        var missing = found.Where(reference => !known.Contains((reference.Kind, reference.Id))).ToList();
        return missing.Count == 0 ? null : Error.Invalid(
            "flow.invalid",
            $"{Called(definition, missing[0].StepId)}, {missing[0].Field}: {MissingOf(missing[0])}",
            [.. missing.Select(reference => new FieldError($"flow.steps.{reference.StepId}.{reference.Field}", MissingOf(reference)))]);
    }

    /// <summary>The same for an edit, before it is applied.</summary>
    internal Task<Error?> RefuseEditAsync(Guid workspaceId, FlowDocument document, FlowEdit edit, CancellationToken cancellationToken)
    {
        var steps = StepsIn(edit, document).ToList();
        return steps.Count == 0
            ? Task.FromResult<Error?>(null)
            : RefuseAsync(workspaceId, new FlowDocument { Steps = steps }, document, cancellationToken);
    }

    /// <summary>The ids that a step names.</summary>
    internal static IEnumerable<FlowReference> Of(FlowStep? step)
    {
        if (step is not { Id: not null, Config.ValueKind: JsonValueKind.Object } || step.Type == Steps.StepCatalog.Placeholder)
        {
            yield break;
        }

        foreach (var (field, kind, _) in s_fields)
        {
            if (TryReadId(step.Config, field, out var id))
            {
                yield return new FlowReference(step.Id, "config." + field, kind, id);
            }
        }

        if (step.Config.TryGetProperty("requirements", out var requirements) && requirements.ValueKind == JsonValueKind.Object
            && TryReadId(requirements, "nodeId", out var nodeId))
        {
            yield return new FlowReference(step.Id, "config.requirements.nodeId", FlowReferenceKind.Node, nodeId);
        }
    }

    private static string Called(FlowDocument definition, string stepId) =>
        definition.Steps.FirstOrDefault(step => step?.Id == stepId)?.CalledName ?? stepId;

    /// <summary>What is said of an id that is not of the workspace.</summary>
    internal static string MissingOf(FlowReference reference) =>
        reference.Kind == FlowReferenceKind.Node ? NodeMissing : s_fields.First(field => field.Kind == reference.Kind).Missing;

    /// <summary>The empty id stands for what is not chosen yet.</summary>
    private static bool TryReadId(JsonElement config, string field, out Guid id)
    {
        id = default;
        return config.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String && value.TryGetGuid(out id) && id != Guid.Empty;
    }

    /// <summary>What an undo puts back was there before.</summary>
    private static IEnumerable<FlowStep> StepsIn(FlowEdit? edit, FlowDocument document) => edit switch
    {
        AddStep { Restoring: false, Step: { } step } => [step],
        ConfigureStep { Id: { } id, Field: { } field, Value.ValueKind: not JsonValueKind.Undefined } set => [new FlowStep
        {
            Id = id,
            Type = document.Steps.FirstOrDefault(step => step?.Id == id)?.Type ?? "",
            Name = document.Steps.FirstOrDefault(step => step?.Id == id)?.Name,
            Config = Json.ToElement(new Dictionary<string, JsonElement> { [field] = set.Value }),
        }],
        BatchEdit { Edits: { } edits } => edits.SelectMany(one => StepsIn(one, document)),
        _ => [],
    };
}
