using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using OtherThing.Data;

namespace OtherThing.Tests.Support;

/// <summary>
/// A SQL Server that only listens: the real provider and the real parameters talk to it, it writes down what it hears and answers with counts of
/// rows. There is none to install here.
/// </summary>
internal sealed class ListeningSqlServer : IDbContextFactory<AppDbContext>
{
    /// <summary>Everything heard, in order: statements, <c>BEGIN</c>, <c>COMMIT</c>, <c>ROLLBACK</c>, and <c>BATCH n</c> before the n commands of
    /// one.</summary>
    public List<string> Heard { get; } = [];

    /// <summary>How many rows a command changes; by default one.</summary>
    public Func<string, int> Changes { get; set; } = _ => 1;

    public AppDbContext CreateDbContext()
    {
        var options = new DbContextOptionsBuilder<SqlServerAppDbContext>();
        DataSetup.ConfigureSqlServer(options, "Server=nowhere");
        options.UseSqlServer(new ListeningConnection(this));
        return new SqlServerAppDbContext(options.Options);
    }

    private sealed class ListeningConnection(ListeningSqlServer server) : DbConnection
    {
        private ConnectionState _state = ConnectionState.Closed;

        [AllowNull]
        public override string ConnectionString { get; set; } = "Server=nowhere";

        public override string Database => "nowhere";

        public override string DataSource => "nowhere";

        public override string ServerVersion => "16.00.0000";

        public override ConnectionState State => _state;

        public override bool CanCreateBatch => true;

        public override void ChangeDatabase(string databaseName)
        {
        }

        public override void Open() => _state = ConnectionState.Open;

        public override void Close() => _state = ConnectionState.Closed;

        protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel)
        {
            server.Heard.Add("BEGIN");
            return new ListeningTransaction(server, this, isolationLevel);
        }

        protected override DbCommand CreateDbCommand() => new ListeningCommand(server) { Connection = this };

        protected override DbBatch CreateDbBatch() => new ListeningBatch(server) { Connection = this };
    }

    private sealed class ListeningTransaction(ListeningSqlServer server, DbConnection connection, IsolationLevel level) : DbTransaction
    {
        public override IsolationLevel IsolationLevel => level;

        protected override DbConnection DbConnection => connection;

        public override void Commit() => server.Heard.Add("COMMIT");

        public override void Rollback() => server.Heard.Add("ROLLBACK");
    }

    private sealed class ListeningCommand(ListeningSqlServer server) : DbCommand
    {
        private readonly SqlCommand _parameters = new();

        [AllowNull]
        public override string CommandText { get; set; } = "";

        public override int CommandTimeout { get; set; }

        public override CommandType CommandType { get; set; } = CommandType.Text;

        public override bool DesignTimeVisible { get; set; }

        public override UpdateRowSource UpdatedRowSource { get; set; }

        protected override DbConnection? DbConnection { get; set; }

        protected override DbParameterCollection DbParameterCollection => _parameters.Parameters;

        protected override DbTransaction? DbTransaction { get; set; }

        public override void Cancel()
        {
        }

        public override int ExecuteNonQuery()
        {
            server.Heard.Add(CommandText);
            return server.Changes(CommandText);
        }

        public override object? ExecuteScalar() => throw new NotSupportedException();

        public override void Prepare()
        {
        }

        protected override DbParameter CreateDbParameter() => _parameters.CreateParameter();

        /// <summary>No rows, and the count of changed ones.</summary>
        protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior)
        {
            server.Heard.Add(CommandText);
            return new DataTable().CreateDataReader();
        }

        protected override void Dispose(bool disposing)
        {
            _parameters.Dispose();
            base.Dispose(disposing);
        }
    }

    private sealed class ListeningBatch(ListeningSqlServer server) : DbBatch
    {
        private readonly Commands _commands = [];

        public override int Timeout { get; set; }

        protected override DbBatchCommandCollection DbBatchCommands => _commands;

        protected override DbConnection? DbConnection { get; set; }

        protected override DbTransaction? DbTransaction { get; set; }

        public override void Cancel()
        {
        }

        public override int ExecuteNonQuery()
        {
            Assert.NotNull(DbTransaction);
            server.Heard.Add($"BATCH {_commands.Count}");
            foreach (var command in _commands.OfType<ListeningBatchCommand>())
            {
                server.Heard.Add(command.CommandText);
                command.Changed = server.Changes(command.CommandText);
            }

            return _commands.OfType<ListeningBatchCommand>().Sum(command => command.Changed);
        }

        public override Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken = default) => Task.FromResult(ExecuteNonQuery());

        public override object? ExecuteScalar() => throw new NotSupportedException();

        public override Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public override void Prepare()
        {
        }

        public override Task PrepareAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

        protected override DbBatchCommand CreateDbBatchCommand() => new ListeningBatchCommand();

        protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => throw new NotSupportedException();

        protected override Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }

    private sealed class ListeningBatchCommand : DbBatchCommand
    {
        private readonly SqlBatchCommand _parameters = new();

        public int Changed { get; set; }

        [AllowNull]
        public override string CommandText { get; set; } = "";

        public override CommandType CommandType { get; set; } = CommandType.Text;

        public override int RecordsAffected => Changed;

        protected override DbParameterCollection DbParameterCollection => _parameters.Parameters;
    }

    private sealed class Commands : DbBatchCommandCollection
    {
        private readonly List<DbBatchCommand> _all = [];

        public override int Count => _all.Count;

        public override bool IsReadOnly => false;

        public override void Add(DbBatchCommand item) => _all.Add(item);

        public override void Clear() => _all.Clear();

        public override bool Contains(DbBatchCommand item) => _all.Contains(item);

        public override void CopyTo(DbBatchCommand[] array, int arrayIndex) => _all.CopyTo(array, arrayIndex);

        public override IEnumerator<DbBatchCommand> GetEnumerator() => _all.GetEnumerator();

        public override int IndexOf(DbBatchCommand item) => _all.IndexOf(item);

        public override void Insert(int index, DbBatchCommand item) => _all.Insert(index, item);

        public override bool Remove(DbBatchCommand item) => _all.Remove(item);

        public override void RemoveAt(int index) => _all.RemoveAt(index);

        protected override DbBatchCommand GetBatchCommand(int index) => _all[index];

        protected override void SetBatchCommand(int index, DbBatchCommand batchCommand) => _all[index] = batchCommand;
    }
}
