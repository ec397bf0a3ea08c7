using Microsoft.Extensions.Logging;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Flows.Exchange;
using OtherThing.Core.Flows.Validation;
using OtherThing.Core.Live;
using OtherThing.Core.Results;

namespace OtherThing.Core.Flows;

/// <summary>What changes of a flow; null leaves it.</summary>
public sealed record FlowUpdate(string? Name = null, string? Description = null, FlowDocument? Definition = null);

/// <summary>Flows of a workspace: list, read, make, change, duplicate, delete, publish.</summary>
public sealed partial class FlowService(
    IFlowStore flows, IEnumerable<IFlowListener> listeners, FlowReferences references, Door door, AuditLog audit, ILiveFeed feed, TimeProvider clock,
    ILogger<FlowService> logger)
{
    /// <summary>The flows, last changed first (A27).</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="workspaceId">The workspace.</param>
    /// <param name="page">Which page.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="text">Words in the name or the description, in capital letters or not; empty for any. A page may then be short and have a next one.</param>
    public async Task<Result<Page<FlowSummary>>> ListAsync(
        Actor actor, Guid workspaceId, PageRequest page, CancellationToken cancellationToken, string? text = null) =>
        (await door.EnterAsync(actor, workspaceId, Operations.FlowRead, cancellationToken)).Error is { } refusal
            ? refusal
            : await flows.ListAsync(workspaceId, text, page, cancellationToken);

    /// <summary>One flow (A27).</summary>
    /// <returns>The flow, or <c>flow.not_found</c>.</returns>
    public async Task<Result<Flow>> GetAsync(Actor actor, Guid workspaceId, Guid flowId, CancellationToken cancellationToken)
    {
        if ((await door.EnterAsync(actor, workspaceId, Operations.FlowRead, cancellationToken)).Error is { } refusal)
        {
            return refusal;
        }

        return await flows.FindAsync(workspaceId, flowId, cancellationToken) is { } flow ? flow : FlowErrors.NotFound;
    }

    /// <summary>Changes a flow to something that can run (A28).</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="workspaceId">The workspace.</param>
    /// <param name="flowId">The flow.</param>
    /// <param name="change">What to change.</param>
    /// <param name="expectedVersion">The version the change was made from; null overwrites whatever there is.</param>
    /// <param name="byHeader">True when the version came by If-Match, whose refusal is 412 instead of 409.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The flow, or <c>flow.not_found</c>, <c>flow.changed</c>, <c>flow.invalid</c>.</returns>
    public async Task<Result<Flow>> UpdateAsync(
        Actor actor, Guid workspaceId, Guid flowId, FlowUpdate change, int? expectedVersion, bool byHeader, CancellationToken cancellationToken)
    {
        if ((await door.EnterAsync(actor, workspaceId, Operations.FlowEdit, cancellationToken)).Error is { } refusal)
        {
            return refusal;
        }

        if (change.Definition is { } definition)
        {
            if (FlowValidator.Validate(definition) is { Count: > 0 } problems)
            {
                return FlowErrors.Invalid(problems, definition);
            }

            var before = await flows.FindAsync(workspaceId, flowId, cancellationToken);
            if (before is not null
                && await references.RefuseAsync(workspaceId, definition, before.ReadDefinition(), cancellationToken) is { } foreign)
            {
                return foreign;
            }
        }

        var saved = await SaveAsync(workspaceId, flowId, change, expectedVersion, byHeader, cancellationToken);
        if (saved.TryGet(out var flow, out _))
        {
            await audit.AppendAsync(actor, workspaceId, Operations.FlowEdit, $"flow:{flowId}", $"'{flow.Name}', revision {flow.Revision}");
        }

        return saved;
    }

    /// <summary>
    /// Keeps a draft in the making (A28): unlike <see cref="UpdateAsync"/> it may have problems, which a run or a publish refuses later.
    /// Kept with it are the ids of the acts that made it (<see cref="Flow.RecentActs"/>).
    /// </summary>
    /// <returns>The flow, or <c>flow.not_found</c>, <c>flow.changed</c>, <c>flow.too_large</c>.</returns>
    public async Task<Result<Flow>> SaveDraftAsync(
        Actor actor, Guid workspaceId, Guid flowId, FlowDocument definition, string acts, int expectedVersion, CancellationToken cancellationToken)
    {
        if ((await door.EnterAsync(actor, workspaceId, Operations.FlowEdit, cancellationToken)).Error is { } refusal)
        {
            return refusal;
        }

        if (definition.Steps.Count > FlowLimits.Steps || definition.Connections.Count > FlowLimits.Connections)
        {
            return new Error(
                ErrorKind.TooLarge, "flow.too_large", $"A flow takes up to {FlowLimits.Steps:N0} steps and {FlowLimits.Connections:N0} connections.");
        }

        return await SaveAsync(workspaceId, flowId, new FlowUpdate(Definition: definition), expectedVersion, byHeader: false, cancellationToken, acts);
    }

    /// <summary>The draft as a file (A32); see <see cref="FlowFile"/>.</summary>
    /// <returns>The flow's name and the file's text, or <c>flow.not_found</c>.</returns>
    public async Task<Result<FlowExport>> ExportAsync(Actor actor, Guid workspaceId, Guid flowId, CancellationToken cancellationToken)
    {
        if ((await door.EnterAsync(actor, workspaceId, Operations.FlowExport, cancellationToken)).Error is { } refusal)
        {
            return refusal;
        }

        if (await flows.FindAsync(workspaceId, flowId, cancellationToken) is not { } flow)
        {
            return FlowErrors.NotFound;
        }

        var file = FlowFile.Write(flow.Name, flow.Description, flow.ReadDefinition());
        await audit.AppendAsync(actor, workspaceId, Operations.FlowExport, $"flow:{flowId}", $"'{flow.Name}', revision {flow.Revision}");
        return new FlowExport(FlowFile.NameOf(flow.Name), file);
    }

    /// <summary>Deletes a flow (A31: Members their own only); its runs are kept.</summary>
    /// <returns>Null, or <c>flow.not_found</c>.</returns>
    public async Task<Error?> DeleteAsync(Actor actor, Guid workspaceId, Guid flowId, CancellationToken cancellationToken)
    {
        var entered = await door.EnterAsync(actor, workspaceId, Operations.FlowDelete, cancellationToken);
        if (!entered.TryGet(out var entry, out var refusal))
        {
            return refusal;
        }

        if (await flows.FindAsync(workspaceId, flowId, cancellationToken) is not { } flow)
        {
            return FlowErrors.NotFound;
        }

        if (entry.Refuse(flow.CreatedBy) is { } notYours)
        {
            return notYours;
        }

        if (!await flows.DeleteAsync(workspaceId, flowId, cancellationToken))
        {
            return FlowErrors.NotFound;
        }

        foreach (var listener in listeners)
        {
            await listener.DeletedAsync(workspaceId, flowId, cancellationToken);
        }

        LogDeleted(flowId, workspaceId);
        await audit.AppendAsync(actor, workspaceId, Operations.FlowDelete, $"flow:{flowId}", flow.Name);
        feed.Publish(Topic.Workspace(workspaceId), new FlowsChanged());
        return null;
    }

    /// <summary>Makes the draft the version that triggers run (A29).</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="workspaceId">The workspace.</param>
    /// <param name="flowId">The flow.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <param name="seen">The version of the draft the person looked at; null publishes whatever there is.</param>
    /// <returns>The flow, or <c>flow.not_found</c>, <c>flow.invalid</c>, <c>flow.changed</c>.</returns>
    public async Task<Result<Flow>> PublishAsync(Actor actor, Guid workspaceId, Guid flowId, CancellationToken cancellationToken, int? seen = null)
    {
        var entered = await door.EnterAsync(actor, workspaceId, Operations.FlowPublish, cancellationToken);
        if (!entered.TryGet(out var entry, out var refusal))
        {
            return refusal;
        }

        if (await flows.FindAsync(workspaceId, flowId, cancellationToken) is not { } flow)
        {
            return FlowErrors.NotFound;
        }

        if (seen is { } revision && revision != flow.Revision)
        {
            return FlowErrors.ChangedSinceSeen;
        }

        var definition = flow.ReadDefinition();
        if (FlowValidator.Validate(definition) is { Count: > 0 } problems)
        {
            return FlowErrors.Invalid(problems, definition);
        }

        foreach (var listener in listeners)
        {
            if (await listener.CheckPublishAsync(actor, entry, flow, definition, cancellationToken) is { } reason)
            {
                return reason;
            }
        }

        var version = new FlowVersion(flow, entry.UserId, Now);
        version.MarkPublished(Now);
        flow.Publish(entry.UserId, Now);
        List<PublishedWith> others = [];
        foreach (var listener in listeners)
        {
            if (await listener.PublishingAsync(actor, flow, definition, cancellationToken) is { } other)
            {
                others.Add(other);
            }
        }

        if (!await flows.TryPublishAsync(flow, version, [.. others.SelectMany(other => other.Triggers)], cancellationToken))
        {
            return FlowErrors.Changed(flow.Revision, flow.Revision + 1, byHeader: false);
        }

        foreach (var other in others)
        {
            await other.Done();
        }

        LogPublished(flowId, flow.Revision, workspaceId);
        await audit.AppendAsync(actor, workspaceId, Operations.FlowPublish, $"flow:{flowId}", $"'{flow.Name}', version {flow.Revision}");
        feed.Publish(Topic.Workspace(workspaceId), new FlowsChanged());
        feed.Publish(Topic.Flow(flowId), new FlowPublished(flow.Revision));
        return flow;
    }

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    private static Error? CheckNames(string? name, string? description) =>
        name is not null && (string.IsNullOrWhiteSpace(name) || !FlowLimits.FlowName.Holds(name.Trim())) ? FlowErrors.NameInvalid
        : !FlowLimits.FlowDescription.Holds(description) ? FlowErrors.DescriptionTooLong
        : null;

    private async Task<Result<FlowDocument>> ToKeepAsync(Guid workspaceId, FlowDocument definition, CancellationToken cancellationToken)
    {
        foreach (var listener in listeners)
        {
            if (!(await listener.SavingAsync(workspaceId, definition, cancellationToken)).TryGet(out definition!, out var refusal))
            {
                return refusal;
            }
        }

        return definition;
    }

    private async Task<Result<Flow>> SaveAsync(
        Guid workspaceId, Guid flowId, FlowUpdate change, int? expectedVersion, bool byHeader, CancellationToken cancellationToken, string? acts = null)
    {
        if (CheckNames(change.Name, change.Description) is { } invalid)
        {
            return invalid;
        }

        if (await flows.FindAsync(workspaceId, flowId, cancellationToken) is not { } flow)
        {
            return FlowErrors.NotFound;
        }

        var loaded = flow.Revision;
        if (expectedVersion is { } expected && expected != loaded)
        {
            return FlowErrors.Changed(expected, loaded, byHeader);
        }

        FlowDocument? definition = null;
        if (change.Definition is { } wanted && !(await ToKeepAsync(workspaceId, wanted, cancellationToken)).TryGet(out definition, out var unkept))
        {
            return unkept;
        }

        // What lists show of a draft: its names, and that it differs from what is published. Its steps are followed by who has it open.
        var isSeen = loaded == flow.PublishedRevision || (change.Name?.Trim() is { } name && name != flow.Name)
            || (change.Description is { } description && description != flow.Description);
        flow.Change(change.Name?.Trim(), change.Description, definition, Now, acts);
        if (!await flows.TrySaveAsync(flow, loaded, cancellationToken))
        {
            return FlowErrors.Changed(loaded, loaded + 1, byHeader);
        }

        if (isSeen)
        {
            feed.Publish(Topic.Workspace(workspaceId), new FlowsChanged());
        }

        feed.Publish(Topic.Flow(flowId), new FlowSaved(flow.Revision));
        return flow;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Flow {FlowId} of workspace {WorkspaceId} deleted")]
    private partial void LogDeleted(Guid flowId, Guid workspaceId);

    [LoggerMessage(Level = LogLevel.Information, Message = "Flow {FlowId} version {Version} of workspace {WorkspaceId} published")]
    private partial void LogPublished(Guid flowId, int version, Guid workspaceId);
}
