using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OtherThing.Core.Flows;
using OtherThing.Core.Usage;

namespace OtherThing.Data.Usage;

internal sealed class UsageEntryConfiguration : IEntityTypeConfiguration<UsageEntry>
{
    public void Configure(EntityTypeBuilder<UsageEntry> entry)
    {
        entry.ToTable("UsageEntries");
        entry.HasKey(e => e.Id);
        entry.Property(e => e.Id).ValueGeneratedNever();
        entry.Property(e => e.CallId).HasMaxLength(UsageEntry.MaxCallId);
        entry.Property(e => e.FlowName).HasMaxLength(FlowLimits.NameUnits);
        entry.Property(e => e.StepPath).HasMaxLength(UsageEntry.MaxStepPath);
        entry.Property(e => e.Provider).HasMaxLength(UsageEntry.MaxProvider);
        entry.Property(e => e.Model).HasMaxLength(UsageEntry.MaxModel);
        entry.Property(e => e.PriceRow).HasMaxLength(UsageEntry.MaxPriceRow);
        entry.Ignore(e => e.CostCents);
        entry.HasIndex(e => new { e.WorkspaceId, e.CallId }).IsUnique(); // a call is one entry, however often it is written
        entry.HasIndex(e => new { e.WorkspaceId, e.Timestamp, e.Id }).IsDescending(false, true, true); // the raw list
        entry.HasIndex(e => e.RunId); // what a run cost
    }
}
