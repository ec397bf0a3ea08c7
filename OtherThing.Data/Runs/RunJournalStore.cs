using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Journal;
using OtherThing.Core.Usage;
using OtherThing.Data.Conventions;

namespace OtherThing.Data.Runs;

/// <summary>
/// The hot path of the database: prepared statements on one connection that is kept open, one transaction per group.
/// </summary>
internal sealed class RunJournalStore(IDbContextFactory<AppDbContext> contexts) : IRunJournalStore, IAsyncDisposable
{
    private const int MostTries = 5;

    private AppDbContext? _db;
    private RunStatements? _statements;
    private RunCommands? _commands;
    private DbCommand? _check;

    public async Task<bool[]> CommitAsync(IReadOnlyList<RunWrite> writes, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await CommitOnceAsync(writes, cancellationToken);
            }
            catch (Exception exception)
            {
                await DisposeAsync(); // a broken connection is not used again
                if (tries == MostTries || DatabaseFaults.Of(exception, cancellationToken) != DatabaseFault.Conflict)
                {
                    throw DatabaseFaults.Told(exception);
                }
            }

            await Task.Delay(UnitOfWork.Pause(tries), cancellationToken); // rolled back for certain: the whole group again
        }
    }

    public async Task AddUsageAsync(IReadOnlyList<UsageEntry> entries, CancellationToken cancellationToken)
    {
        try
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            await AddUsageAsync(db, entries, cancellationToken);
        }
        catch (Exception exception) when (DatabaseFaults.Of(exception, cancellationToken) == DatabaseFault.Refused)
        {
            throw DatabaseFaults.Told(exception);
        }
    }

    public Task PutAsideAsync(RefusedRow row, CancellationToken cancellationToken) => RefusedRows.PutAsideAsync(contexts, row, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        var (db, check) = (_db, _check);
        (_db, _commands, _check) = (null, null, null);
        if (check is not null)
        {
            await check.DisposeAsync();
        }

        if (db is not null)
        {
            await db.DisposeAsync();
        }
    }

    private async Task<bool[]> CommitOnceAsync(IReadOnlyList<RunWrite> writes, CancellationToken cancellationToken)
    {
        var db = _db ??= await OpenAsync(cancellationToken);
        using var turn = await db.EnterWriteLaneAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (db.Lease is { } lease)
        {
            await lease.CheckAsync(_check ??= lease.MakeCheck(db.Database.GetDbConnection()), transaction.GetDbTransaction(), cancellationToken);
        }

        var statements = _statements ??= new RunStatements(db.Model);
        var commands = _commands ??= new RunCommands(db.Database.GetDbConnection(), statements);
        var applied = await commands.RunAsync(transaction.GetDbTransaction(), writes, cancellationToken);
        for (var i = 0; i < applied.Length; i++)
        {
            if (applied[i])
            {
                await AddOthersAsync(db, writes[i], cancellationToken);
            }
        }

        await transaction.CommitAsync(cancellationToken);
        return applied;
    }

    private static async Task AddOthersAsync(AppDbContext db, RunWrite write, CancellationToken cancellationToken)
    {
        if (write.Blobs.Count > 0)
        {
            await AddBlobsAsync(db, write, cancellationToken);
        }

        if (write.Usage.Count > 0)
        {
            await AddUsageAsync(db, write.Usage, cancellationToken);
        }
    }

    /// <summary>Rare; a run that comes upon the same value again refers to it already.</summary>
    private static async Task AddBlobsAsync(AppDbContext db, RunWrite write, CancellationToken cancellationToken)
    {
        foreach (var blob in write.Blobs)
        {
            if (!await db.Set<RunBlob>().AnyAsync(known => known.RunId == write.Run.Id && known.Hash == blob.Hash, cancellationToken))
            {
                db.Add(new RunBlob { RunId = write.Run.Id, WorkspaceId = write.Run.WorkspaceId, Hash = blob.Hash, Bytes = blob.Bytes });
            }
        }

        await db.SaveChangesAsync(cancellationToken);
        db.ChangeTracker.Clear();
    }

    /// <summary>Few and never repeated in bulk, so the model's own way in; a call that is written already is left as it is.</summary>
    private static async Task AddUsageAsync(AppDbContext db, IReadOnlyList<UsageEntry> entries, CancellationToken cancellationToken)
    {
        foreach (var entry in entries)
        {
            if (!await db.Set<UsageEntry>().AnyAsync(known => known.WorkspaceId == entry.WorkspaceId && known.CallId == entry.CallId, cancellationToken))
            {
                db.Add(entry);
            }
        }

        await db.SaveChangesAsync(cancellationToken);
        db.ChangeTracker.Clear();
    }

    private async Task<AppDbContext> OpenAsync(CancellationToken cancellationToken)
    {
        var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Database.OpenConnectionAsync(cancellationToken);
        return db;
    }
}
