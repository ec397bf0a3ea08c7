using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OtherThing.Core.Audit;

namespace OtherThing.Data.Audit;

/// <summary>The end of a chain: what the next entry is hung on.</summary>
internal sealed class AuditHeadRow
{
    /// <summary>The workspace; <see cref="Guid.Empty"/> for the installation's own chain.</summary>
    public Guid Chain { get; init; }

    public long Sequence { get; set; }

    public required byte[] Hash { get; set; }
}

internal sealed class AuditConfiguration : IEntityTypeConfiguration<AuditEntry>, IEntityTypeConfiguration<AuditHeadRow>
{
    /// <summary>The triggers that let nobody change or delete an entry; a migration makes them.</summary>
    public static readonly string[] Triggers = ["AuditLog_NoUpdate", "AuditLog_NoDelete"];

    /// <summary>The act that most entries tell of.</summary>
    public const string UsualAction = "run.start";

    public void Configure(EntityTypeBuilder<AuditEntry> entry)
    {
        // Named so that SQL Server is not asked to return rows of an insert, which it refuses for a table with triggers.
        entry.ToTable("AuditLog", table =>
        {
            foreach (var trigger in Triggers)
            {
                table.HasTrigger(trigger);
            }
        });
        entry.HasKey(e => e.Id);
        entry.Property(e => e.Id).ValueGeneratedNever();
        entry.Property(e => e.Actor).HasMaxLength(200);
        entry.Property(e => e.Action).HasMaxLength(AuditLog.MaxAction);
        entry.Property(e => e.Target).HasMaxLength(AuditLog.MaxTarget);
        entry.Property(e => e.Detail).HasMaxLength(AuditLog.MaxDetail);
        entry.Property(e => e.Address).HasMaxLength(60);
        entry.Property(e => e.Hash).HasMaxLength(32);
        entry.HasIndex(e => new { e.WorkspaceId, e.At, e.Id }).IsDescending(false, true, true); // the audit list
        entry.HasIndex(e => new { e.ActorId, e.WorkspaceId, e.At, e.Id }).IsDescending(false, false, true, true).HasFilter(
            "\"ActorId\" IS NOT NULL"); // what somebody did
        // Starts of runs are nearly all there is of a busy workspace: they are found in the list as it is, and cost nothing here.
        entry.HasIndex(e => new { e.Action, e.WorkspaceId, e.At, e.Id }).IsDescending(false, false, true, true).HasFilter($"\"Action\" <> '{UsualAction}'");
        entry.HasIndex(e => new { e.Outcome, e.WorkspaceId, e.At, e.Id }).IsDescending(false, false, true, true).HasFilter(
            "\"Outcome\" = 'refused'"); // what was refused
        entry.HasIndex(e => new { e.WorkspaceId, e.Sequence }).IsUnique().HasFilter("[Sequence] > 0"); // the chain
    }

    public void Configure(EntityTypeBuilder<AuditHeadRow> head)
    {
        head.ToTable("AuditHeads");
        head.HasKey(h => h.Chain);
        head.Property(h => h.Chain).ValueGeneratedNever();
        head.Property(h => h.Sequence).IsConcurrencyToken(); // two who write one chain at once: the second looks again
        head.Property(h => h.Hash).HasMaxLength(32);
    }
}
