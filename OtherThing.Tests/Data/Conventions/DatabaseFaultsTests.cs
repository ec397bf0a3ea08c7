using System.Reflection;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Results;
using OtherThing.Data.Conventions;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Data.Conventions;

public sealed class DatabaseFaultsTests
{
    [Theory]
    [InlineData(2601, nameof(DatabaseFault.Duplicate))]
    [InlineData(2627, nameof(DatabaseFault.Duplicate))]
    [InlineData(1205, nameof(DatabaseFault.Conflict))]
    [InlineData(1222, nameof(DatabaseFault.Conflict))]
    [InlineData(-2, nameof(DatabaseFault.Unavailable))]
    [InlineData(10054, nameof(DatabaseFault.Unavailable))]
    [InlineData(4060, nameof(DatabaseFault.Unavailable))]
    [InlineData(2628, nameof(DatabaseFault.Refused))]
    [InlineData(8152, nameof(DatabaseFault.Refused))]
    [InlineData(515, nameof(DatabaseFault.Refused))]
    public void Of_SqlServer_KnowsTheNumber(int number, string fault)
    {
        var exception = SqlServerError(number, "It went wrong.");

        Assert.Equal(fault, DatabaseFaults.Of(exception, TestContext.Current.CancellationToken).ToString());
        Assert.Equal(fault, DatabaseFaults.Of(new DbUpdateException("Saving failed.", exception), TestContext.Current.CancellationToken).ToString());
    }

    [Theory]
    [InlineData(5, 5, nameof(DatabaseFault.Conflict))]
    [InlineData(6, 262, nameof(DatabaseFault.Conflict))]
    [InlineData(19, 2067, nameof(DatabaseFault.Duplicate))]
    [InlineData(19, 1555, nameof(DatabaseFault.Duplicate))]
    [InlineData(19, 1299, nameof(DatabaseFault.Refused))]
    [InlineData(18, 18, nameof(DatabaseFault.Refused))]
    [InlineData(10, 778, nameof(DatabaseFault.Unavailable))]
    [InlineData(13, 13, nameof(DatabaseFault.Unavailable))]
    public void Of_Sqlite_KnowsTheCode(int code, int extended, string fault) =>
        Assert.Equal(fault, DatabaseFaults.Of(new SqliteException("It went wrong.", code, extended), TestContext.Current.CancellationToken).ToString());

    [Fact]
    public void Of_SqlServerCancelledByItsCaller_IsNoFaultOfTheDatabase()
    {
        var exception = SqlServerError(0, "Operation cancelled by user.");

        Assert.Equal(DatabaseFault.Cancelled, DatabaseFaults.Of(exception, new CancellationToken(canceled: true)));
        Assert.Equal(DatabaseFault.Unavailable, DatabaseFaults.Of(exception, CancellationToken.None));
    }

    [Fact]
    public void Told_Truncation_NamesTableAndColumnAndNeverTheValue()
    {
        var told = DatabaseFaults.Told(SqlServerError(
            2628, "String or binary data would be truncated in table 'team.dbo.Jobs', column 'Spec'. Truncated value: 'sk-canary'."));

        var refused = Assert.IsType<RowRefusedException>(told);
        Assert.Equal(("Jobs", "Spec"), (refused.Table, refused.Column));
        Assert.Contains("Spec of Jobs", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Told_Deadlock_IsAnAnswerThatDidNotCome() =>
        Assert.IsType<StoreUnavailableException>(DatabaseFaults.Told(SqlServerError(1205, "You were chosen.")));

    [Fact]
    public async Task Run_DeadlockedTwice_IsRepeatedWholeAndDoneOnce()
    {
        await using var database = new TestDatabase();
        var (tries, before) = (0, await CountAsync(database));

        var answer = await UnitOfWork.RunAsync(
            database.Contexts,
            async unit =>
            {
                unit.Db.Add(new OtherThing.Data.Access.AppUser { Id = Guid.NewGuid(), UserName = $"u{tries}", CreatedAt = DateTime.UtcNow });
                await unit.Db.SaveChangesAsync(TestContext.Current.CancellationToken);
                if (++tries < 3)
                {
                    throw SqlServerError(1205, "You were chosen.");
                }

                await unit.CommitAsync();
                return tries;
            },
            lookUp: null,
            TestContext.Current.CancellationToken);

        Assert.Equal((3, before + 1), (answer, await CountAsync(database)));
    }

    [Fact]
    public async Task Run_RowChangedSinceTheUnitReadIt_LooksAgain()
    {
        await using var database = new TestDatabase();
        var (chain, tries) = (Guid.CreateVersion7(), 0);
        await using (var db = database.CreateContext())
        {
            db.Add(new OtherThing.Data.Audit.AuditHeadRow { Chain = chain, Sequence = 1, Hash = [1] });
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        var answer = await UnitOfWork.RunAsync(
            database.Contexts,
            async unit =>
            {
                var heads = unit.Db.Set<OtherThing.Data.Audit.AuditHeadRow>().Where(head => head.Chain == chain);
                var read = await heads.SingleAsync(TestContext.Current.CancellationToken);
                if (++tries == 1)
                {
                    // What another writer does on a database that lets two write at once.
                    await heads.ExecuteUpdateAsync(set => set.SetProperty(head => head.Sequence, 7), TestContext.Current.CancellationToken);
                }

                read.Sequence++;
                await unit.Db.SaveChangesAsync(TestContext.Current.CancellationToken);
                await unit.CommitAsync();
                return read.Sequence;
            },
            lookUp: null,
            TestContext.Current.CancellationToken);

        Assert.Equal((2, 2L), (tries, answer)); // what the first try did was rolled back
    }

    [Fact]
    public void Of_RefusalMadeOfAnotherFault_IsWhatWasMadeOfIt() =>
        Assert.Equal(DatabaseFault.Refused, DatabaseFaults.Of(
            DatabaseFaults.Refusal(SqlServerError(2627, "Violation of PRIMARY KEY constraint.")), TestContext.Current.CancellationToken));

    [Fact]
    public async Task Run_AcknowledgementLost_LooksItUpInsteadOfDoingItTwice()
    {
        await using var database = new TestDatabase();
        var (id, tries) = (Guid.CreateVersion7(), 0);

        var answer = await UnitOfWork.RunAsync(
            database.Contexts,
            async unit =>
            {
                tries++;
                unit.Db.Add(new OtherThing.Data.Access.AppUser { Id = id, UserName = "u", CreatedAt = DateTime.UtcNow });
                await unit.Db.SaveChangesAsync(TestContext.Current.CancellationToken);
                await unit.CommitAsync();
                throw new TimeoutException("The answer was lost.");
            },
            async db => await db.Users.AnyAsync(user => user.Id == id, TestContext.Current.CancellationToken) ? new Known<string>("done") : null,
            TestContext.Current.CancellationToken);

        Assert.Equal(("done", 1, 1), (answer, tries, await CountAsync(database)));
    }

    [Fact]
    public async Task Run_AcknowledgementLostAndNothingToLookUp_SaysSo()
    {
        await using var database = new TestDatabase();
        var tries = 0;

        await Assert.ThrowsAsync<TimeoutException>(() => UnitOfWork.RunAsync<int>(
            database.Contexts,
            async unit =>
            {
                tries++;
                await unit.CommitAsync();
                throw new TimeoutException("The answer was lost.");
            },
            lookUp: null,
            TestContext.Current.CancellationToken));

        Assert.Equal(1, tries);
    }

    [Fact]
    public async Task Save_LongerThanTheColumn_IsRefusedOnSqliteToo()
    {
        await using var database = new TestDatabase();
        await using var db = database.CreateContext();
        db.Add(new OtherThing.Data.Access.AppUser { Id = Guid.NewGuid(), UserName = "u", DisplayName = new string('n', 81), CreatedAt = DateTime.UtcNow });

        var refused = await Assert.ThrowsAsync<RowRefusedException>(() => db.SaveChangesAsync(TestContext.Current.CancellationToken));

        Assert.Equal("DisplayName", refused.Column);
        Assert.Contains("80 characters", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>SqlClient makes its exceptions itself only.</summary>
    internal static SqlException SqlServerError(int number, string message)
    {
        const BindingFlags Hidden = BindingFlags.Instance | BindingFlags.Static | BindingFlags.NonPublic;
        var errors = (SqlErrorCollection)Activator.CreateInstance(typeof(SqlErrorCollection), nonPublic: true)!;
        var maker = typeof(SqlError).GetConstructors(Hidden | BindingFlags.Public).OrderBy(constructor => constructor.GetParameters().Length).First();
        var error = maker.Invoke([.. maker.GetParameters().Select(parameter =>
            parameter.Name is "infoNumber" or "errorNumber" or "number" ? number
            : parameter.ParameterType == typeof(string) ? parameter.Name is "errorMessage" or "message" ? message : ""
            : parameter.HasDefaultValue ? parameter.DefaultValue
            : parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType)
            : null)]);
        typeof(SqlErrorCollection).GetMethod("Add", Hidden)!.Invoke(errors, [error]);
        var create =
            typeof(SqlException).GetMethods(Hidden).Where(method => method.Name == "CreateException").OrderBy(method => method.GetParameters().Length).First();
        return (SqlException)create.Invoke(null, [.. create.GetParameters().Select(parameter =>
            parameter.ParameterType == typeof(SqlErrorCollection) ? errors : parameter.ParameterType == typeof(string) ? "16.0"
            : parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType) : null)])!;
    }

    private static async Task<int> CountAsync(TestDatabase database)
    {
        await using var db = database.CreateContext();
        return await db.Users.CountAsync(TestContext.Current.CancellationToken);
    }
}
