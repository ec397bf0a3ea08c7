using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Access;
using OtherThing.Core.Workspaces;

namespace OtherThing.Data.Workspaces;

internal sealed class MembershipStore(IDbContextFactory<AppDbContext> contexts) : IMembershipStore
{
    // Asked on every operation.
    private static readonly Func<AppDbContext, Guid, Guid, Task<Role?>> s_role = EF.CompileAsyncQuery(
        (AppDbContext db, Guid workspaceId, Guid userId) => (
            from m in db.Set<Membership>()
            join w in db.Set<Workspace>() on m.WorkspaceId equals w.Id
            where m.WorkspaceId == workspaceId && m.UserId == userId && w.DeletedAt == null
            select (Role?)m.Role).FirstOrDefault());

    public async Task<Role?> FindRoleAsync(Guid workspaceId, Guid userId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await s_role(db, workspaceId, userId);
    }
}
