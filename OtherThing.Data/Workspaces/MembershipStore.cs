using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Access;
using OtherThing.Core.Workspaces;

namespace OtherThing.Data.Workspaces;

internal sealed class MembershipStore(IDbContextFactory<AppDbContext> contexts) : IMembershipStore
{
    public async Task<Role?> FindRoleAsync(Guid workspaceId, Guid userId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Membership>()
            .Where(m => m.WorkspaceId == workspaceId && m.UserId == userId)
            .Select(m => (Role?)m.Role)
            .FirstOrDefaultAsync(cancellationToken);
    }
}
