using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using OtherThing.Core.Jobs;
using OtherThing.Core.Retention;
using OtherThing.Core.Runs;
using OtherThing.Core.Workspaces;
using OtherThing.Data.Audit;
using OtherThing.Data.Conventions;
using OtherThing.Data.Keys;

namespace OtherThing.Data.Retention;

internal sealed class ShreddingStore(IDbContextFactory<AppDbContext> contexts, PieceWork pieces) : IShreddingStore
{
    private const string WorkspaceId = "WorkspaceId";

    /// <summary>Rows that go with one statement.</summary>
    private const int Together = 50;

    public async Task<IReadOnlyList<Guid>> ListDeletedAsync(DateTime before, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Workspace>().Where(w => w.DeletedAt != null && w.DeletedAt < before)
            .OrderBy(w => w.DeletedAt).Select(w => w.Id).ToListAsync(cancellationToken);
    }

    public async Task DeleteKeyAsync(Guid workspaceId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        using var turn = await db.EnterWriteLaneAsync(cancellationToken);
        await db.Set<WorkspaceDataKey>().Where(key => key.WorkspaceId == workspaceId).ExecuteDeleteAsync(cancellationToken);
    }

    public Task<Piece> DeleteRowsAsync(Guid workspaceId, CancellationToken cancellationToken) => pieces.RunAsync(
        async (db, isOver) =>
        {
            var gone = 0;
            foreach (var (table, column) in Tables(db.Model).Where(place => place.Table != Rows.Table<Run>(db) && place.Table != Rows.Table<Job>(db)))
            {
                for (var some = Together; some == Together;)
                {
                    some = await Rows.DeleteSomeAsync(db, table, $"\"{column}\" = {{0}}", Together, [workspaceId], cancellationToken);
                    gone += some;
                    if (isOver() && gone > 0)
                    {
                        return gone;
                    }
                }
            }

            return gone;
        },
        cancellationToken);

    public Task DeleteWorkspaceAsync(Guid workspaceId, CancellationToken cancellationToken) => UnitOfWork.RunAsync(
        contexts,
        async unit =>
        {
            foreach (var (table, column) in Tables(unit.Db.Model))
            {
                var text = $"DELETE FROM \"{table}\" WHERE \"{column}\" = {{0}}";
                await unit.Db.Database.ExecuteSqlRawAsync(text, [workspaceId], cancellationToken);
            }

            await unit.Db.Set<Workspace>().Where(w => w.Id == workspaceId && w.DeletedAt != null).ExecuteDeleteAsync(cancellationToken);
            await unit.CommitAsync();
            return true;
        },
        UnitOfWork.OnceMore<bool>,
        cancellationToken);

    /// <summary>Every table that says whose its rows are, and the column that says it; found in the model, so that none is forgotten.</summary>
    internal static IReadOnlyList<(string Table, string Column)> Tables(IModel model) =>
    [
        .. model.GetEntityTypes().Where(entity => entity.ClrType != typeof(Workspace) && entity.FindProperty(WorkspaceId) is not null)
            .Select(entity => (entity.GetTableName()!, WorkspaceId)),
        (model.FindEntityType(typeof(AuditHeadRow))!.GetTableName()!, nameof(AuditHeadRow.Chain)),
    ];
}
