using System.Globalization;
using Microsoft.Extensions.Logging;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Live;
using OtherThing.Core.Results;

namespace OtherThing.Core.Flows.Versions;

/// <summary>Which version of a flow is meant: its draft, its published one, or a kept one by number.</summary>
/// <param name="Number">The number of a kept version; null for the draft or the published one.</param>
/// <param name="Published">With no number: true for the published one, false for the draft.</param>
public readonly record struct FlowVersionChoice(int? Number, bool Published = false)
{
    /// <summary>The draft.</summary>
    public static FlowVersionChoice Draft { get; } = new(null);

    /// <summary>Reads a caller's word: <c>draft</c>, <c>published</c> or a number.</summary>
    /// <returns>The choice, or <c>flow.version_invalid</c>.</returns>
    public static Result<FlowVersionChoice> Parse(string? text) => text switch
    {
        "draft" => Draft,
        "published" => new FlowVersionChoice(null, Published: true),
        _ when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => new FlowVersionChoice(number),
        _ => Error.Invalid("flow.version_invalid", "version", "A version is its number, draft or published."),
    };
}

/// <summary>Two versions of a flow and what differs between them.</summary>
/// <param name="Before">The older one, or the one compared with.</param>
/// <param name="After">The other.</param>
/// <param name="Diff">What differs, from the first to the second.</param>
public sealed record FlowComparison(FlowDocument Before, FlowDocument After, FlowDiff Diff);

/// <summary>A flow's history: its kept versions, what differs between two of them, and the way back to one.</summary>
public sealed partial class FlowVersionService(
    IFlowStore flows, Door door, AuditLog audit, ILiveFeed feed, TimeProvider clock, ILogger<FlowVersionService> logger)
{
    /// <summary>The versions that were published or run, newest first (A27).</summary>
    /// <returns>The page, or <c>flow.not_found</c>.</returns>
    public async Task<Result<Page<FlowVersionSummary>>> ListAsync(
        Actor actor, Guid workspaceId, Guid flowId, PageRequest page, CancellationToken cancellationToken) =>
        (await FindAsync(actor, workspaceId, flowId, cancellationToken)).TryGet(out _, out var refusal)
            ? await flows.ListVersionsAsync(workspaceId, flowId, page, cancellationToken)
            : refusal;

    /// <summary>One kept version with its document (A27).</summary>
    /// <returns>The version, or <c>flow.not_found</c>, <c>flow.version_not_found</c>.</returns>
    public async Task<Result<FlowVersion>> GetAsync(Actor actor, Guid workspaceId, Guid flowId, int number, CancellationToken cancellationToken)
    {
        if (!(await FindAsync(actor, workspaceId, flowId, cancellationToken)).TryGet(out _, out var refusal))
        {
            return refusal;
        }

        return await flows.FindVersionAsync(flowId, number, cancellationToken) is { } version ? version : FlowErrors.VersionNotFound(number);
    }

    /// <summary>What differs between two versions, from the first to the second (A27).</summary>
    /// <returns>Both and the difference, or <c>flow.not_found</c>, <c>flow.version_not_found</c>, <c>flow.not_published</c>.</returns>
    public async Task<Result<FlowComparison>> CompareAsync(
        Actor actor, Guid workspaceId, Guid flowId, FlowVersionChoice from, FlowVersionChoice to, CancellationToken cancellationToken)
    {
        if (!(await FindAsync(actor, workspaceId, flowId, cancellationToken)).TryGet(out var flow, out var refusal)
            || !(await ReadAsync(flow, from, cancellationToken)).TryGet(out var before, out refusal)
            || !(await ReadAsync(flow, to, cancellationToken)).TryGet(out var after, out refusal))
        {
            return refusal;
        }

        return new FlowComparison(before, after, FlowDiff.Between(before, after));
    }

    /// <summary>Makes a kept version the draft again (A28); the draft it replaces is kept as a version, so this can be taken back.</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="workspaceId">The workspace.</param>
    /// <param name="flowId">The flow.</param>
    /// <param name="number">The version to go back to.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The flow with its new draft, or <c>flow.not_found</c>, <c>flow.version_not_found</c>, <c>flow.changed</c>.</returns>
    public async Task<Result<Flow>> RestoreAsync(Actor actor, Guid workspaceId, Guid flowId, int number, CancellationToken cancellationToken)
    {
        var entered = await door.EnterAsync(actor, workspaceId, Operations.FlowEdit, cancellationToken);
        if (!entered.TryGet(out var entry, out var refusal))
        {
            return refusal;
        }

        if (await flows.FindAsync(workspaceId, flowId, cancellationToken) is not { } flow)
        {
            return FlowErrors.NotFound;
        }

        if (await flows.FindVersionAsync(flowId, number, cancellationToken) is not { } version)
        {
            return FlowErrors.VersionNotFound(number);
        }

        if (!FlowJson.Parse(version.Definition).TryGet(out var definition, out refusal))
        {
            return refusal;
        }

        var (loaded, now) = (flow.Revision, clock.GetUtcNow().UtcDateTime);
        await flows.KeepVersionAsync(new FlowVersion(flow, entry.UserId, now), cancellationToken);
        flow.Change(null, null, definition, now);
        if (!await flows.TrySaveAsync(flow, loaded, cancellationToken))
        {
            return FlowErrors.Changed(loaded, loaded + 1, byHeader: false);
        }

        LogRestored(flowId, number, flow.Revision);
        await audit.AppendAsync(actor, workspaceId, Operations.FlowEdit, $"flow:{flowId}", $"back to version {number}", "flow.restore");
        feed.Publish(Topic.Workspace(workspaceId), new FlowsChanged());
        feed.Publish(Topic.Flow(flowId), new FlowSaved(flow.Revision));
        return flow;
    }

    private async Task<Result<Flow>> FindAsync(Actor actor, Guid workspaceId, Guid flowId, CancellationToken cancellationToken)
    {
        if ((await door.EnterAsync(actor, workspaceId, Operations.FlowRead, cancellationToken)).Error is { } refusal)
        {
            return refusal;
        }

        return await flows.FindAsync(workspaceId, flowId, cancellationToken) is { } flow ? flow : FlowErrors.NotFound;
    }

    private async Task<Result<FlowDocument>> ReadAsync(Flow flow, FlowVersionChoice choice, CancellationToken cancellationToken)
    {
        if (choice is { Number: null, Published: false })
        {
            return flow.ReadDefinition();
        }

        if ((choice.Number ?? flow.PublishedRevision) is not { } number)
        {
            return FlowErrors.NotPublished;
        }

        return await flows.FindVersionAsync(flow.Id, number, cancellationToken) is { } version
            ? FlowJson.Parse(version.Definition)
            : number == flow.Revision ? flow.ReadDefinition() : FlowErrors.VersionNotFound(number);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Flow {FlowId} went back to version {Version} as revision {Revision}")]
    private partial void LogRestored(Guid flowId, int version, int revision);
}
