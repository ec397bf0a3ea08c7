using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OtherThing.Core.Access;

namespace OtherThing.Data.Access;

internal sealed class PersonalTokenConfiguration : IEntityTypeConfiguration<PersonalToken>
{
    public void Configure(EntityTypeBuilder<PersonalToken> token)
    {
        token.ToTable("PersonalTokens");
        token.HasKey(t => t.Id);
        token.Property(t => t.Name).HasMaxLength(PersonalToken.MaxName);
        token.Property(t => t.Hash).HasMaxLength(64);
        token.Property(t => t.Scopes).HasConversion<int>(); // flags have no single name
        token.HasIndex(t => t.Hash).IsUnique(); // every request with a token
        token.HasIndex(t => t.UserId); // the person's list
        token.HasIndex(t => t.ExpiresAt); // what goes for good
        token.HasOne<AppUser>().WithMany().HasForeignKey(t => t.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
