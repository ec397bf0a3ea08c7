using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OtherThing.Core.Approvals;
using OtherThing.Core.Tasks;

namespace OtherThing.Data.Approvals;

internal sealed class ApprovalConfiguration : IEntityTypeConfiguration<Approval>
{
    public void Configure(EntityTypeBuilder<Approval> approval)
    {
        approval.ToTable("Approvals");
        approval.HasKey(a => a.Id);
        approval.Property(a => a.Id).ValueGeneratedNever();
        approval.Property(a => a.Title).HasMaxLength(TaskRules.MaxTitle);
        approval.Property(a => a.Text).HasMaxLength(TaskRules.MaxDescription);
        approval.Property(a => a.Note).HasMaxLength(ApprovalService.LongestNote);
        approval.HasIndex(a => new { a.RunId, a.WorkspaceId, a.CreatedAt, a.Id }).IsDescending(false, false, true, true); // the run page
        approval.HasIndex(a => new { a.TaskId, a.WorkspaceId, a.CreatedAt, a.Id }).IsDescending(false, false, true, true); // the card
        approval.HasIndex(a => new { a.WorkspaceId, a.CreatedAt, a.Id }).IsDescending(false, true, true); // the list
        approval.HasIndex(a => new { a.State, a.WorkspaceId, a.CreatedAt, a.Id }).IsDescending(false, false, true, true).HasFilter(
            "\"State\" = 'open'"); // what waits for a decision
        approval.HasIndex(a => a.SettledAt); // what is not through
    }
}
