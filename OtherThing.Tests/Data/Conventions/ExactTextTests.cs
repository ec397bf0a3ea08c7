using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using OtherThing.Data;
using OtherThing.Data.Conventions;

namespace OtherThing.Tests.Data.Conventions;

/// <summary>Each column of text is compared either as code points or as people do, and SQLite and SQL Server agree on it.</summary>
public sealed class ExactTextTests
{
    // A column with such a name is for people; one that is none of the list of words is a mistake of that list.
    private static readonly string[] s_forPeople = ["Name", "Title", "Description", "Email", "DisplayName"];

    private static readonly string[] s_exactAllTheSame = ["NormalizedName", "NormalizedEmail", "NormalizedUserName", "FriendlyName", "ProviderDisplayName"];

    // Names of things that people do not choose: a role of ASP.NET Core, a kind of token, the installation.
    private static readonly string[] s_namesOfThings = ["IdentityRole<Guid>.Name", "IdentityUserToken<Guid>.Name", "Installation.Name"];

    [Fact]
    public void SqlServer_EveryColumnOfText_IsExactOrOneOfTheWords()
    {
        using var db = new SqlServerDesignTimeFactory().CreateDbContext([]);
        var columns = Texts(db).ToArray();

        Assert.True(columns.Length > 80, $"only {columns.Length}");
        foreach (var column in columns)
        {
            var words = ExactText.Words.Contains((column.DeclaringType.ClrType, column.Name));
            Assert.True(
                column.GetCollation() == (words ? null : ExactText.Collation),
                $"{column.DeclaringType.DisplayName()}.{column.Name} compares by {column.GetCollation() ?? "the database's collation"}");
        }

        Assert.All(ExactText.Words, word => Assert.Contains(columns, column => (column.DeclaringType.ClrType, column.Name) == word));
    }

    [Fact]
    public void SqlServer_ColumnsForPeople_AreInTheListOfWords()
    {
        using var db = new SqlServerDesignTimeFactory().CreateDbContext([]);

        var forgotten = Texts(db).Where(column => column.GetCollation() is not null)
            .Where(column => s_forPeople.Any(word => column.Name.EndsWith(word, StringComparison.Ordinal)) && !s_exactAllTheSame.Contains(column.Name))
            .Select(column => $"{column.DeclaringType.DisplayName()}.{column.Name}").Except(s_namesOfThings);

        Assert.Empty(forgotten);
    }

    [Theory]
    [InlineData("Tasks", "Rank")]
    [InlineData("UsageEntries", "CallId")]
    [InlineData("UsageEntries", "Model")]
    [InlineData("UsageEntries", "StepPath")]
    [InlineData("Triggers", "StepId")]
    [InlineData("Triggers", "TokenHash")]
    [InlineData("StepPins", "StepId")]
    [InlineData("Workspaces", "InviteCode")]
    [InlineData("Invites", "CodeHash")]
    [InlineData("PersonalTokens", "Hash")]
    [InlineData("IdempotencyKeys", "Id")]
    [InlineData("RunBlobs", "Hash")]
    [InlineData("Runs", "Status")]
    public void SqlServer_Identifiers_AreExact(string table, string column)
    {
        using var db = new SqlServerDesignTimeFactory().CreateDbContext([]);

        var property = Texts(db).Single(text => text.DeclaringType.ContainingEntityType.GetTableName() == table && text.GetColumnName() == column);

        Assert.Equal("Latin1_General_100_BIN2", property.GetCollation());
    }

    [Fact]
    public void Sqlite_NoColumn_HasACollationOfAnotherDatabase()
    {
        using var db = new SqliteDesignTimeFactory().CreateDbContext([]);

        Assert.DoesNotContain(Texts(db), column => column.GetCollation() is not null);
    }

    [Fact]
    public void SqlServer_TablesThatGrow_AreKeptInTheOrderTheyGrowIn()
    {
        using var db = new SqlServerDesignTimeFactory().CreateDbContext([]);
        var script = db.Database.GenerateCreateScript();

        foreach (var (table, columns) in new[]
        {
            ("Runs", "[CreatedAt], [Id]"), ("RunJournal", "[At], [RunId], [Sequence]"), ("Jobs", "[CreatedAt], [Id]"), ("JobLogs", "[Place]"),
            ("UsageEntries", "[Timestamp], [Id]"), ("AuditLog", "[At], [Id]"),
        })
        {
            Assert.Contains($"CONSTRAINT [PK_{table}] PRIMARY KEY NONCLUSTERED", script, StringComparison.Ordinal);
            Assert.Contains(
                $"CREATE UNIQUE CLUSTERED INDEX "
                    + $"[IX_{table}_{columns.Replace("[", "", StringComparison.Ordinal).Replace("], ", "_", StringComparison.Ordinal).TrimEnd(']')}] ON "
                    + $"[{table}] ({columns})",
                script, StringComparison.Ordinal);
        }

        Assert.Contains("[Place] bigint NOT NULL IDENTITY", script, StringComparison.Ordinal);
    }

    private static IEnumerable<IProperty> Texts(AppDbContext db) => db.GetService<IDesignTimeModel>().Model
        .GetEntityTypes().SelectMany(entity => entity.GetProperties())
        .Where(property => (property.GetTypeMapping().Converter?.ProviderClrType ?? property.ClrType) == typeof(string));
}
