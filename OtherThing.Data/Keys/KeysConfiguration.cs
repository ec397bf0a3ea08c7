using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OtherThing.Core.Keys;
using OtherThing.Core.Workspaces;

namespace OtherThing.Data.Keys;

internal sealed class ApiKeyConfiguration : IEntityTypeConfiguration<ApiKey>
{
    public void Configure(EntityTypeBuilder<ApiKey> key)
    {
        key.ToTable("ApiKeys");
        key.HasKey(k => k.Id);
        key.Property(k => k.Id).ValueGeneratedNever();
        key.Property(k => k.Name).HasMaxLength(100);
        key.Property(k => k.BaseUrl).HasMaxLength(500);
        key.Property(k => k.Host).HasMaxLength(300);
        key.Property(k => k.Mask).HasMaxLength(20);
        key.Property(k => k.Fingerprint).HasMaxLength(32);
        key.HasIndex(k => new { k.WorkspaceId, k.Fingerprint }).IsUnique(); // the same key is added once
        key.HasIndex(k => new { k.WorkspaceId, k.AddedAt, k.Id }).IsDescending(false, true, true); // the list
        key.HasOne<Workspace>().WithMany().HasForeignKey(k => k.WorkspaceId).OnDelete(DeleteBehavior.Cascade);
    }
}

internal sealed class WorkspaceDataKeyConfiguration : IEntityTypeConfiguration<WorkspaceDataKey>
{
    public void Configure(EntityTypeBuilder<WorkspaceDataKey> key)
    {
        key.ToTable("WorkspaceDataKeys");
        key.HasKey(k => k.WorkspaceId);
        key.Property(k => k.WorkspaceId).ValueGeneratedNever();
        key.Property(k => k.Wrapped).HasMaxLength(2_000);
        key.HasOne<Workspace>().WithOne().HasForeignKey<WorkspaceDataKey>(k => k.WorkspaceId).OnDelete(DeleteBehavior.Cascade);
    }
}
