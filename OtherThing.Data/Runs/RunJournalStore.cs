using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using OtherThing.Core.Runs;
using OtherThing.Core.Usage;

namespace OtherThing.Data.Runs;

/// <summary>
/// The hot path of the database: prepared statements on one connection that is kept open, one transaction per group.
/// The statements are the same on SQLite and SQL Server.
/// </summary>
internal sealed class RunJournalStore(IDbContextFactory<AppDbContext> contexts) : IRunJournalStore, IAsyncDisposable
{
    private AppDbContext? _db;
    private RunStatements? _statements;

    public async Task<bool[]> CommitAsync(IReadOnlyList<RunWrite> writes, CancellationToken cancellationToken)
    {
        try
        {
            var db = _db ??= await OpenAsync(cancellationToken);
            using var turn = await db.EnterWriteLaneAsync(cancellationToken);
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            await db.CheckLeaseAsync(transaction, cancellationToken);
            var statements = _statements ??= new RunStatements(db.Database.GetDbConnection());
            statements.Use(transaction.GetDbTransaction());
            var applied = new bool[writes.Count];
            for (var i = 0; i < writes.Count; i++)
            {
                applied[i] = await ApplyAsync(db, statements, writes[i], cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
            return applied;
        }
        catch
        {
            await DisposeAsync(); // a broken connection is not used again
            throw;
        }
    }

    public async Task AddUsageAsync(IReadOnlyList<UsageEntry> entries, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await AddUsageAsync(db, entries, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        var db = _db;
        (_db, _statements) = (null, null);
        if (db is not null)
        {
            await db.DisposeAsync();
        }
    }

    private static async Task<bool> ApplyAsync(AppDbContext db, RunStatements statements, RunWrite write, CancellationToken cancellationToken)
    {
        if (write.IsNew)
        {
            await statements.InsertRunAsync(write.Run, cancellationToken);
        }
        else if (!await statements.UpdateRunAsync(write.Run, cancellationToken))
        {
            return false;
        }

        if (write.Entry is { } entry)
        {
            await statements.InsertEntryAsync(entry, cancellationToken);
        }

        if (write.Blobs.Count > 0)
        {
            await AddBlobsAsync(db, write, cancellationToken);
        }

        if (write.Usage.Count > 0)
        {
            await AddUsageAsync(db, write.Usage, cancellationToken);
        }

        return true;
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
