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
        entry.HasIndex(e => new { e.RunId, e.WorkspaceId, e.Timestamp, e.Id }).IsDescending(false, false, true, true).HasFilter(
            "\"RunId\" IS NOT NULL"); // what a run cost
        // The raw list of one of each of these.
        entry.HasIndex(e => new { e.Type, e.WorkspaceId, e.Timestamp, e.Id }).IsDescending(false, false, true, true);
        entry.HasIndex(e => new { e.Provider, e.WorkspaceId, e.Timestamp, e.Id }).IsDescending(false, false, true, true).HasFilter("\"Provider\" IS NOT NULL");
        entry.HasIndex(e => new { e.Model, e.WorkspaceId, e.Timestamp, e.Id }).IsDescending(false, false, true, true).HasFilter("\"Model\" IS NOT NULL");
        entry.HasIndex(e => new { e.FlowId, e.WorkspaceId, e.Timestamp, e.Id }).IsDescending(false, false, true, true).HasFilter("\"FlowId\" IS NOT NULL");
        entry.HasIndex(e => new { e.UserId, e.WorkspaceId, e.Timestamp, e.Id }).IsDescending(false, false, true, true).HasFilter("\"UserId\" IS NOT NULL");
        entry.HasIndex(e => new { e.NodeId, e.WorkspaceId, e.Timestamp, e.Id }).IsDescending(false, false, true, true).HasFilter("\"NodeId\" IS NOT NULL");
        entry.HasIndex(e => new { e.KeyId, e.WorkspaceId, e.Timestamp, e.Id }).IsDescending(false, false, true, true).HasFilter("\"KeyId\" IS NOT NULL");
    }
}
