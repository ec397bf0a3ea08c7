using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OtherThing.Core.Jobs;
using OtherThing.Data.Conventions;

namespace OtherThing.Data.Jobs;

internal sealed class JobConfiguration : IEntityTypeConfiguration<Job>
{
    public void Configure(EntityTypeBuilder<Job> job)
    {
        job.ToTable("Jobs");
        job.Property(j => j.Id).ValueGeneratedNever();
        job.Property(j => j.StepPath).HasMaxLength(Job.MaxStepPath);
        job.Property(j => j.ErrorCode).HasMaxLength(60);
        job.Property(j => j.Error).HasMaxLength(Job.MaxError);
        job.Property(j => j.Sandbox).HasMaxLength(20);
        job.Property(j => j.Network).HasMaxLength(10);
        job.Property(j => j.LeastSandbox).HasMaxLength(20);
        job.Property(j => j.Spec).IsJson();
        job.Property(j => j.EarlierAttempts).IsJson();
        job.HasIndex(j => new { j.WorkspaceId, j.CreatedAt, j.Id }).IsDescending(false, true, true); // the job list
        job.HasIndex(j => new { j.Status, j.WorkspaceId, j.CreatedAt, j.Id })
            .IsDescending(false, false, true, true); // the jobs that stand so; what was open when the server stopped
        job.HasIndex(j => new { j.RunId, j.WorkspaceId, j.CreatedAt, j.Id }); // what goes with a run; those of no run, the way their purge goes
        job.HasIndex(j => j.BatchId).HasFilter(null); // how a batch stands
        job.HasIndex(j => new { j.NodeId, j.CreatedAt }).IsDescending(false, true); // what ran on a node
    }
}

internal sealed class JobBatchConfiguration : IEntityTypeConfiguration<JobBatch>
{
    public void Configure(EntityTypeBuilder<JobBatch> batch)
    {
        batch.ToTable("JobBatches");
        batch.Property(b => b.Id).ValueGeneratedNever();
        batch.HasIndex(b => b.WorkspaceId); // what goes with a workspace
        batch.Ignore(b => b.Succeeded).Ignore(b => b.Failed).Ignore(b => b.Done);
    }
}

/// <summary>A stored piece of an attempt's output.</summary>
internal sealed class JobLogRow
{
    public Guid AttemptId { get; init; }

    public LogSource Source { get; init; }

    public long Offset { get; init; }

    public byte[] Data { get; init; } = [];

    public long Dropped { get; init; }
}

internal sealed class JobLogConfiguration : IEntityTypeConfiguration<JobLogRow>
{
    public void Configure(EntityTypeBuilder<JobLogRow> log)
    {
        log.ToTable("JobLogs");
        log.HasKey(l => new { l.AttemptId, l.Source, l.Offset }); // an attempt's log in order; a piece is stored once
    }
}

internal sealed class LateResultConfiguration : IEntityTypeConfiguration<LateResult>
{
    public void Configure(EntityTypeBuilder<LateResult> late)
    {
        late.ToTable("JobLateResults");
        late.Property(l => l.Id).ValueGeneratedNever();
        late.HasIndex(l => l.AttemptId); // what else was said of an attempt
    }
}
