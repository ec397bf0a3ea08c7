using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Runs;
using OtherThing.Core.Usage;
using OtherThing.Data.Runs;

namespace OtherThing.Data.Usage;

internal sealed class StorageMeter(IDbContextFactory<AppDbContext> contexts) : IStorageMeter
{
    public async Task<IReadOnlyDictionary<Guid, long>> MeasureAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var runs = await db.Set<Run>()
            .GroupBy(run => run.WorkspaceId)
            .Select(group => new { group.Key, Bytes = group.Sum(run => (long)run.Input.Length + (run.Output == null ? 0 : run.Output.Length)) })
            .ToListAsync(cancellationToken);
        var journals = await (
            from entry in db.Set<RunJournalEntry>()
            join run in db.Set<Run>() on entry.RunId equals run.Id
            group (long)entry.Steps.Length by run.WorkspaceId into sizes
            select new { sizes.Key, Bytes = sizes.Sum() }).ToListAsync(cancellationToken);
        // One value that several runs refer to lies on disk once.
        var blobs = await db.Set<RunBlob>()
            .Select(blob => new { blob.WorkspaceId, blob.Hash, blob.Bytes }).Distinct()
            .GroupBy(blob => blob.WorkspaceId)
            .Select(group => new { group.Key, Bytes = group.Sum(blob => blob.Bytes) })
            .ToListAsync(cancellationToken);
        return runs.Concat(journals).Concat(blobs)
            .GroupBy(part => part.Key)
            .Select(parts => (parts.Key, Bytes: parts.Sum(part => part.Bytes)))
            .Where(sum => sum.Bytes > 0)
            .ToDictionary(sum => sum.Key, sum => sum.Bytes);
    }
}
