using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Nodes;
using OtherThing.Data.Access;

namespace OtherThing.Data.Nodes;

internal sealed class FirstAccount(IDbContextFactory<AppDbContext> contexts) : IFirstAccount
{
    public async Task<Guid?> FindAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<AppUser>().OrderBy(u => u.CreatedAt).ThenBy(u => u.Id).Select(u => (Guid?)u.Id).FirstOrDefaultAsync(cancellationToken);
    }
}
