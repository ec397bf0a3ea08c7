using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Audit;
using OtherThing.Core.Results;
using OtherThing.Data;
using OtherThing.Data.Conventions;
using OtherThing.Data.Jobs;
using OtherThing.Data.Runs;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Data.Conventions;

/// <summary>Each parameter of each statement that is written by hand is what its column is; it takes no server to know.</summary>
public sealed partial class StatementTests
{
    [Fact]
    public void SqlServer_EveryParameterOfEveryStatement_HasTypeAndSizeOfItsColumn()
    {
        using var db = new SqlServerDesignTimeFactory().CreateDbContext([]);
        using var connection = new SqlConnection();
        var checkedOnes = 0;

        foreach (var statement in All(db))
        {
            using var command = statement.On(connection);
            Assert.Equal(statement.Parameters.Count, command.Parameters.Count);
            for (var i = 0; i < command.Parameters.Count; i++, checkedOnes++)
            {
                var (name, column) = statement.Parameters[i];
                var parameter = (SqlParameter)command.Parameters[i];
                var place = $"{column.DeclaringType.DisplayName()}.{column.Name}";
                Assert.Equal("@" + name, parameter.ParameterName);
                var (type, size) = Parts(column.GetColumnType());
                Assert.True(TypeOf(type) == parameter.SqlDbType, $"{place}: {parameter.SqlDbType} for a column of {column.GetColumnType()}");
                Assert.True(size == parameter.Size, $"{place}: size {parameter.Size} for a column of {column.GetColumnType()}");
                Assert.Equal(0, parameter.Precision);
            }
        }

        Assert.True(checkedOnes > 150, $"only {checkedOnes} parameters");
    }

    [Fact]
    public void SqlServer_LongerThanAFirstGuess_IsKeptWhole()
    {
        using var db = new SqlServerDesignTimeFactory().CreateDbContext([]);
        using var connection = new SqlConnection();
        using var command = new JobCommands(db).All.First().On(connection);
        var spec = command.Parameters.Cast<SqlParameter>().Single(parameter => parameter.ParameterName == "@Spec");

        spec.Value = new string('s', 300_000);

        // What SqlClient would send: it cuts at the size, 4,000 for one that was made from a missing value.
        Assert.Equal(-1, spec.Size);
        Assert.Equal(300_000, ((System.Data.SqlTypes.SqlString)spec.SqlValue).Value.Length);
    }

    [Fact]
    public void Sqlite_EveryParameterOfEveryStatement_HasNoSizeToBeCutAt()
    {
        using var db = new SqliteDesignTimeFactory().CreateDbContext([]);
        using var connection = new SqliteConnection();

        foreach (var statement in All(db))
        {
            using var command = statement.On(connection);
            foreach (var (parameter, column) in command.Parameters.Cast<SqliteParameter>().Zip(statement.Parameters, (p, s) => (p, s.Column)))
            {
                var value = new string('x', 20_000);
                parameter.Value = value;
                Assert.True(parameter.Size == value.Length, $"{column.Name} would be cut at {parameter.Size}");
            }
        }
    }

    [Theory]
    [InlineData("Sqlite")]
    [InlineData("SqlServer")]
    public void Fill_LongerThanTheColumn_IsRefusedWithItsName(string provider)
    {
        using AppDbContext db = provider == "Sqlite" ? new SqliteDesignTimeFactory().CreateDbContext([]) : new SqlServerDesignTimeFactory().CreateDbContext([]);
        using DbConnection connection = provider == "Sqlite" ? new SqliteConnection() : new SqlConnection();
        var bounded = 0;

        foreach (var statement in All(db))
        {
            using var command = statement.On(connection);
            for (var i = 0; i < statement.Parameters.Count; i++)
            {
                var column = statement.Parameters[i].Column;
                if (column.GetMaxLength() is not { } most || column.ClrType != typeof(string))
                {
                    continue;
                }

                bounded++;
                var values = new object?[i + 1];
                values[i] = new string('x', most);
                statement.Fill(command.Parameters, values);
                values[i] = new string('x', most + 1);
                var refused = Assert.Throws<RowRefusedException>(() => statement.Fill(command.Parameters, values));
                Assert.Equal((column.DeclaringType.ContainingEntityType.GetTableName(), column.GetColumnName()), (refused.Table, refused.Column));
                Assert.Contains(most.ToString("N0", CultureInfo.CurrentCulture), refused.Message, StringComparison.Ordinal);
            }
        }

        Assert.True(bounded >= 8, $"only {bounded} bounded columns");
    }

    [Fact]
    public void Source_ParametersByHand_AreMadeInOnePlace()
    {
        var root = Path.Combine(Repository.Root, "OtherThing.Data");
        var elsewhere = Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && Path.GetFileName(file) != "Statement.cs")
            .Where(file =>
                !file.Contains("/Serving/", StringComparison.Ordinal)) // the lease is no part of the model, and each of its parameters is made from its value
            .Where(file => File.ReadAllText(file).Contains("CreateParameter(", StringComparison.Ordinal));

        Assert.Empty(elsewhere);
    }

    private static IEnumerable<Statement> All(AppDbContext db) =>
        [.. new RunStatements(db.Model).All, .. new JobCommands(db).All, RowCommand<AuditEntry>.Add(db).Statement];

    private static (string Type, int Size) Parts(string storeType)
    {
        var match = StoreType().Match(storeType);
        var size = match.Groups[2].Value;
        return (match.Groups[1].Value, size.Length == 0 ? 0 : size == "max" ? -1 : int.Parse(size, CultureInfo.InvariantCulture));
    }

    private static SqlDbType TypeOf(string type) => type switch
    {
        "uniqueidentifier" => SqlDbType.UniqueIdentifier,
        "nvarchar" => SqlDbType.NVarChar,
        "varchar" => SqlDbType.VarChar,
        "varbinary" => SqlDbType.VarBinary,
        "datetime2" => SqlDbType.DateTime2,
        "bigint" => SqlDbType.BigInt,
        "int" => SqlDbType.Int,
        "bit" => SqlDbType.Bit,
        "float" => SqlDbType.Float,
        "date" => SqlDbType.Date,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "No statement has had such a column yet."),
    };

    [GeneratedRegex("^(\\w+)(?:\\((\\w+)\\))?$")]
    private static partial Regex StoreType();
}
