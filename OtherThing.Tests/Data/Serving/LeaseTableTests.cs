using System.Reflection;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore.Storage;
using OtherThing.Data;
using OtherThing.Data.Serving;
using OtherThing.Tests.Data.Conventions;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Data.Serving;

/// <summary>Servers that start at once on a database that is not there yet.</summary>
public class LeaseTableTests
{
    private const int TableExists = 2714;
    private const int DuplicateKey = 2627;
    private const int DatabaseExists = 1801;
    private const int NoRight = 262;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void CreateStatements_SqlServer_MakeTableAndRowOnlyWhereTheyAreMissing() => Assert.Equal(
        [
            "IF OBJECT_ID(N'server_lease') IS NULL CREATE TABLE server_lease (id int NOT NULL PRIMARY KEY, fence bigint NOT NULL, renewals bigint NOT NULL, "
            + "expires_at bigint NOT NULL, "
            + "holder nvarchar(300) NOT NULL, host nvarchar(300) NOT NULL, process_id int NOT NULL, process_start bigint NOT NULL)",
            "INSERT INTO server_lease (id, fence, renewals, expires_at, holder, host, process_id, process_start) "
            + "SELECT 1, 0, 0, 0, '', '', 0, 0 WHERE NOT EXISTS (SELECT 1 FROM server_lease WHERE id = 1)",
        ],
        LeaseTable.CreateStatements(DatabaseProvider.SqlServer)
            .Select(text => string.Join(' ', text.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries))));

    [Fact]
    public void Create_SqlServerAndAnotherServerWasQuickerWithBoth_IsDone()
    {
        var executed = new List<string>();

        LeaseTable.Create(DatabaseProvider.SqlServer, statement =>
        {
            executed.Add(statement);
            throw DatabaseFaultsTests.SqlServerError(executed.Count == 1 ? TableExists : DuplicateKey, "It is there already.");
        });

        Assert.Equal(LeaseTable.CreateStatements(DatabaseProvider.SqlServer), executed);
    }

    [Fact]
    public void Create_SqlServerRefusesForAnotherReason_SaysSo() => Assert.Equal(
        NoRight,
        Assert.Throws<SqlException>(() => LeaseTable.Create(
            DatabaseProvider.SqlServer, _ => throw DatabaseFaultsTests.SqlServerError(NoRight, "CREATE TABLE permission denied."))).Number);

    [Fact]
    public async Task MakeDatabaseAsync_AnotherServerMadeItMeanwhile_WaitsUntilItAnswers()
    {
        var creator = DispatchProxy.Create<IRelationalDatabaseCreator, SlowCreator>();

        await ServerLease.MakeDatabaseAsync(creator, Cancel);

        Assert.Equal(["ExistsAsync", "CreateAsync", "ExistsAsync", "ExistsAsync"], ((SlowCreator)creator).Asked);
    }

    [Fact]
    public async Task EnsureCreated_ManyServersOnANewFile_AllHaveIt()
    {
        const int servers = 4;
        for (var round = 0; round < 10; round++)
        {
            using var directory = new TestDirectory();
            var database = DatabaseOptions.SqliteIn(directory.Path);
            using var together = new Barrier(servers);

            await Task.WhenAll(Enumerable.Range(0, servers).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    together.SignalAndWait(Cancel);
                    database.MakeFile();
                    new LeaseTable(database).EnsureCreated();
                },
                Cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

            Assert.Equal((0L, 0L), (new LeaseTable(database).Read().Fence, new LeaseTable(database).Read().Renewals));
        }
    }

    /// <summary>There is no database; then another one makes it, and it answers when it is asked for the third time.</summary>
    public class SlowCreator : DispatchProxy
    {
        public List<string> Asked { get; } = [];

        protected override object Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            Asked.Add(targetMethod!.Name);
            return targetMethod.Name == "ExistsAsync" ? Task.FromResult(Asked.Count > 3)
                : Task.FromException(DatabaseFaultsTests.SqlServerError(DatabaseExists, "Database 'team' already exists."));
        }
    }
}
