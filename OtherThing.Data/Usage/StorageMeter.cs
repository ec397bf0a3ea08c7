using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Runs;
using OtherThing.Core.Usage;
using OtherThing.Core.Workspaces;
using OtherThing.Data.Runs;

namespace OtherThing.Data.Usage;

internal sealed class StorageMeter(IDbContextFactory<AppDbContext> contexts) : IStorageMeter
{
    /// <summary>How long a run's input and output are in its row, where they are text: only of text does the database know the length.</summary>
    internal static readonly Expression<Func<Run, long>> LengthOf =
        run => (long)((string)(object)run.Input).Length + (run.Output == null ? 0 : ((string)(object)run.Output).Length);

    public async Task<IReadOnlyDictionary<Guid, long>> MeasureAsync(string callId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var workspaces = await db.Set<Workspace>()
            .Where(w => !db.Set<UsageEntry>().Any(e => e.WorkspaceId == w.Id && e.CallId == callId))
            .Select(w => w.Id).ToListAsync(cancellationToken);
        var sizes = new Dictionary<Guid, long>();
        foreach (var workspaceId in workspaces)
        {
            if (await MeasureAsync(db, workspaceId, cancellationToken) is > 0 and var bytes)
            {
                sizes.Add(workspaceId, bytes);
            }
        }

        return sizes;
    }

    private static async Task<long> MeasureAsync(AppDbContext db, Guid workspaceId, CancellationToken cancellationToken)
    {
        var runs = db.Set<Run>().Where(run => run.WorkspaceId == workspaceId);
        var values = await runs.SumAsync(LengthOf, cancellationToken);
        var journals =
            await runs.Join(db.Set<RunJournalEntry>(), run => run.Id, entry => entry.RunId, (_, entry) => (long)entry.Steps.Length).SumAsync(cancellationToken);
        // One value that several runs refer to lies on disk once.
        var blobs = await db.Set<RunBlob>().Where(blob => blob.WorkspaceId == workspaceId)
            .Select(blob => new { blob.Hash, blob.Bytes }).Distinct().SumAsync(blob => blob.Bytes, cancellationToken);
        return values + journals + blobs;
    }
}
