using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OtherThing.Core.Flows;

namespace OtherThing.Data.Flows;

internal sealed class FlowConfiguration : IEntityTypeConfiguration<Flow>
{
    public void Configure(EntityTypeBuilder<Flow> flow)
    {
        flow.ToTable("Flows");
        flow.HasKey(f => f.Id);
        flow.Property(f => f.Id).ValueGeneratedNever();
        flow.Property(f => f.Name).HasMaxLength(FlowLimits.NameUnits);
        flow.Property(f => f.Description).HasMaxLength(FlowLimits.Description);
        flow.Ignore(f => f.Settings);
        flow.Property(f => f.Revision).IsConcurrencyToken();
        flow.HasIndex(f => new { f.WorkspaceId, f.UpdatedAt, f.Id }).IsDescending(false, true, true); // the flow list
    }
}

internal sealed class FlowVersionConfiguration : IEntityTypeConfiguration<FlowVersion>
{
    public void Configure(EntityTypeBuilder<FlowVersion> version)
    {
        version.ToTable("FlowVersions");
        version.HasKey(v => new { v.FlowId, v.Number }); // a run's definition, the version list
        version.HasIndex(v => v.WorkspaceId); // what goes with a workspace
        version.HasIndex(v => v.CreatedAt).HasFilter("\"PublishedAt\" IS NULL"); // drafts that ran, which go for good
    }
}
