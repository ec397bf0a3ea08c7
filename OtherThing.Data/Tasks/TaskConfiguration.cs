using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OtherThing.Core.Tasks;

namespace OtherThing.Data.Tasks;

internal sealed class TaskConfiguration : IEntityTypeConfiguration<TaskItem>
{
    public void Configure(EntityTypeBuilder<TaskItem> task)
    {
        task.ToTable("Tasks");
        task.HasKey(t => t.Id);
        task.Property(t => t.Title).HasMaxLength(TaskRules.MaxTitle);
        task.Property(t => t.Description).HasMaxLength(TaskRules.MaxDescription);
        task.Property(t => t.Rank).HasMaxLength(200).IsUnicode(false);
        task.HasIndex(t => new { t.WorkspaceId, t.Number }).IsUnique(); // T-12
        task.HasIndex(t => new { t.WorkspaceId, t.Status, t.Rank }).IsUnique(); // the board; two cards never share a place
        task.HasIndex(t => new { t.WorkspaceId, t.CreatedAt }).IsDescending(false, true); // the list
    }
}
