using System.Text.Json.Nodes;
using OtherThing.Core.Audit;
using OtherThing.Core.Results;

namespace OtherThing.Core.Console.Commands;

/// <summary>Lists what was done and refused.</summary>
public sealed class AuditCommand(AuditService audit, Lookup lookup, TimeProvider clock) : ConsoleCommand(
    "audit",
    "List what was done and refused here",
    "audit --since 1h --actor @ana",
    new ConsoleFlag("since", "Only younger: 12h, 7d", TakesValue: true),
    new ConsoleFlag("actor", "Only by this member", TakesValue: true),
    new ConsoleFlag("action", "Only this act, or all of one thing: flow.publish, flow.*", TakesValue: true),
    new ConsoleFlag("refused", "Only what was refused"))
{
    /// <inheritdoc/>
    public override async Task<Result<ConsoleOutput>> RunAsync(ConsoleCall call, CancellationToken cancellationToken)
    {
        if (!call.Arguments.Span("since").TryGet(out var since, out var error))
        {
            return error;
        }

        Guid? actor = null;
        if (call.Arguments.Value("actor") is { } who)
        {
            if (!(await lookup.MemberAsync(call, who, cancellationToken)).TryGet(out var member, out error))
            {
                return error;
            }

            actor = member.UserId;
        }

        var filter = new AuditFilter(
            since is { } age ? clock.GetUtcNow().UtcDateTime - age : null,
            null,
            actor,
            call.Arguments.Value("action"),
            call.Arguments.Has("refused") ? AuditOutcome.Refused : null);
        var read = await new PageRequest(call.Limit).FillAsync(some => audit.ListAsync(call.Actor, call.WorkspaceId, filter, some, cancellationToken));
        return read.TryGet(out var page, out error)
            ? ConsoleOutput.Table(["at", "actor", "action", "outcome", "target", "detail", "ip"], [.. page.Items.Select(Row)])
            : error;
    }

    private static JsonObject Row(AuditEntry entry) => new()
    {
        ["at"] = ConsoleTime.Minute(entry.At),
        ["actor"] = entry.Actor,
        ["action"] = entry.Action,
        ["outcome"] = entry.Outcome.ToString().ToLowerInvariant(),
        ["target"] = entry.Target,
        ["detail"] = entry.Detail,
        ["ip"] = entry.Address,
        ["id"] = entry.Id.ToString(),
    };
}
