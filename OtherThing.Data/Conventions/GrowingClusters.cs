using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Audit;
using OtherThing.Core.Jobs;
using OtherThing.Core.Runs;
using OtherThing.Core.Usage;
using OtherThing.Data.Jobs;

namespace OtherThing.Data.Conventions;

/// <summary>
/// SQL Server keeps a table in the order of its clustered key. It compares a UUID from its last bytes on, so also those of version 7 would go
/// all over a large table. The tables that grow without end are kept in the order of time instead; their keys are indexes beside it.
/// </summary>
internal static class GrowingClusters
{
    /// <summary>The column a piece of a log is kept by on SQL Server: it has no time of its own.</summary>
    public const string Place = "Place";

    public static void UseGrowingClusters(this ModelBuilder builder)
    {
        builder.ByTime<Run>(nameof(Run.CreatedAt), nameof(Run.Id));
        builder.ByTime<RunJournalEntry>(nameof(RunJournalEntry.At), nameof(RunJournalEntry.RunId), nameof(RunJournalEntry.Sequence));
        builder.ByTime<Job>(nameof(Job.CreatedAt), nameof(Job.Id));
        builder.ByTime<UsageEntry>(nameof(UsageEntry.Timestamp), nameof(UsageEntry.Id));
        builder.ByTime<AuditEntry>(nameof(AuditEntry.At), nameof(AuditEntry.Id));
        builder.Entity<JobLogRow>().Property<long>(Place).ValueGeneratedOnAdd().UseIdentityColumn();
        builder.ByTime<JobLogRow>(Place);
    }

    private static void ByTime<T>(this ModelBuilder builder, params string[] columns)
        where T : class
    {
        var entity = builder.Entity<T>();
        entity.HasKey([.. entity.Metadata.FindPrimaryKey()!.Properties.Select(property => property.Name)]).IsClustered(false);
        entity.HasIndex(columns).IsUnique().IsClustered(); // the order of the table
    }
}
