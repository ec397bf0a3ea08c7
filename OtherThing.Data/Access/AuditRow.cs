using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OtherThing.Core.Access;

namespace OtherThing.Data.Access;

/// <summary>One thing somebody did; never changed, never deleted.</summary>
internal sealed class AuditRow
{
    public Guid Id { get; init; }

    public Guid? WorkspaceId { get; init; }

    public ActorKind ActorKind { get; init; }

    public Guid? UserId { get; init; }

    public Guid? TokenId { get; init; }

    public required string Operation { get; init; }

    public required string Subject { get; init; }

    public string? Detail { get; init; }

    public DateTime At { get; init; }
}

internal sealed class AuditRowConfiguration : IEntityTypeConfiguration<AuditRow>
{
    public void Configure(EntityTypeBuilder<AuditRow> row)
    {
        row.ToTable("AuditLog");
        row.HasKey(r => r.Id);
        row.Property(r => r.Operation).HasMaxLength(10);
        row.Property(r => r.Subject).HasMaxLength(200);
        row.Property(r => r.Detail).HasMaxLength(1_000);
        row.HasIndex(r => new { r.WorkspaceId, r.At }).IsDescending(false, true); // the audit list
    }
}
