using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using OtherThing.Data;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Data;

public partial class MigrationTests
{
    [Fact]
    public void Sqlite_Migrations_EqualTheModel()
    {
        using var db = new SqliteDesignTimeFactory().CreateDbContext([]);

        Assert.False(db.Database.HasPendingModelChanges());
    }

    [Fact]
    public void SqlServer_Migrations_EqualTheModel()
    {
        using var db = new SqlServerDesignTimeFactory().CreateDbContext([]);

        Assert.False(db.Database.HasPendingModelChanges());
    }

    [Fact]
    public void SqlServer_Script_IsWholeAndIdempotent()
    {
        using var db = new SqlServerDesignTimeFactory().CreateDbContext([]);

        var script = db.GetService<IMigrator>().GenerateScript(options: MigrationsSqlGenerationOptions.Idempotent);

        foreach (var table in db.Model.GetEntityTypes().Select(entity => entity.GetTableName()).Distinct())
        {
            Assert.Contains($"CREATE TABLE [{table}]", script, StringComparison.Ordinal);
        }

        Assert.Contains("datetime2", script, StringComparison.Ordinal);
        Assert.DoesNotContain("datetimeoffset", script.Replace("[LockoutEnd] datetimeoffset", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void SqlServer_EveryTable_HasAKeyAndBoundedIndexedText()
    {
        using var db = new SqlServerDesignTimeFactory().CreateDbContext([]);

        foreach (var entity in db.Model.GetEntityTypes())
        {
            Assert.NotNull(entity.FindPrimaryKey());
            foreach (var property in entity.GetIndexes().SelectMany(index => index.Properties).Where(property => property.ClrType == typeof(string)))
            {
                Assert.True(property.GetMaxLength() is > 0 and <= 900, $"{entity.ShortName()}.{property.Name} is indexed and must be bounded");
            }
        }
    }

    [Fact]
    public async Task Sqlite_FreshFile_IsMigratedAndDurable()
    {
        using var directory = new TestDirectory();
        var path = Path.Combine(directory.Path, "fresh.db");
        var options = new DbContextOptionsBuilder<SqliteAppDbContext>();
        DataSetup.ConfigureSqlite(options, $"Data Source={path}");
        await using var db = new SqliteAppDbContext(options.Options);

        await db.Database.MigrateAsync(TestContext.Current.CancellationToken);

        Assert.Empty(await db.Database.GetPendingMigrationsAsync(TestContext.Current.CancellationToken));
        await db.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        Assert.Equal("wal", await PragmaAsync(db, "journal_mode"));
        Assert.Equal("2", await PragmaAsync(db, "synchronous")); // FULL
        Assert.Equal("1", await PragmaAsync(db, "foreign_keys"));
    }

    [Fact]
    public void SqlServer_Script_AltersNoColumnThatAKeyAnIndexOrAFilterStandsOn()
    {
        using var db = new SqlServerDesignTimeFactory().CreateDbContext([]);
        var script = db.GetService<IMigrator>().GenerateScript(options: MigrationsSqlGenerationOptions.NoTransactions);
        var standing = new Dictionary<(string Table, string Name), string>();
        var altered = 0;

        foreach (Match statement in SqlServerStatement().Matches(script))
        {
            var (table, name) = (statement.Groups["table"].Value, statement.Groups["name"].Value);
            switch (statement.Groups["verb"].Value)
            {
                case "ALTER COLUMN":
                    altered++;
                    Assert.All(standing.Where(pair => pair.Key.Table == table), pair => Assert.False(
                        pair.Value.Contains($"[{name}]", StringComparison.Ordinal) || pair.Value.Contains($"\"{name}\"", StringComparison.Ordinal),
                        $"{table}.{name} is altered under {pair.Key.Name}"));
                    break;
                case "DROP":
                    Assert.True(standing.Remove((table, name)), $"{name} of {table} does not stand when it is dropped");
                    break;
                default:
                    standing.Add((table, name), statement.Groups["columns"].Value);
                    break;
            }
        }

        Assert.True(altered > 60, $"only {altered}");
        Assert.True(standing.Count > 60, $"only {standing.Count}");
        Assert.DoesNotMatch("(?i)\\[Place\\][^,;]*DEFAULT", script); // an identity has no default
    }

    [Fact]
    public async Task Sqlite_CardsOfBefore_AreCountedOn()
    {
        using var directory = new TestDirectory();
        var options = new DbContextOptionsBuilder<SqliteAppDbContext>();
        DataSetup.ConfigureSqlite(options, $"Data Source={Path.Combine(directory.Path, "old.db")}");
        await using var db = new SqliteAppDbContext(options.Options);
        await db.GetService<IMigrator>().MigrateAsync("Initial", TestContext.Current.CancellationToken);
        var workspace = Guid.NewGuid().ToString();
        await AddRowAsync(db, "Workspaces", ("Id", workspace));
        await AddRowAsync(db, "Tasks", ("WorkspaceId", workspace), ("Number", "7"), ("Rank", "a"));
        await AddRowAsync(db, "Tasks", ("WorkspaceId", workspace), ("Number", "3"), ("Rank", "b"));

        await db.Database.MigrateAsync(TestContext.Current.CancellationToken);

        Assert.Equal("7", await ScalarAsync(db, "SELECT \"LastTaskNumber\" FROM \"Workspaces\""));
    }

    /// <summary>A row with what is named, and something in each other column that must have a value.</summary>
    private static async Task AddRowAsync(AppDbContext db, string table, params (string Column, string Value)[] values)
    {
        var columns = await db.Database.SqlQuery<string>($"SELECT name AS Value FROM pragma_table_info({table}) WHERE \"notnull\" = 1")
            .ToListAsync(TestContext.Current.CancellationToken);
        var row = columns.ToDictionary(
            column => column, column => values.FirstOrDefault(value => value.Column == column).Value ?? (column == "Id" ? Guid.NewGuid().ToString() : "0"));
        var text =
            $"INSERT INTO \"{table}\" ({string.Join(',', row.Keys.Select(column => $"\"{column}\""))}) VALUES "
                + $"({string.Join(',', row.Keys.Select((_, i) => $"{{{i}}}"))})";
        await db.Database.ExecuteSqlRawAsync(text, row.Values, TestContext.Current.CancellationToken);
    }

    private static async Task<string> ScalarAsync(AppDbContext db, string text)
    {
        await db.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = text;
        return (await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!.ToString()!;
    }

    // The columns of a table's own key stand in its CREATE TABLE.
    [GeneratedRegex("""
        (?:(?<verb>DROP)\s+INDEX\s+\[(?<name>\w+)\]\s+ON\s+\[(?<table>\w+)\]
        |ALTER\s+TABLE\s+\[(?<table>\w+)\]\s+(?<verb>DROP)\s+CONSTRAINT\s+\[(?<name>PK_\w+)\]
        |ALTER\s+TABLE\s+\[(?<table>\w+)\]\s+ADD\s+CONSTRAINT\s+\[(?<name>PK_\w+)\](?<verb>\s+PRIMARY)\s+KEY(?:\s+NONCLUSTERED)?\s+(?<columns>\([^)]*\))
        |(?<verb>CREATE)\s+(?:UNIQUE\s+)?(?:CLUSTERED\s+)?INDEX\s+\[(?<name>\w+)\]\s+ON\s+\[(?<table>\w+)\]\s+(?<columns>[^;]*);
        |ALTER\s+TABLE\s+\[(?<table>\w+)\]\s+(?<verb>ALTER\s+COLUMN)\s+\[(?<name>\w+)\]
        |CREATE\s+(?<verb>TABLE)\s+\[(?<table>\w+)\]\s*\((?:(?!CREATE\s)[\s\S])*?CONSTRAINT\s+\[(?<name>PK_\w+)\]\s+PRIMARY\s+KEY\s+(?<columns>\([^)]*\)))
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture)]
    private static partial Regex SqlServerStatement();

    private static async Task<string> PragmaAsync(AppDbContext db, string name)
    {
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = name switch
        {
            "journal_mode" => "PRAGMA journal_mode",
            "synchronous" => "PRAGMA synchronous",
            _ => "PRAGMA foreign_keys",
        };
        return (await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!.ToString()!;
    }
}
