using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OtherThing.Core.Flows;
using OtherThing.Core.Runs;

namespace OtherThing.Data.Runs;

internal sealed class RunConfiguration : IEntityTypeConfiguration<Run>
{
    public void Configure(EntityTypeBuilder<Run> run)
    {
        run.ToTable("Runs");
        run.HasKey(r => r.Id);
        run.Property(r => r.Id).ValueGeneratedNever();
        run.Property(r => r.FlowName).HasMaxLength(FlowLimits.NameUnits);
        run.Property(r => r.TriggerStepId).HasMaxLength(64);
        run.HasIndex(r => new { r.WorkspaceId, r.CreatedAt, r.Id }).IsDescending(false, true, true); // the run list, and the way the purge goes
        run.HasIndex(r => new { r.FlowId, r.WorkspaceId, r.CreatedAt, r.Id }).IsDescending(false, false, true, true); // a flow's runs
        run.HasIndex(r => new { r.Status, r.WorkspaceId, r.CreatedAt, r.Id }).IsDescending(false, false, true, true); // the runs that stand so
        run.HasIndex(r => new { r.FlowId, r.Status, r.WorkspaceId, r.CreatedAt, r.Id }).IsDescending(false, false, false, true, true).HasFilter(
            "\"WakeAt\" IS NULL"); // a flow's runs that ended so
        run.HasIndex(r => new { r.Trigger, r.WorkspaceId, r.CreatedAt, r.Id }).IsDescending(false, false, true, true); // the runs that this started
        run.HasIndex(r => new { r.StartedBy, r.WorkspaceId, r.CreatedAt, r.Id }).IsDescending(false, false, true, true); // the runs that act for somebody
        run.Ignore(r => r.Deadline);
        run.HasIndex(r => new { r.WorkspaceId, r.FlowId, r.CreatedAt }).HasFilter("\"Status\" = 'queued'").HasDatabaseName("IX_Runs_Queued"); // the queue
        run.Property(r => r.Input).HasConversion<RunValueConverter>();
        run.Property(r => r.Output).HasConversion<RunValueConverter>();
        run.Property(r => r.OnlyStep).HasMaxLength(64);
        run.Property(r => r.ParentPath).HasMaxLength(Run.MaxParentPath);
        run.HasIndex(r => r.RootRunId).HasFilter("\"RootRunId\" IS NOT NULL"); // how many runs a run has called
        run.HasIndex(r => r.WakeAt).HasFilter("\"WakeAt\" IS NOT NULL"); // what nobody looks after: the sweeper
    }
}

/// <summary>That a run refers to a value in the blob store.</summary>
internal sealed class RunBlob
{
    public Guid RunId { get; init; }

    public Guid WorkspaceId { get; init; }

    public string Hash { get; init; } = "";

    public long Bytes { get; init; }
}

internal sealed class RunBlobConfiguration : IEntityTypeConfiguration<RunBlob>
{
    public void Configure(EntityTypeBuilder<RunBlob> blob)
    {
        blob.ToTable("RunBlobs");
        blob.HasKey(b => new { b.RunId, b.Hash }); // what a run refers to
        blob.Property(b => b.Hash).HasMaxLength(64);
        blob.HasIndex(b => new { b.WorkspaceId, b.Hash }); // whether anybody still refers to a value
    }
}

internal sealed class RunJournalEntryConfiguration : IEntityTypeConfiguration<RunJournalEntry>
{
    public void Configure(EntityTypeBuilder<RunJournalEntry> entry)
    {
        entry.ToTable("RunJournal");
        entry.HasKey(e => new { e.RunId, e.Sequence }); // a run's history; a second writer of the same place is refused
    }
}
