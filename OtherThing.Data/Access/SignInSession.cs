using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OtherThing.Data.Access;

/// <summary>One sign-in, on a page or by REST.</summary>
internal sealed class SignInSession
{
    public Guid Id { get; init; }

    public Guid UserId { get; init; }

    public DateTime CreatedAt { get; init; }

    public DateTime ExpiresAt { get; init; }

    /// <summary>The refresh token that is good now; null in a browser.</summary>
    public Guid? RefreshId { get; init; }
}

internal sealed class SignInSessionConfiguration : IEntityTypeConfiguration<SignInSession>
{
    public void Configure(EntityTypeBuilder<SignInSession> session)
    {
        session.ToTable("SignInSessions");
        session.HasKey(s => s.Id); // every request
        session.HasIndex(s => s.UserId); // end all of a person
        session.HasIndex(s => s.ExpiresAt); // clean-up
        session.HasOne<AppUser>().WithMany().HasForeignKey(s => s.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
