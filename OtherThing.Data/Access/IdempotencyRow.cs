using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OtherThing.Core.Access;

namespace OtherThing.Data.Access;

/// <summary>A claimed idempotency key; with a status once the request was answered.</summary>
internal sealed class IdempotencyRow
{
    public required string Id { get; init; }

    public required string BodyHash { get; init; }

    public DateTime ClaimedAt { get; init; }

    public int? Status { get; init; }

    public string? ContentType { get; init; }

    public string? Location { get; init; }

    public byte[]? Body { get; init; }

    public Role? Role { get; init; }

    public Scopes Scopes { get; init; }

    public Guid? SubjectId { get; init; }
}

internal sealed class IdempotencyRowConfiguration : IEntityTypeConfiguration<IdempotencyRow>
{
    public void Configure(EntityTypeBuilder<IdempotencyRow> row)
    {
        row.ToTable("IdempotencyKeys");
        row.HasKey(r => r.Id);
        row.Property(r => r.Id).HasMaxLength(64);
        row.Property(r => r.BodyHash).HasMaxLength(64);
        row.Property(r => r.ContentType).HasMaxLength(200);
        row.Property(r => r.Location).HasMaxLength(500);
        row.Property(r => r.Scopes).HasConversion<int>(); // flags have no single name
        row.HasIndex(r => r.ClaimedAt); // clean-up
    }
}
