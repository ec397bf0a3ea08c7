using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OtherThing.Core.Triggers;

namespace OtherThing.Data.Triggers;

internal sealed class TriggerConfiguration : IEntityTypeConfiguration<Trigger>
{
    public void Configure(EntityTypeBuilder<Trigger> trigger)
    {
        trigger.ToTable("Triggers");
        trigger.HasKey(t => t.Id);
        trigger.Property(t => t.Id).ValueGeneratedNever();
        trigger.Property(t => t.StepId).HasMaxLength(64);
        trigger.Property(t => t.Type).HasMaxLength(40);
        trigger.Property(t => t.TokenHash).HasMaxLength(64);
        trigger.Property(t => t.Plan).HasMaxLength(320);
        trigger.Property(t => t.LastNote).HasMaxLength(400);
        trigger.HasIndex(t => t.NextAt); // what is due
        trigger.HasIndex(t => t.WorkspaceId); // what goes with a workspace
        trigger.HasIndex(t => t.TokenHash).IsUnique(); // a delivery
        trigger.HasIndex(t => new { t.FlowId, t.StepId }).IsUnique(); // a flow's triggers; a step has one
    }
}
