using System.Globalization;
using System.Text.Json;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Results;
using OtherThing.Web.Hosting.Limits;

namespace OtherThing.Web.Features.Audit;

/// <summary>An audit entry as programs see it; <c>sequence</c> and <c>hash</c> as <see cref="AuditChain"/> has them.</summary>
internal sealed record AuditEntryResponse(
    Guid Id,
    DateTime At,
    Guid? ActorId,
    string Actor,
    ActorKind ActorKind,
    Guid? TokenId,
    string Action,
    string Target,
    AuditOutcome Outcome,
    string? Detail,
    string? Ip,
    long Sequence,
    string Hash)
{
    public static readonly string[] Columns =
        ["id", "at", "actorId", "actor", "actorKind", "tokenId", "action", "target", "outcome", "detail", "ip", "sequence", "hash"];

    public static AuditEntryResponse From(AuditEntry entry) => new(
        entry.Id, entry.At, entry.ActorId, entry.Actor, entry.ActorKind, entry.TokenId, entry.Action, entry.Target, entry.Outcome, entry.Detail,
        entry.Address, entry.Sequence, Convert.ToHexStringLower(entry.Hash));

    /// <summary>As a line of comma-separated values, in the order of <see cref="Columns"/>.</summary>
    public string ToCsv() => Csv.Line(
        Id.ToString(), At.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture), ActorId?.ToString(), Actor, Name(ActorKind),
        TokenId?.ToString(), Action, Target, Name(Outcome), Detail, Ip, Sequence.ToString(CultureInfo.InvariantCulture), Hash);

    private static string Name<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}

/// <summary>What came of checking a chain.</summary>
internal sealed record AuditVerdictResponse(bool Intact, long Entries, string? Head, Guid? BrokenAt, long? BrokenSequence, string? Reason)
{
    public static AuditVerdictResponse From(AuditVerdict verdict) => new(
        verdict.Intact, verdict.Entries, verdict.Head is { } head ? Convert.ToHexStringLower(head) : null, verdict.BrokenAt?.Id,
        verdict.BrokenAt?.Sequence, verdict.Reason);
}

/// <summary>The filters, as words in the address.</summary>
internal sealed record AuditQuery
{
    public string? From { get; init; }

    public string? To { get; init; }

    public string? Actor { get; init; }

    public string? Action { get; init; }

    public string? Outcome { get; init; }

    public Result<AuditFilter> Read()
    {
        if (!QueryTime.Read(From, "from", "audit.time_invalid").TryGet(out var from, out var wrong)
            || !QueryTime.Read(To, "to", "audit.time_invalid").TryGet(out var to, out wrong))
        {
            return wrong;
        }

        Guid? actor = null;
        if (!string.IsNullOrEmpty(Actor))
        {
            if (!Guid.TryParse(Actor, out var id))
            {
                return Error.Invalid("audit.actor_invalid", "actor", "actor must be the id of a person, as actorId of an entry has it.");
            }

            actor = id;
        }

        AuditOutcome? outcome = null;
        if (!string.IsNullOrEmpty(Outcome))
        {
            outcome = Outcome switch { "done" => AuditOutcome.Done, "refused" => AuditOutcome.Refused, _ => null };
            if (outcome is null)
            {
                return Error.Invalid("audit.outcome_invalid", "outcome", "outcome must be done or refused.");
            }
        }

        return Action is { Length: > AuditLog.MaxAction }
            ? Error.Invalid("audit.action_invalid", "action", "action must be that of an entry, as flow.publish, or all of one thing, as flow.*.")
            : new AuditFilter(from, to, actor, string.IsNullOrEmpty(Action) ? null : Action, outcome);
    }
}
