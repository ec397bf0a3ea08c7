using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Live;
using OtherThing.Core.Results;

namespace OtherThing.Core.Flows.Editing;

/// <summary>
/// Flows that are open in a builder: everybody's edits of one flow go through one session, in one order, and are saved by themselves.
/// </summary>
public sealed partial class FlowSessions(
    FlowService flows, IFlowStore store, EditAdmission admission, AuditLog audit, IAccountStore accounts, ILiveFeed feed, TimeProvider clock,
    ILogger<FlowSessions> logger) : IAsyncDisposable
{
    /// <summary>How long edits wait for more before they are saved.</summary>
    public static TimeSpan SaveAfter { get; } = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<Guid, Lazy<FlowSession>> _sessions = new();

    /// <summary>How many flows are open.</summary>
    public int OpenCount => _sessions.Count;

    /// <summary>Opens a flow in a builder (A27; each edit asks for A28). Dispose the editor to leave.</summary>
    /// <returns>The editor, or <c>flow.not_found</c>.</returns>
    public async Task<Result<FlowEditor>> OpenAsync(Actor actor, Guid workspaceId, Guid flowId, CancellationToken cancellationToken)
    {
        var found = await flows.GetAsync(actor, workspaceId, flowId, cancellationToken);
        if (!found.TryGet(out var flow, out var refusal))
        {
            return refusal;
        }

        var name = actor.UserId is { } userId && await accounts.FindAsync(userId, cancellationToken) is { } account ? account.DisplayName : "";
        while (true)
        {
            var opened = false;
            var session = _sessions.GetOrAdd(flowId, _ => new Lazy<FlowSession>(() =>
            {
                opened = true;
                return new FlowSession(this, flow);
            })).Value;
            var editor = new FlowEditor(session, actor, name);
            if (session.TryJoin(editor))
            {
                if (opened)
                {
                    // An earlier session may have saved on its way out, after we read the flow.
                    await session.CatchUpAsync(cancellationToken);
                }

                return editor;
            }

            Forget(session);
        }
    }

    /// <summary>Saves what is unsaved and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var session in _sessions.Values)
        {
            await session.Value.CloseAsync();
        }
    }

    internal FlowService Flows => flows;

    internal IFlowStore Store => store;

    internal EditAdmission Admission => admission;

    internal ILiveFeed Feed => feed;

    internal TimeProvider Clock => clock;

    internal void Tell(Actor actor, Guid workspaceId, Guid flowId) =>
        audit.PostSeldom(actor, workspaceId, Operations.FlowEdit, $"flow:{flowId}", "edited in the builder");

    internal void Forget(FlowSession session)
    {
        if (_sessions.TryGetValue(session.FlowId, out var known) && known.Value == session)
        {
            _sessions.TryRemove(new KeyValuePair<Guid, Lazy<FlowSession>>(session.FlowId, known));
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Edits of flow {FlowId} could not be saved: {Code}")]
    internal partial void LogNotSaved(Guid flowId, string code);

    [LoggerMessage(Level = LogLevel.Error, Message = "Saving flow {FlowId} failed; it is tried again")]
    internal partial void LogSaveFailed(Exception exception, Guid flowId);
}
