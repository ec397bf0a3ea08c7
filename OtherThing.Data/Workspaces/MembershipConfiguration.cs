using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OtherThing.Core.Workspaces;
using OtherThing.Data.Access;

namespace OtherThing.Data.Workspaces;

internal sealed class MembershipConfiguration : IEntityTypeConfiguration<Membership>
{
    public void Configure(EntityTypeBuilder<Membership> membership)
    {
        membership.ToTable("Memberships");
        membership.HasKey(m => new { m.WorkspaceId, m.UserId }); // the door's look-up
        membership.HasIndex(m => new { m.WorkspaceId, m.JoinedAt, m.UserId }); // the list
        membership.HasIndex(m => m.UserId); // a person's workspaces
        membership.HasOne<Workspace>().WithMany().HasForeignKey(m => m.WorkspaceId).OnDelete(DeleteBehavior.Cascade);
        membership.HasOne<AppUser>().WithMany().HasForeignKey(m => m.UserId).OnDelete(DeleteBehavior.Restrict);
    }
}
