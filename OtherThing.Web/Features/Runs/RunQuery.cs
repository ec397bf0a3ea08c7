using System.Text.Json;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Web.Hosting.Limits;

namespace OtherThing.Web.Features.Runs;

/// <summary>The filters of the run list, as words in an address.</summary>
internal sealed record RunQuery
{
    /// <summary>Only of this flow.</summary>
    public Guid? FlowId { get; init; }

    /// <summary>Only those that stand so.</summary>
    public string? Status { get; init; }

    /// <summary>Only those that this started.</summary>
    public string? Trigger { get; init; }

    /// <summary>Only those that act for this person.</summary>
    public Guid? StartedBy { get; init; }

    /// <summary>Accepted at this time or later.</summary>
    public string? From { get; init; }

    /// <summary>Accepted before this time.</summary>
    public string? To { get; init; }

    /// <summary>Words in the flow's name or in the error.</summary>
    public string? Q { get; init; }

    /// <returns>The filter, or <c>run.status_invalid</c>, <c>run.trigger_invalid</c>, <c>run.time_invalid</c>, <c>run.search_too_long</c>.</returns>
    public Result<RunFilter> Read()
    {
        if (!TryRead<RunStatus>(Status, out var status))
        {
            return Error.Invalid("run.status_invalid", "status", "status is queued, running, waiting, succeeded, failed or cancelled.");
        }

        if (!TryRead<RunTrigger>(Trigger, out var trigger))
        {
            return Error.Invalid("run.trigger_invalid", "trigger", "trigger is manual, webhook, schedule, flow or rerun.");
        }

        if (!QueryTime.Read(From, "from", "run.time_invalid").TryGet(out var from, out var wrong)
            || !QueryTime.Read(To, "to", "run.time_invalid").TryGet(out var to, out wrong))
        {
            return wrong;
        }

        if (!RunFilter.TextLimit.Holds(Q))
        {
            return Error.Invalid("run.search_too_long", "q", $"q may have up to {RunFilter.TextLimit}.");
        }

        return new RunFilter(FlowId, status) { Trigger = trigger, StartedBy = StartedBy, From = from, To = to, Text = Q };
    }

    private static bool TryRead<T>(string? text, out T? value)
        where T : struct, Enum
    {
        value = text is null ? null : Enum.GetValues<T>().Cast<T?>()
            .FirstOrDefault(each => JsonNamingPolicy.SnakeCaseLower.ConvertName(each.ToString()!) == text);
        return text is null || value is not null;
    }
}
