using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Access;
using OtherThing.Core.Workspaces;

namespace OtherThing.Data.Access;

/// <summary>What the table of one kind of work calls the things that whom it acts for is known by.</summary>
/// <param name="IsOpen">It has not ended.</param>
/// <param name="EndsByItself">Of open work: that nothing else ends, so that it has to be ended when its member is gone.</param>
/// <param name="UserId">The member's column.</param>
/// <param name="Since">What puts the oldest first.</param>
internal sealed record HeldTable<TWork>(
    Expression<Func<TWork, bool>> IsOpen, Expression<Func<TWork, bool>> EndsByItself, string UserId, Expression<Func<TWork, DateTime?>> Since);

internal sealed class HolderStore<TWork>(IDbContextFactory<AppDbContext> contexts, HeldTable<TWork> table) : IHolderStore<TWork>
    where TWork : class
{
    private const string Id = "Id";
    private const string WorkspaceId = "WorkspaceId";

    public async Task<IReadOnlyList<HeldWork>> FindWithoutRoleAsync(
        IReadOnlyCollection<Role> roles, int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<TWork>().Where(table.IsOpen).Where(table.EndsByItself)
            .Where(w => !db.Set<Membership>().Any(m => m.WorkspaceId == EF.Property<Guid>(w, WorkspaceId)
                && m.UserId == EF.Property<Guid>(w, table.UserId) && roles.Contains(m.Role)
                && db.Set<Workspace>().Any(known => known.Id == m.WorkspaceId && known.DeletedAt == null)))
            .OrderBy(table.Since)
            .Select(w => new HeldWork(EF.Property<Guid>(w, Id), EF.Property<Guid>(w, WorkspaceId), EF.Property<Guid>(w, table.UserId)))
            .Take(limit).ToListAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<Guid>> HandOverAsync(Guid workspaceId, Guid userId, Guid toUserId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        using var turn = await db.EnterWriteLaneAsync(cancellationToken);
        var open = db.Set<TWork>().Where(table.IsOpen)
            .Where(w => EF.Property<Guid>(w, WorkspaceId) == workspaceId && EF.Property<Guid>(w, table.UserId) == userId);
        var held = await open.Select(w => EF.Property<Guid>(w, Id)).ToListAsync(cancellationToken);
        await open.ExecuteUpdateAsync(set => set.SetProperty(w => EF.Property<Guid>(w, table.UserId), toUserId), cancellationToken);
        return held;
    }
}
