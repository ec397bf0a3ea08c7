using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OtherThing.Core.Flows;
using OtherThing.Data.Conventions;

namespace OtherThing.Data.Flows;

internal sealed class StepPinConfiguration : IEntityTypeConfiguration<StepPin>
{
    public void Configure(EntityTypeBuilder<StepPin> pin)
    {
        pin.ToTable("StepPins");
        pin.HasKey(p => new { p.FlowId, p.StepId }); // a flow's pins, and whether it has any
        pin.HasIndex(p => p.WorkspaceId); // what goes with a workspace
        pin.Property(p => p.StepId).HasMaxLength(64);
        pin.Property(p => p.Port).HasMaxLength(StepPin.MaxPort);
    }
}

internal sealed class PinStore(IDbContextFactory<AppDbContext> contexts) : IPinStore
{
    public async Task<IReadOnlyList<StepPin>> ListAsync(Guid workspaceId, Guid flowId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<StepPin>().AsNoTracking()
            .Where(p => p.WorkspaceId == workspaceId && p.FlowId == flowId)
            .OrderBy(p => p.StepId).ToListAsync(cancellationToken);
    }

    /// <summary>Of two people who pin the same step at once the later one counts.</summary>
    public Task<bool> PutAsync(StepPin pin, CancellationToken cancellationToken) =>
        UnitOfWork.RunAsync(contexts, unit => PutAsync(unit, pin, cancellationToken), UnitOfWork.OnceMore<bool>, cancellationToken);

    public async Task<bool> DeleteAsync(Guid workspaceId, Guid flowId, string stepId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        using var turn = await db.EnterWriteLaneAsync(cancellationToken);
        return await db.Set<StepPin>().Where(p => p.WorkspaceId == workspaceId && p.FlowId == flowId && p.StepId == stepId)
            .ExecuteDeleteAsync(cancellationToken) == 1;
    }

    private static async Task<bool> PutAsync(UnitOfWork unit, StepPin pin, CancellationToken cancellationToken)
    {
        var db = unit.Db;
        var changed = await db.Set<StepPin>().Where(p => p.FlowId == pin.FlowId && p.StepId == pin.StepId).ExecuteUpdateAsync(
            update => update.SetProperty(p => p.Output, pin.Output).SetProperty(p => p.Port, pin.Port)
                .SetProperty(p => p.PinnedBy, pin.PinnedBy).SetProperty(p => p.PinnedAt, pin.PinnedAt),
            cancellationToken);
        if (changed == 0)
        {
            if (await db.Set<StepPin>().CountAsync(p => p.FlowId == pin.FlowId, cancellationToken) >= StepPin.MostPins)
            {
                return false;
            }

            db.Add(pin);
            await db.SaveChangesAsync(cancellationToken);
        }

        await unit.CommitAsync();
        return true;
    }
}
