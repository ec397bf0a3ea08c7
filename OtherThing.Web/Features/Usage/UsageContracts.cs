using System.Text.Json;
using OtherThing.Core.Results;
using OtherThing.Core.Usage;
using OtherThing.Web.Hosting.Limits;

namespace OtherThing.Web.Features.Usage;

/// <summary>Something used elsewhere, to be recorded.</summary>
internal sealed record RecordUsageRequest(
    UsageType? Type, string? Provider, string? Model, long? TokensUsed, double? ComputeSeconds, decimal? CostCents, Guid? FlowId);

/// <summary>A usage entry as programs see it.</summary>
internal sealed record UsageEntryResponse(
    Guid Id,
    UsageType Type,
    Guid? FlowId,
    string? FlowName,
    Guid? RunId,
    string? StepPath,
    string? Provider,
    string? Model,
    long? TokensUsed,
    long? InputTokens,
    long? OutputTokens,
    double? ComputeSeconds,
    long? Bytes,
    decimal? CostCents,
    CostStatus CostStatus,
    string? PriceRow,
    Guid? UserId,
    Guid? NodeId,
    Guid? KeyId,
    DateTime Timestamp)
{
    public static UsageEntryResponse From(UsageEntry entry) => new(
        entry.Id, entry.Type, entry.FlowId, entry.FlowName, entry.RunId, entry.StepPath, entry.Provider, entry.Model,
        entry.TokensUsed, entry.InputTokens, entry.OutputTokens, entry.ComputeSeconds, entry.Bytes, entry.CostCents, entry.CostStatus,
        entry.PriceRow, entry.UserId, entry.NodeId, entry.KeyId, entry.Timestamp);
}

/// <summary>One group of a summary.</summary>
internal sealed record UsageGroupResponse(
    string Key, string Label, long Entries, long Unpriced, long Tokens, double ComputeSeconds, decimal? CostCents)
{
    public static UsageGroupResponse From(UsageGroup group) =>
        new(group.Key, group.Label, group.Entries, group.Cost.Unpriced, group.Tokens, group.ComputeSeconds, group.CostCents);
}

/// <summary>A summary.</summary>
internal sealed record UsageSummaryResponse(IReadOnlyList<UsageGroupResponse> Groups, UsageGroupResponse Total, DateTime From, DateTime To)
{
    public static UsageSummaryResponse Of(UsageSummaryResult summary) => new(
        [.. summary.Groups.Select(UsageGroupResponse.From)], UsageGroupResponse.From(summary.Total), summary.From, summary.To);
}

/// <summary>The filters both lists take, as words in the address.</summary>
internal sealed record UsageQuery
{
    public string? From { get; init; }

    public string? To { get; init; }

    public string? Type { get; init; }

    public string? Provider { get; init; }

    public string? Model { get; init; }

    public Guid? FlowId { get; init; }

    public Guid? RunId { get; init; }

    public Guid? UserId { get; init; }

    public Guid? NodeId { get; init; }

    public Guid? KeyId { get; init; }

    public Result<UsageFilter> Read()
    {
        if (!QueryTime.Read(From, "from", "usage.time_invalid").TryGet(out var from, out var wrong)
            || !QueryTime.Read(To, "to", "usage.time_invalid").TryGet(out var to, out wrong))
        {
            return wrong;
        }

        UsageType? type = null;
        if (!string.IsNullOrEmpty(Type) && (type = Word<UsageType>(Type)) is null)
        {
            return Error.Invalid("usage.type_invalid", "type", "type must be api_call, compute or storage.");
        }

        return new UsageFilter
        {
            From = from,
            To = to,
            Type = type,
            Provider = Provider,
            Model = Model,
            FlowId = FlowId,
            RunId = RunId,
            UserId = UserId,
            NodeId = NodeId,
            KeyId = KeyId,
        };
    }

    public static Result<UsageGrouping> ReadGrouping(string? groupBy)
    {
        if (string.IsNullOrEmpty(groupBy))
        {
            return UsageGrouping.Type;
        }

        return Word<UsageGrouping>(groupBy) is { } grouping
            ? grouping
            : Error.Invalid("usage.group_invalid", "groupBy", $"groupBy must be one of {string.Join(", ", Words<UsageGrouping>())}.");
    }

    private static TEnum? Word<TEnum>(string text)
        where TEnum : struct, Enum =>
        Enum.GetValues<TEnum>().Where(value => Say(value) == text).Select(value => (TEnum?)value).FirstOrDefault();

    private static IEnumerable<string> Words<TEnum>()
        where TEnum : struct, Enum => Enum.GetValues<TEnum>().Select(Say);

    private static string Say<TEnum>(TEnum value)
        where TEnum : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
