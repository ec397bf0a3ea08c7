using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OtherThing.Core.Tasks;

namespace OtherThing.Data.Tasks;

internal sealed class TaskConfiguration : IEntityTypeConfiguration<TaskItem>
{
    private const string Lives = "\"DeletedAt\" IS NULL";

    public void Configure(EntityTypeBuilder<TaskItem> task)
    {
        task.ToTable("Tasks");
        task.HasKey(t => t.Id);
        task.Property(t => t.Title).HasMaxLength(TaskRules.MaxTitle);
        task.Property(t => t.Description).HasMaxLength(TaskRules.MaxDescription);
        task.Property(t => t.Rank).HasMaxLength(200).IsUnicode(false);
        task.HasIndex(t => new { t.WorkspaceId, t.Number }).IsUnique(); // T-12
        task.HasIndex(t => new { t.WorkspaceId, t.Status, t.Rank }).IsUnique(); // the board; two cards never share a place
        task.HasIndex(t => new { t.WorkspaceId, t.CreatedAt, t.Id }).IsDescending(false, true, true).HasFilter(Lives); // the list
        task.HasIndex(t => new { t.Status, t.WorkspaceId, t.CreatedAt, t.Id }).IsDescending(false, false, true, true).HasFilter(Lives); // the list of a column
        task.HasIndex(t => new { t.AssigneeId, t.WorkspaceId, t.CreatedAt, t.Id }).IsDescending(false, false, true, true).HasFilter(
            Lives); // what somebody has to do
        task.HasIndex(t => new { t.FlowId, t.WorkspaceId, t.CreatedAt, t.Id }).IsDescending(false, false, true, true).HasFilter(
            Lives); // the cards about a flow
        task.HasIndex(t => t.DeletedAt).HasFilter("\"DeletedAt\" IS NOT NULL"); // what goes for good
    }
}
