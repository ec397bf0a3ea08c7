using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Flows;
using OtherThing.Core.Live;
using OtherThing.Core.Results;

namespace OtherThing.Core.Usage;

/// <summary>Sums over a range of time.</summary>
/// <param name="Groups">By group.</param>
/// <param name="Total">Over all groups.</param>
/// <param name="From">From this moment on (UTC, included).</param>
/// <param name="To">Up to this moment (UTC, excluded).</param>
public sealed record UsageSummaryResult(IReadOnlyList<UsageGroup> Groups, UsageGroup Total, DateTime From, DateTime To)
{
    /// <summary>By day and group, when it was asked for.</summary>
    public IReadOnlyList<(DateOnly Day, UsageGroup Group)> Days { get; init; } = [];
}

/// <summary>Something used elsewhere that a person or program records here.</summary>
/// <param name="Type">What kind; required.</param>
/// <param name="Provider">Whose.</param>
/// <param name="Model">Which model.</param>
/// <param name="TokensUsed">Tokens.</param>
/// <param name="ComputeSeconds">Seconds of work.</param>
/// <param name="CostCents">The cost in cents, up to 8 decimals; null when unknown.</param>
/// <param name="FlowId">The flow it was for.</param>
public sealed record ManualUsage(
    UsageType? Type, string? Provider, string? Model, long? TokensUsed, double? ComputeSeconds, decimal? CostCents, Guid? FlowId);

/// <summary>What the workspace used and what it cost.</summary>
public sealed class UsageService(IUsageStore usage, IFlowStore flows, AuditLog audit, ILiveFeed feed, Door door, TimeProvider clock)
{
    /// <summary>The range of a summary when none is named.</summary>
    public static TimeSpan DefaultRange { get; } = TimeSpan.FromDays(30);

    /// <summary>Entries, newest first: all of them for Owner and Admin, one's own for others.</summary>
    /// <returns>A page, or <c>usage.range_invalid</c>.</returns>
    public async Task<Result<Page<UsageEntry>>> ListAsync(
        Actor actor, Guid workspaceId, UsageFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        if (!(await door.EnterAsync(actor, workspaceId, Operations.UsageOwn, cancellationToken)).TryGet(out var entry, out var refusal))
        {
            return refusal;
        }

        if (filter.From > filter.To)
        {
            return RangeInvalid;
        }

        var seesAll = Operations.UsagePerMember.For(entry.Role) == Grant.Allow;
        if (!seesAll && filter.UserId is { } other && other != entry.UserId)
        {
            return Door.Forbidden(Operations.UsagePerMember, entry.Role);
        }

        return await usage.ListAsync(workspaceId, seesAll ? filter : filter with { UserId = entry.UserId }, page, cancellationToken);
    }

    /// <summary>Sums by group. By member and by key it takes the right to see others; a Member sees themselves and their own keys.</summary>
    /// <returns>The sums, or <c>usage.range_invalid</c>.</returns>
    public async Task<Result<UsageSummaryResult>> SummarizeAsync(
        Actor actor, Guid workspaceId, UsageFilter filter, UsageGrouping groupBy, bool byDay, CancellationToken cancellationToken)
    {
        var personal = groupBy is UsageGrouping.User or UsageGrouping.Key || filter.UserId is not null || filter.KeyId is not null;
        var operation = personal ? Operations.UsagePerMember : Operations.UsageTotals;
        if (!(await door.EnterAsync(actor, workspaceId, operation, cancellationToken)).TryGet(out var entry, out var refusal))
        {
            return refusal;
        }

        var to = filter.To ?? clock.GetUtcNow().UtcDateTime;
        var from = filter.From ?? (to - to.TimeOfDay - DefaultRange > DateTime.MinValue ? to.Date - DefaultRange : DateTime.MinValue);
        from = DateTime.SpecifyKind(from, DateTimeKind.Utc);
        if (from > to)
        {
            return RangeInvalid;
        }

        var wanted = filter with { From = from, To = to };
        if (personal && entry.OwnOnly)
        {
            wanted = groupBy == UsageGrouping.Key || filter.KeyId is not null
                ? wanted with { KeysOf = entry.UserId }
                : wanted with { UserId = entry.UserId };
        }

        var groups = await usage.SummarizeAsync(workspaceId, wanted, groupBy, cancellationToken);
        return new UsageSummaryResult(groups, Total(groups), from, to)
        {
            Days = byDay ? await usage.SummarizeByDayAsync(workspaceId, wanted, groupBy, cancellationToken) : [],
        };
    }

    /// <summary>Records something used elsewhere; it is marked as reported by hand.</summary>
    /// <returns>The entry, or <c>usage.invalid</c> with the fields at fault.</returns>
    public async Task<Result<UsageEntry>> RecordAsync(
        Actor actor, Guid workspaceId, ManualUsage manual, CancellationToken cancellationToken)
    {
        if (!(await door.EnterAsync(actor, workspaceId, Operations.UsageRecord, cancellationToken)).TryGet(out var entry, out var refusal))
        {
            return refusal;
        }

        var wrong = ManualUsageRules.Check(manual);
        var flow = manual.FlowId is { } flowId ? await flows.FindAsync(workspaceId, flowId, cancellationToken) : null;
        if (manual.FlowId is not null && flow is null)
        {
            wrong.Add(new FieldError("flowId", "flowId names no flow of this workspace."));
        }

        if (wrong.Count > 0)
        {
            return Error.Invalid("usage.invalid", "The usage cannot be recorded: " + string.Join(" ", wrong.Select(field => field.Message)), wrong);
        }

        var draft = new UsageDraft
        {
            Type = manual.Type!.Value,
            CallId = $"hand:{Guid.CreateVersion7():N}",
            Provider = manual.Provider,
            Model = manual.Model,
            TokensUsed = manual.TokensUsed,
            ComputeSeconds = manual.ComputeSeconds,
            CostUnits = manual.CostCents is { } cents ? Money.FromCents(cents).Units : null,
            CostStatus = CostStatus.ReportedByHand,
        };
        var made = UsageEntry.From(
            draft, workspaceId, flow?.Id, flow?.Name, null, null, entry.UserId, clock.GetUtcNow().UtcDateTime);
        await usage.TryAddAsync(made, cancellationToken);
        await audit.AppendAsync(
            actor, workspaceId, Operations.UsageRecord, $"usage:{made.Id}",
            $"{manual.Type}, {(manual.CostCents is { } paid ? Money.FromCents(paid) : "unpriced")}");
        feed.Publish(Topic.Workspace(workspaceId), new UsageChanged());
        return made;
    }

    private static Error RangeInvalid { get; } = Error.Invalid("usage.range_invalid", "from", "from must not be later than to.");

    private static UsageGroup Total(IReadOnlyList<UsageGroup> groups) => new(
        "total",
        "Total",
        groups.Sum(group => group.Tokens),
        groups.Sum(group => group.ComputeSeconds),
        Cost.Sum(groups.Select(group => group.Cost)));
}

/// <summary>What usage recorded by hand must look like.</summary>
internal static class ManualUsageRules
{
    private const long MaxTokens = 1_000_000_000_000;
    private const double MaxSeconds = 1_000_000_000;

    public static List<FieldError> Check(ManualUsage manual)
    {
        var wrong = new List<FieldError>();
        if (manual.Type is null)
        {
            wrong.Add(new FieldError("type", "type must be api_call, compute or storage."));
        }

        if (manual.Provider is { Length: 0 or > 40 })
        {
            wrong.Add(new FieldError("provider", "provider must be 1 to 40 characters."));
        }

        if (manual.Model is { Length: 0 or > 200 })
        {
            wrong.Add(new FieldError("model", "model must be 1 to 200 characters."));
        }

        if (manual.TokensUsed is < 0 or > MaxTokens)
        {
            wrong.Add(new FieldError("tokensUsed", $"tokensUsed must be 0 to {MaxTokens}."));
        }

        if (manual.ComputeSeconds is { } seconds && !(seconds is >= 0 and <= MaxSeconds))
        {
            wrong.Add(new FieldError("computeSeconds", $"computeSeconds must be 0 to {MaxSeconds}."));
        }

        if (manual.CostCents is < 0 or > Money.MaxCents)
        {
            wrong.Add(new FieldError("costCents", $"costCents must be 0 to {Money.MaxCents}."));
        }

        return wrong;
    }
}
