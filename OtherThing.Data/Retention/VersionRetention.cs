using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Flows;
using OtherThing.Core.Retention;
using OtherThing.Core.Runs;

namespace OtherThing.Data.Retention;

/// <summary>
/// The edit history of flows: a draft that ran is kept while a run of it is, and three months at least; a published version as long as its flow
/// and every run of it.
/// </summary>
internal sealed class VersionRetention(IDbContextFactory<AppDbContext> contexts, PieceWork pieces, DeletionPace pace) : IRetentionRule
{
    private const int Together = 10;

    public static TimeSpan DraftsKept { get; } = TimeSpan.FromDays(90);

    public string Deletes => "versions of flows that no run needs";

    public TimeSpan Every => TimeSpan.FromDays(1);

    public async Task<int> ApplyAsync(CancellationToken cancellationToken)
    {
        var unneeded = await FindUnneededAsync(cancellationToken);
        for (var done = 0; done < unneeded.Count;)
        {
            var piece = await pieces.RunAsync<(Guid FlowId, int Number)>(
                [.. unneeded.Skip(done)],
                Together,
                async (db, some) =>
                {
                    foreach (var (flowId, number) in some)
                    {
                        await db.Set<FlowVersion>().Where(v => v.FlowId == flowId && v.Number == number).ExecuteDeleteAsync(cancellationToken);
                    }
                },
                cancellationToken);
            done += piece.Done;
            await pace.RestAsync(piece, cancellationToken);
        }

        return unneeded.Count;
    }

    private async Task<IReadOnlyList<(Guid FlowId, int Number)>> FindUnneededAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var before = pace.Clock.GetUtcNow().UtcDateTime - DraftsKept;
        // Of flows that are gone every version, of the others the drafts; the draft that is edited now stays.
        var candidates = await db.Set<FlowVersion>()
            .Where(v => !db.Set<Flow>().Any(f => f.Id == v.FlowId))
            .Select(v => new { v.WorkspaceId, v.FlowId, v.Number })
            .Concat(db.Set<FlowVersion>()
                .Where(v => v.PublishedAt == null && v.CreatedAt < before && db.Set<Flow>().Any(f => f.Id == v.FlowId && f.Revision != v.Number))
                .Select(v => new { v.WorkspaceId, v.FlowId, v.Number }))
            .ToListAsync(cancellationToken);
        var unneeded = new List<(Guid, int)>();
        foreach (var flow in candidates.GroupBy(version => (version.WorkspaceId, version.FlowId)))
        {
            var (workspaceId, flowId) = flow.Key;
            var used = await db.Set<Run>().Where(r => r.WorkspaceId == workspaceId && r.FlowId == flowId)
                .Select(r => r.FlowVersion).Distinct().ToHashSetAsync(cancellationToken);
            unneeded.AddRange(flow.Where(version => !used.Contains(version.Number)).Select(version => (version.FlowId, version.Number)));
        }

        return unneeded;
    }
}
