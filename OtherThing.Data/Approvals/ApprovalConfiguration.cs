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
        approval.HasIndex(a => a.RunId); // the run page
        approval.HasIndex(a => a.TaskId); // the card
        approval.HasIndex(a => new { a.WorkspaceId, a.CreatedAt }).IsDescending(false, true); // the list
        approval.HasIndex(a => a.SettledAt); // what is not through
    }
}
