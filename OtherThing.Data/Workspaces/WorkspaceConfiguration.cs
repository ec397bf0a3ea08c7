using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OtherThing.Core.Runs.Journal;
using OtherThing.Core.Workspaces;

namespace OtherThing.Data.Workspaces;

internal sealed class WorkspaceConfiguration : IEntityTypeConfiguration<Workspace>
{
    /// <summary>The number that the last card of the workspace got; no property of the type, because only cards that are made change it.</summary>
    public const string LastTaskNumber = "LastTaskNumber";

    public void Configure(EntityTypeBuilder<Workspace> workspace)
    {
        workspace.ToTable("Workspaces");
        workspace.HasKey(w => w.Id);
        workspace.Property(w => w.Slug).HasMaxLength(60);
        workspace.Property(w => w.Name).HasMaxLength(Workspace.MaxName);
        workspace.Property(w => w.Description).HasMaxLength(Workspace.MaxDescription);
        workspace.Property(w => w.InviteCode).HasMaxLength(40);
        workspace.Property(w => w.LeastSandbox).HasMaxLength(20);
        workspace.Ignore(w => w.Retention);
        workspace.Property(w => w.RetentionDays).HasDefaultValue(RunRetention.Default.Days);
        workspace.Property(w => w.RetentionRuns).HasDefaultValue(RunRetention.Default.Runs);
        workspace.Property<int>(LastTaskNumber).Metadata.SetAfterSaveBehavior(
            PropertySaveBehavior.Ignore); // a workspace saved from what was read before counts nothing back
        workspace.HasIndex(w => w.Slug).IsUnique(); // addresses
        workspace.HasIndex(w => w.InviteCode).IsUnique(); // joining by the standing code
        workspace.HasIndex(w => new { w.IsPrivate, w.CreatedAt }); // the public directory
        workspace.HasIndex(w => w.DeletedAt).HasFilter("\"DeletedAt\" IS NOT NULL"); // what goes for good
    }
}
