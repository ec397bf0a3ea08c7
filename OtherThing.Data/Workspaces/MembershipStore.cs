using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Access;
using OtherThing.Core.Workspaces;

namespace OtherThing.Data.Workspaces;

internal sealed class MembershipStore(IDbContextFactory<AppDbContext> contexts) : IMembershipStore
{
    public async Task<Role?> FindRoleAsync(Guid workspaceId, Guid userId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await (
            from m in db.Set<Membership>()
            join w in db.Set<Workspace>() on m.WorkspaceId equals w.Id
            where m.WorkspaceId == workspaceId && m.UserId == userId && w.DeletedAt == null
            select (Role?)m.Role).FirstOrDefaultAsync(cancellationToken);
    }
}
