using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core;
using OtherThing.Data;

namespace OtherThing.Tests.Support;

/// <summary>Databases that are made once and copied: a file of the model's schema, and one that all migrations have gone over.</summary>
internal static class TestSchema
{
    private const string FileName = "otherthing.db";
    private static readonly Lazy<byte[]> s_ofModel = new(() => Make(db => db.Database.EnsureCreated()));
    private static readonly Lazy<byte[]> s_migrated = new(() => Make(db => db.Database.Migrate()));

    /// <summary>Puts an empty database of the model's schema where <see cref="DatabaseOptions.SqliteIn"/> has it.</summary>
    public static void PutModel(string directory) => File.WriteAllBytes(Path.Combine(directory, FileName), s_ofModel.Value);

    /// <summary>Puts the database of a server that has started once before anybody came.</summary>
    public static void PutMigrated(string directory) => File.WriteAllBytes(Path.Combine(directory, FileName), s_migrated.Value);

    private static byte[] Make(Action<AppDbContext> create)
    {
        using var directory = new TestDirectory();
        var options = DatabaseOptions.SqliteIn(directory.Path);
        var services = new ServiceCollection();
        // Without a pool the file is whole, and its log gone, once the context is.
        services.AddLogging().AddCore().AddDatabase(options with { ConnectionString = options.ConnectionString + ";Pooling=False" });
        using (var provider = services.BuildServiceProvider())
        using (var db = provider.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContext())
        {
            create(db);
        }

        Assert.Equal([FileName], Directory.GetFiles(directory.Path).Select(Path.GetFileName));
        return File.ReadAllBytes(Path.Combine(directory.Path, FileName));
    }
}
