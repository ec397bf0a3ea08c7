using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using OtherThing.Data;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Data;

public class MigrationTests
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
