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
    }
}

/// <summary>Keeps what the database refused, for a month.</summary>
internal static class RefusedRows
{
    public const int MaxReason = 1_000;

    private static readonly TimeSpan s_keptFor = TimeSpan.FromDays(30);

    public static async Task PutAsideAsync(IDbContextFactory<AppDbContext> contexts, RefusedRow row, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var old = row.At - s_keptFor;
        using (await db.EnterWriteLaneAsync(cancellationToken))
        {
            await db.Set<RefusedRow>().Where(r => r.At < old).ExecuteDeleteAsync(cancellationToken);
        }

        db.Add(row with { Table = TextCut.Name(row.Table, 100), Column = TextCut.Name(row.Column, 100), Reason = TextCut.Words(row.Reason, MaxReason) });
        await db.SaveChangesAsync(cancellationToken);
    }
}
