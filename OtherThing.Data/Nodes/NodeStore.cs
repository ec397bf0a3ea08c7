using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Access;
using OtherThing.Core.Nodes;
using OtherThing.Core.Workspaces;
using OtherThing.Data.Conventions;

namespace OtherThing.Data.Nodes;

internal sealed class NodeStore(IDbContextFactory<AppDbContext> contexts) : INodeStore
{
    private readonly Lock _gate = new();
    private Task<string>? _installation;

    public async Task<NodeRecord?> FindAsync(Guid nodeId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Node>().AsNoTracking().FirstOrDefaultAsync(n => n.Id == nodeId, cancellationToken) is { } node
            ? (await WithWorkspacesAsync(db, [node], cancellationToken))[0]
            : null;
    }

    public async Task<Node?> FindByKeyAsync(byte[] publicKeyHash, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Node>().AsNoTracking().FirstOrDefaultAsync(n => n.PublicKeyHash == publicKeyHash, cancellationToken);
    }

    public async Task<Node?> FindByClaimAsync(byte[] codeHash, DateTime utcNow, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Node>().AsNoTracking()
            .FirstOrDefaultAsync(n => n.ClaimCodeHash == codeHash && n.OwnerId == null && n.ClaimExpiresAt > utcNow, cancellationToken);
    }

    public async Task<IReadOnlyList<NodeRecord>> ListVisibleAsync(Guid userId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var shared =
            from a in db.Set<NodeAttachment>()
            join m in db.Set<Membership>() on a.WorkspaceId equals m.WorkspaceId
            join w in db.Set<Workspace>() on a.WorkspaceId equals w.Id
            where m.UserId == userId && w.DeletedAt == null
            select a.NodeId;
        var nodes = await db.Set<Node>().AsNoTracking()
            .Where(n => n.RevokedAt == null && n.OwnerId != null && (n.OwnerId == userId || shared.Contains(n.Id)))
            .OrderByDescending(n => n.CreatedAt).Take(1000).ToListAsync(cancellationToken);
        return await WithWorkspacesAsync(db, nodes, cancellationToken);
    }

    public async Task<IReadOnlyList<NodeRecord>> ListServingAsync(Guid workspaceId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var nodes = await Serving(db, workspaceId).AsNoTracking().OrderBy(n => n.Name).Take(1000).ToListAsync(cancellationToken);
        return await WithWorkspacesAsync(db, nodes, cancellationToken);
    }

    public async Task<IReadOnlyList<Guid>> ListServingIdsAsync(Guid workspaceId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await Serving(db, workspaceId).Select(n => n.Id).ToListAsync(cancellationToken);
    }

    public async Task<string?> FindLeastSandboxAsync(Guid workspaceId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Workspace>().Where(w => w.Id == workspaceId).Select(w => w.LeastSandbox).FirstOrDefaultAsync(cancellationToken);
    }

    public Task<string> InstallationIdAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            // Read once for everybody; a read that failed is tried again by the next who asks.
            if (_installation is null or { IsFaulted: true })
            {
                _installation = LoadInstallationAsync();
            }

            return _installation.WaitAsync(cancellationToken);
        }
    }

    public async Task<IReadOnlyList<Node>> ListLiveAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Node>().AsNoTracking().Where(n => n.RevokedAt == null && n.OwnerId != null).ToListAsync(cancellationToken);
    }

    public async Task<IReadOnlyDictionary<Guid, Role>> ListRolesAsync(Guid userId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await (
            from m in db.Set<Membership>()
            join w in db.Set<Workspace>() on m.WorkspaceId equals w.Id
            where m.UserId == userId && w.DeletedAt == null
            select new { m.WorkspaceId, m.Role }).ToDictionaryAsync(m => m.WorkspaceId, m => m.Role, cancellationToken);
    }

    public async Task<bool> TryAddAsync(Node node, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.Add(node);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (DbUpdateException exception) when (DatabaseFaults.IsDuplicate(exception))
        {
            return false; // the same key came twice at once
        }
    }

    public async Task<bool> TrySaveAsync(Node node, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.Update(node);
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

    public async Task AttachAsync(
        Guid nodeId, IReadOnlyCollection<Guid> workspaceIds, DateTime utcNow, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var now = await db.Set<NodeAttachment>().Where(a => a.NodeId == nodeId).ToListAsync(cancellationToken);
        db.RemoveRange(now.Where(a => !workspaceIds.Contains(a.WorkspaceId)));
        db.AddRange(workspaceIds.Except(now.Select(a => a.WorkspaceId)).Select(id => new NodeAttachment(nodeId, id, utcNow)));
        await db.SaveChangesAsync(cancellationToken);
    }

    public async Task AttachOneAsync(Guid nodeId, Guid workspaceId, DateTime utcNow, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await db.Set<NodeAttachment>().AnyAsync(a => a.NodeId == nodeId && a.WorkspaceId == workspaceId, cancellationToken))
        {
            return;
        }

        db.Add(new NodeAttachment(nodeId, workspaceId, utcNow));
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (DatabaseFaults.IsDuplicate(exception))
        {
            // the same attachment was made at the same moment
        }
    }

    public async Task<IReadOnlyList<Guid>> ListJoiningNewAsync(Guid ownerId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Node>().Where(n => n.OwnerId == ownerId && n.JoinsNewWorkspaces && n.RevokedAt == null)
            .Select(n => n.Id).ToListAsync(cancellationToken);
    }

    public async Task MarkSeenAsync(IReadOnlyCollection<Guid> nodeIds, DateTime utcNow, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        foreach (var chunk in nodeIds.Chunk(500))
        {
            using var turn = await db.EnterWriteLaneAsync(cancellationToken);
            await db.Set<Node>().Where(n => chunk.Contains(n.Id))
                .ExecuteUpdateAsync(set => set.SetProperty(n => n.LastSeenAt, utcNow), cancellationToken);
        }
    }

    public async Task AddTokenAsync(JoinToken token, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.Add(token);
        await db.SaveChangesAsync(cancellationToken);
    }

    public async Task<JoinToken?> RedeemAsync(byte[] tokenHash, Guid nodeId, DateTime utcNow, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        int taken;
        using (await db.EnterWriteLaneAsync(cancellationToken))
        {
            taken = await db.Set<JoinToken>()
                .Where(t => t.TokenHash == tokenHash && t.UsedAt == null && t.ExpiresAt > utcNow)
                .ExecuteUpdateAsync(set => set.SetProperty(t => t.UsedAt, utcNow).SetProperty(t => t.NodeId, nodeId), cancellationToken);
        }

        return taken == 0 ? null : await db.Set<JoinToken>().AsNoTracking().FirstAsync(t => t.TokenHash == tokenHash, cancellationToken);
    }

    private async Task<string> LoadInstallationAsync()
    {
        await using var db = await contexts.CreateDbContextAsync(CancellationToken.None);
        if (await db.Set<Installation>().AsNoTracking().OrderBy(i => i.Id).FirstOrDefaultAsync(CancellationToken.None) is { } row)
        {
            return row.Name;
        }

        db.Add(new Installation { Id = 1, Name = Guid.NewGuid().ToString("N") });
        try
        {
            await db.SaveChangesAsync(CancellationToken.None);
        }
        catch (DbUpdateException exception) when (DatabaseFaults.IsDuplicate(exception))
        {
            // another replica was first; its name counts
        }

        await using var again = await contexts.CreateDbContextAsync(CancellationToken.None);
        return (await again.Set<Installation>().AsNoTracking().OrderBy(i => i.Id).FirstAsync(CancellationToken.None)).Name;
    }

    // A node leaves a workspace with its owner, and lends nothing to one where its owner only looks on.
    private static IQueryable<Node> Serving(AppDbContext db, Guid workspaceId) =>
        from a in db.Set<NodeAttachment>()
        join n in db.Set<Node>() on a.NodeId equals n.Id
        join w in db.Set<Workspace>() on a.WorkspaceId equals w.Id
        join m in db.Set<Membership>() on new { a.WorkspaceId, UserId = n.OwnerId!.Value } equals new { m.WorkspaceId, m.UserId }
        where a.WorkspaceId == workspaceId && n.RevokedAt == null && w.DeletedAt == null && m.Role != Role.Viewer
        select n;

    private static async Task<IReadOnlyList<NodeRecord>> WithWorkspacesAsync(
        AppDbContext db, IReadOnlyList<Node> nodes, CancellationToken cancellationToken)
    {
        var ids = nodes.Select(n => n.Id).ToArray();
        var attachments = await (
            from a in db.Set<NodeAttachment>()
            join w in db.Set<Workspace>() on a.WorkspaceId equals w.Id
            where ids.Contains(a.NodeId) && w.DeletedAt == null
            orderby a.AttachedAt
            select new { a.NodeId, a.WorkspaceId }).ToListAsync(cancellationToken);
        var byNode = attachments.ToLookup(a => a.NodeId, a => a.WorkspaceId);
        var owners = nodes.Select(n => n.OwnerId).OfType<Guid>().Distinct().ToArray();
        var names = await db.Users.Where(u => owners.Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.DisplayName, cancellationToken);
        return [.. nodes.Select(n => new NodeRecord(n, [.. byNode[n.Id]], n.OwnerId is { } owner ? names.GetValueOrDefault(owner) : null))];
    }
}
