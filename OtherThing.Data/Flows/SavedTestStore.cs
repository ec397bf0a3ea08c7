using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OtherThing.Core.Flows.Tests;
using OtherThing.Core.Results;
using OtherThing.Data.Conventions;

namespace OtherThing.Data.Flows;

internal sealed class SavedTestConfiguration : IEntityTypeConfiguration<SavedTest>
{
    public void Configure(EntityTypeBuilder<SavedTest> test)
    {
        test.ToTable("FlowTests");
        test.Property(t => t.Id).ValueGeneratedNever();
        test.Property(t => t.Name).HasMaxLength(SavedTest.MaxName);
        test.HasIndex(t => new { t.FlowId, t.CreatedAt, t.Id }); // a flow's tests
        test.HasIndex(t => t.WorkspaceId); // what goes with a workspace
    }
}

internal sealed class SavedTestStore(IDbContextFactory<AppDbContext> contexts) : ISavedTestStore
{
    public async Task<bool> TryAddAsync(SavedTest test, int most, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await db.Set<SavedTest>().CountAsync(t => t.FlowId == test.FlowId, cancellationToken) >= most)
        {
            return false;
        }

        db.Add(test);
        await db.SaveChangesAsync(cancellationToken);
        return true;
    }

    public async Task<SavedTest?> FindAsync(Guid workspaceId, Guid flowId, Guid testId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<SavedTest>().AsNoTracking()
            .FirstOrDefaultAsync(t => t.WorkspaceId == workspaceId && t.FlowId == flowId && t.Id == testId, cancellationToken);
    }

    public async Task<Page<SavedTestSummary>> ListAsync(Guid workspaceId, Guid flowId, PageRequest page, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var query = db.Set<SavedTest>().Where(t => t.WorkspaceId == workspaceId && t.FlowId == flowId);
        if (page.Cursor is { } after)
        {
            query = query.Where(t => t.CreatedAt >= after.At && (t.CreatedAt > after.At || t.Id.CompareTo(after.Id) > 0));
        }

        var found = await query.OrderBy(t => t.CreatedAt).ThenBy(t => t.Id)
            .Select(t => new SavedTestSummary(t.Id, t.Name, t.FromRun, t.CreatedBy, t.CreatedAt, t.UpdatedAt))
            .Take(page.Limit + 1).ToListAsync(cancellationToken);
        return found.ToPage(page.Limit, t => new Cursor(t.CreatedAt, t.Id));
    }

    public async Task<IReadOnlyList<Guid>> ListIdsAsync(Guid workspaceId, Guid flowId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<SavedTest>().Where(t => t.WorkspaceId == workspaceId && t.FlowId == flowId)
            .OrderBy(t => t.CreatedAt).ThenBy(t => t.Id).Select(t => t.Id).ToListAsync(cancellationToken);
    }

    public async Task<bool> TrySaveAsync(SavedTest test, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.Update(test);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (DbUpdateConcurrencyException)
        {
            return false;
        }
    }

    public async Task<bool> DeleteAsync(Guid workspaceId, Guid flowId, Guid testId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        using var turn = await db.EnterWriteLaneAsync(cancellationToken);
        return await db.Set<SavedTest>()
            .Where(t => t.WorkspaceId == workspaceId && t.FlowId == flowId && t.Id == testId).ExecuteDeleteAsync(cancellationToken) == 1;
    }
}
