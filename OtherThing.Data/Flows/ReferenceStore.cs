using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Validation;
using OtherThing.Core.Keys;
using OtherThing.Core.Nodes;
using OtherThing.Core.Workspaces;

namespace OtherThing.Data.Flows;

internal sealed class ReferenceStore(IDbContextFactory<AppDbContext> contexts, INodeStore nodes) : IFlowReferenceStore
{
    public async Task<IReadOnlySet<(FlowReferenceKind Kind, Guid Id)>> FindKnownAsync(
        Guid workspaceId, IReadOnlyCollection<(FlowReferenceKind Kind, Guid Id)> ids, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var known = new HashSet<(FlowReferenceKind, Guid)>();
        foreach (var kind in ids.GroupBy(pair => pair.Kind, pair => pair.Id))
        {
            foreach (var some in kind.Chunk(500))
            {
                IReadOnlyList<Guid> found = kind.Key switch
                {
                    FlowReferenceKind.Key => await db.Set<ApiKey>().Where(k => k.WorkspaceId == workspaceId && some.Contains(k.Id))
                        .Select(k => k.Id).ToListAsync(cancellationToken),
                    FlowReferenceKind.Flow => await db.Set<Flow>().Where(f => f.WorkspaceId == workspaceId && some.Contains(f.Id))
                        .Select(f => f.Id).ToListAsync(cancellationToken),
                    FlowReferenceKind.Member => await db.Set<Membership>().Where(m => m.WorkspaceId == workspaceId && some.Contains(m.UserId))
                        .Select(m => m.UserId).ToListAsync(cancellationToken),
                    _ => await nodes.ListServingIdsAsync(workspaceId, cancellationToken),
                };
                known.UnionWith(found.Select(id => (kind.Key, id)));
            }
        }

        return known;
    }
}
