using Microsoft.Extensions.Logging;
using OtherThing.Core.Access;
using OtherThing.Core.Flows.Exchange;
using OtherThing.Core.Flows.Validation;
using OtherThing.Core.Live;
using OtherThing.Core.Results;

namespace OtherThing.Core.Flows;

/// <summary>How a flow comes to be: made, copied, or read from a file.</summary>
public sealed partial class FlowService
{
    /// <summary>Makes a flow (A28).</summary>
    /// <returns>The flow, or <c>flow.name_invalid</c>, <c>flow.description_too_long</c>, <c>flow.invalid</c>.</returns>
    public async Task<Result<Flow>> CreateAsync(
        Actor actor, Guid workspaceId, string? name, string? description, FlowDocument definition, CancellationToken cancellationToken)
    {
        var entered = await door.EnterAsync(actor, workspaceId, Operations.FlowEdit, cancellationToken);
        if (!entered.TryGet(out var entry, out var refusal))
        {
            return refusal;
        }

        if (CheckNames(name ?? "", description) is { } invalid)
        {
            return invalid;
        }

        if (FlowValidator.Validate(definition) is { Count: > 0 } problems)
        {
            return FlowErrors.Invalid(problems, definition);
        }

        if (await references.RefuseAsync(workspaceId, definition, null, cancellationToken) is { } foreign)
        {
            return foreign;
        }

        if (!(await ToKeepAsync(workspaceId, definition, cancellationToken)).TryGet(out var kept, out var unkept))
        {
            return unkept;
        }

        var flow = new Flow(workspaceId, name!.Trim(), description ?? "", kept, entry.UserId, Now);
        await flows.AddAsync(flow, cancellationToken);
        LogCreated(flow.Id, workspaceId);
        await TellMadeAsync(actor, flow, "flow.create", flow.Name, cancellationToken);
        return flow;
    }

    /// <summary>Makes a copy in the same workspace (A28).</summary>
    /// <returns>The copy, or <c>flow.not_found</c>.</returns>
    public async Task<Result<Flow>> DuplicateAsync(Actor actor, Guid workspaceId, Guid flowId, CancellationToken cancellationToken)
    {
        var entered = await door.EnterAsync(actor, workspaceId, Operations.FlowEdit, cancellationToken);
        if (!entered.TryGet(out var entry, out var refusal))
        {
            return refusal;
        }

        if (await flows.FindAsync(workspaceId, flowId, cancellationToken) is not { } original)
        {
            return FlowErrors.NotFound;
        }

        var name = FlowLimits.FlowName.Less(" (copy)").Cut(original.Name);
        var copy = new Flow(workspaceId, name + " (copy)", original.Description, original.ReadDefinition(), entry.UserId, Now);
        await flows.AddAsync(copy, cancellationToken);
        await TellMadeAsync(actor, copy, "flow.duplicate", $"'{copy.Name}' from flow:{flowId}", cancellationToken);
        return copy;
    }

    /// <summary>
    /// Keeps a flow read from a file as a draft (A28): nothing of it runs, no trigger is on, no key or node is attached. It may have
    /// problems, which the builder shows.
    /// </summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="workspaceId">The workspace.</param>
    /// <param name="imported">The flow, as <see cref="FlowImport.Read(string)"/> gives it.</param>
    /// <param name="name">What to call it; null for its own name.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The flow, or <c>flow.name_invalid</c>, <c>flow.description_too_long</c>, or the reason <paramref name="imported"/> could not be read.</returns>
    public async Task<Result<Flow>> ImportAsync(
        Actor actor, Guid workspaceId, Result<ImportedFlow> imported, string? name, CancellationToken cancellationToken)
    {
        var entered = await door.EnterAsync(actor, workspaceId, Operations.FlowEdit, cancellationToken);
        if (!entered.TryGet(out var entry, out var refusal) || !imported.TryGet(out var read, out refusal))
        {
            return refusal;
        }

        var called = string.IsNullOrWhiteSpace(name) ? read.Name.Trim() : name.Trim();
        called = called.Length == 0 ? "Imported flow" : called;
        if (CheckNames(called, read.Description) is { } invalid)
        {
            return invalid;
        }

        var flow = new Flow(workspaceId, called, read.Description, read.Definition, entry.UserId, Now);
        await flows.AddAsync(flow, cancellationToken);
        LogImported(flow.Id, read.Source, workspaceId);
        await TellMadeAsync(actor, flow, "flow.import", flow.Name, cancellationToken);
        return flow;
    }

    private async Task TellMadeAsync(Actor actor, Flow flow, string act, string detail, CancellationToken cancellationToken)
    {
        feed.Publish(Topic.Workspace(flow.WorkspaceId), new FlowsChanged());
        await audit.AppendAsync(actor, flow.WorkspaceId, Operations.FlowEdit, $"flow:{flow.Id}", detail, act);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Flow {FlowId} of workspace {WorkspaceId} created")]
    private partial void LogCreated(Guid flowId, Guid workspaceId);

    [LoggerMessage(Level = LogLevel.Information, Message = "Flow {FlowId} read from {Source} into workspace {WorkspaceId}")]
    private partial void LogImported(Guid flowId, ImportSource source, Guid workspaceId);
}
