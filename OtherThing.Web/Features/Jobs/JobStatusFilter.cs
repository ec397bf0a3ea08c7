using System.Diagnostics.CodeAnalysis;
using OtherThing.Core.Jobs;

namespace OtherThing.Web.Features.Jobs;

/// <summary>A status in a query, by the words REST uses.</summary>
internal sealed record JobStatusFilter(JobStatus Status)
{
    public static bool TryParse(string? text, [NotNullWhen(true)] out JobStatusFilter? filter)
    {
        filter = text is not null && text.All(char.IsAsciiLetterLower) && Enum.TryParse<JobStatus>(text, ignoreCase: true, out var status)
            ? new JobStatusFilter(status)
            : null;
        return filter is not null;
    }
}
