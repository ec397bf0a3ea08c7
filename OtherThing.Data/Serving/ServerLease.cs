using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using OtherThing.Data.Conventions;

namespace OtherThing.Data.Serving;

/// <summary>
/// The right to serve on a database: one server has it, others wait for it. Whoever has lost it writes nothing any more: each write asks
/// first whether the time it was granted for has passed, and the journals ask the database within their transaction.
/// </summary>
public sealed class ServerLease : IDisposable
{
    /// <summary>How long a grant lasts; a server whose machine is gone is replaced after it.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(9);

    private static readonly TimeSpan s_renewal = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_opens = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly ManualResetEvent _stop = new(false);
    private readonly DatabaseOptions _database;
    private readonly WriteLane _lane;
    private readonly TimeProvider _clock;
    private readonly LeaseTable _table;
    private LeaseRow? _seen;
    private long _seenAt;
    private long _fence;
    private long _grantedAt;
    private volatile string? _ended;
    private Action<string>? _lost;
    private Thread? _keeper;

    /// <summary>A lease that nobody has asked for yet; until then nothing is checked, as tools and tests have it.</summary>
    public ServerLease(DatabaseOptions database, WriteLane lane)
        : this(database, lane, TimeProvider.System)
    {
    }

    internal ServerLease(DatabaseOptions database, WriteLane lane, TimeProvider clock)
    {
        (_database, _lane, _clock) = (database, lane, clock);
        _table = new LeaseTable(database);
    }

    /// <summary>This machine and process, as others are told.</summary>
    public static string ThisHolder => LeaseHolder.ThisProcess.Name;

    /// <summary>Prepares the row; makes the database itself where it is a server's and not there yet.</summary>
    public async Task PrepareAsync(IDbContextFactory<AppDbContext> contexts, CancellationToken cancellationToken)
    {
        if (_database.Provider == DatabaseProvider.SqlServer)
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            await MakeDatabaseAsync((IRelationalDatabaseCreator)db.GetService<IDatabaseCreator>(), cancellationToken);
        }

        _table.EnsureCreated();
    }

    /// <summary>Makes a server's database unless it is there, also when another server that starts is making it just now.</summary>
    internal static async Task MakeDatabaseAsync(IRelationalDatabaseCreator creator, CancellationToken cancellationToken)
    {
        if (await creator.ExistsAsync(cancellationToken))
        {
            return;
        }

        try
        {
            await creator.CreateAsync(cancellationToken);
        }
        catch (DbException exception) when (DatabaseFaults.IsMadeByAnother(exception))
        {
            // A database has its name a moment before it answers; whatever keeps it from answering then is said by who asks it next.
            for (var tries = 0; tries < 100 && !await creator.ExistsAsync(cancellationToken); tries++)
            {
                await Task.Delay(s_opens, cancellationToken);
            }
        }
    }

    /// <summary>Takes the lease when it is free, has run out, or its holder has ended.</summary>
    /// <returns>Null when this server has it now; else who holds it.</returns>
    public string? TryTake()
    {
        var row = _table.Read();
        if (_seen is null || (row.Fence, row.Renewals) != (_seen.Fence, _seen.Renewals))
        {
            (_seen, _seenAt) = (row, _clock.GetTimestamp());
        }

        // Also by our own watch: the database's clock may have been set back.
        if (!row.HasExpired && !row.Holder.HasEnded && _clock.GetElapsedTime(_seenAt) < Length)
        {
            return row.Holder.Name;
        }

        var now = _clock.GetTimestamp();
        if (!_table.TryTake(row, LeaseHolder.ThisProcess, Length))
        {
            return _table.Read().Holder.Name;
        }

        (_grantedAt, _fence) = (now, row.Fence + 1);
        return null;
    }

    /// <summary>Renews it from now on, on a thread of its own: a busy thread pool must not cost it.</summary>
    /// <param name="lost">Hears once why it is lost; nothing may be written any more.</param>
    public void Keep(Action<string> lost)
    {
        _lost = lost;
        _keeper = new Thread(Renew) { IsBackground = true, Name = "server lease", Priority = ThreadPriority.AboveNormal };
        _keeper.Start();
    }

    /// <summary>Lets the lease go, so that another server may take it at once. Nothing may be written any more.</summary>
    public void Release()
    {
        if (_fence == 0 || _ended is not null)
        {
            return;
        }

        _ended = "This server has stopped.";
        _stop.Set();
        _keeper?.Join();
        _table.Release(_fence);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Set();
        _keeper?.Join();
        _stop.Dispose();
    }

    /// <summary>Before any write. Costs nothing while the grant lasts; when it has run out the database is asked.</summary>
    /// <exception cref="ServerLeaseLostException">Another server serves now.</exception>
    internal void EnsureMine()
    {
        if (_fence == 0)
        {
            return;
        }

        if (_ended is null && _clock.GetElapsedTime(Volatile.Read(ref _grantedAt)) >= Length)
        {
            RenewOnce();
        }

        if (_ended is { } why)
        {
            throw new ServerLeaseLostException(why);
        }
    }

    /// <summary>The question to the database; whoever keeps a connection open keeps it with the connection, and no longer.</summary>
    internal DbCommand MakeCheck(DbConnection connection)
    {
        var command = connection.CreateCommand();
        command.CommandText = LeaseTable.CheckStatement(_database.Provider);
        var fence = command.CreateParameter();
        (fence.ParameterName, fence.DbType) = ("@fence", DbType.Int64);
        command.Parameters.Add(fence);
        return command;
    }

    /// <summary>Within the transaction of a write, by a command of <see cref="MakeCheck"/> on its connection: with its commit it is certain that
    /// nobody else served.</summary>
    /// <exception cref="ServerLeaseLostException">Another server serves now.</exception>
    internal async Task CheckAsync(DbCommand command, DbTransaction transaction, CancellationToken cancellationToken)
    {
        if (_fence == 0)
        {
            return;
        }

        command.Transaction = transaction;
        command.Parameters[0].Value = _fence;
        if (Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), System.Globalization.CultureInfo.InvariantCulture) != 1)
        {
            Lose();
            throw new ServerLeaseLostException(_ended!);
        }
    }

    private void Renew()
    {
        while (!_stop.WaitOne(s_renewal))
        {
            try
            {
                // In the lane, where the wait is fair: beside it a busy database could keep the renewal out for long.
                using var turn = _lane.TryEnter(s_renewal);
                RenewOnce();
            }
            catch (DbException exception)
            {
                // A file that cannot be written here cannot be taken by another one either. A server may answer others and not us.
                if (_database.Provider == DatabaseProvider.SqlServer && _clock.GetElapsedTime(Volatile.Read(ref _grantedAt)) >= Length)
                {
                    Lose($"The database has not answered for {Length.TotalSeconds} s, so that another server may have taken over ({exception.Message}).");
                }
            }
        }
    }

    private void RenewOnce()
    {
        lock (_gate)
        {
            if (_ended is not null)
            {
                return;
            }

            var now = _clock.GetTimestamp();
            if (_table.Renew(_fence, Length))
            {
                Volatile.Write(ref _grantedAt, now);
            }
            else
            {
                Lose();
            }
        }
    }

    private void Lose(string? why = null)
    {
        why ??= "Another server has taken over the database while this one did not answer.";
        if (Interlocked.CompareExchange(ref _ended, why, null) is null)
        {
            _stop.Set();
            _lost?.Invoke(why);
        }
    }
}

/// <summary>This server does not serve any more; what it was about to write is left to the one that does.</summary>
/// <param name="message">Why.</param>
public sealed class ServerLeaseLostException(string message) : Exception(message);
