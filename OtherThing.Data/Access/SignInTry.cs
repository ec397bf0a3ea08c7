using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OtherThing.Data.Access;

/// <summary>How often somebody was wrong for an address lately.</summary>
internal sealed class SignInTry
{
    /// <summary>SHA-256 of the address as it is compared: what somebody typed need not be an address, or theirs.</summary>
    public required string Id { get; init; }

    public int Wrong { get; init; }

    public DateTime At { get; init; }

    public DateTime? LockedUntil { get; init; }
}

internal sealed class SignInTryConfiguration : IEntityTypeConfiguration<SignInTry>
{
    public void Configure(EntityTypeBuilder<SignInTry> row)
    {
        row.ToTable("SignInTries");
        row.HasKey(r => r.Id);
        row.Property(r => r.Id).HasMaxLength(64);
        row.HasIndex(r => r.At); // clean-up
    }
}
