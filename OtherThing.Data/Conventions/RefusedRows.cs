using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OtherThing.Core.Results;

namespace OtherThing.Data.Conventions;

internal sealed class RefusedRowConfiguration : IEntityTypeConfiguration<RefusedRow>
{
    public void Configure(EntityTypeBuilder<RefusedRow> row)
    {
        row.ToTable("RefusedRows");
        row.Property(r => r.Id).ValueGeneratedNever();
        row.Property(r => r.Table).HasMaxLength(100);
        row.Property(r => r.Column).HasMaxLength(100);
        row.Property(r => r.Reason).HasMaxLength(RefusedRows.MaxReason);
        row.HasIndex(r => r.SubjectId); // what became of a run or job
        row.HasIndex(r => r.At); // clean-up
        row.HasIndex(r => r.WorkspaceId); // what goes with a workspace
    }
}

/// <summary>Puts aside what the database refused; it goes with its run, or after thirty days.</summary>
internal static class RefusedRows
{
    public const int MaxReason = 1_000;

    public static async Task PutAsideAsync(IDbContextFactory<AppDbContext> contexts, RefusedRow row, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.Add(row with { Table = TextCut.Name(row.Table, 100), Column = TextCut.Name(row.Column, 100), Reason = TextCut.Words(row.Reason, MaxReason) });
        await db.SaveChangesAsync(cancellationToken);
    }
}
