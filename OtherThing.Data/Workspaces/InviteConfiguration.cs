using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OtherThing.Core.Workspaces;

namespace OtherThing.Data.Workspaces;

internal sealed class InviteConfiguration : IEntityTypeConfiguration<Invite>
{
    public void Configure(EntityTypeBuilder<Invite> invite)
    {
        invite.ToTable("Invites");
        invite.HasKey(i => i.Id);
        invite.Property(i => i.CodeHash).HasMaxLength(64);
        invite.Property(i => i.Email).HasMaxLength(254);
        invite.HasIndex(i => i.CodeHash).IsUnique(); // redemption
        invite.HasIndex(i => new { i.WorkspaceId, i.CreatedAt, i.Id }).IsDescending(false, true, true); // the list
        invite.HasIndex(i => i.ExpiresAt); // what goes for good
        invite.HasOne<Workspace>().WithMany().HasForeignKey(i => i.WorkspaceId).OnDelete(DeleteBehavior.Cascade);
    }
}
