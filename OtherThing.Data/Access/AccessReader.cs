using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Access;
using OtherThing.Core.Workspaces;

namespace OtherThing.Data.Access;

internal sealed class AccessReader(IDbContextFactory<AppDbContext> contexts) : IAccessReader
{
    /// <summary>One statement takes so many ids.</summary>
    private const int Most = 500;

    public async Task<AccessFacts> ReadAsync(AccessQuestion question, DateTime utcNow, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var sessions = new HashSet<Guid>();
        foreach (var ids in question.Sessions.Chunk(Most))
        {
            sessions.UnionWith(await db.Set<SignInSession>().Where(s => ids.Contains(s.Id) && s.ExpiresAt > utcNow)
                .Select(s => s.Id).ToListAsync(cancellationToken));
        }

        var tokens = new HashSet<Guid>();
        foreach (var ids in question.Tokens.Chunk(Most))
        {
            tokens.UnionWith(await db.Set<PersonalToken>().Where(t => ids.Contains(t.Id) && t.ExpiresAt > utcNow)
                .Select(t => t.Id).ToListAsync(cancellationToken));
        }

        var roles = new Dictionary<(Guid, Guid), Role>();
        foreach (var users in question.Memberships.Select(membership => membership.UserId).Distinct().Chunk(Most))
        {
            var workspaces = question.Memberships.Where(membership => users.Contains(membership.UserId))
                .Select(membership => membership.WorkspaceId).Distinct().ToArray();
            var rows = await (
                from m in db.Set<Membership>()
                join w in db.Set<Workspace>() on m.WorkspaceId equals w.Id
                where users.Contains(m.UserId) && workspaces.Contains(m.WorkspaceId) && w.DeletedAt == null
                select new { m.WorkspaceId, m.UserId, m.Role }).ToListAsync(cancellationToken);
            foreach (var row in rows)
            {
                roles[(row.WorkspaceId, row.UserId)] = row.Role;
            }
        }

        return new AccessFacts(sessions, tokens, roles);
    }
}
