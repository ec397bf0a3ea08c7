using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Scaffolding;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Data;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Data;

/// <summary>The models written as code (<c>eng/models</c>) are used, and are what the configurations say today.</summary>
public partial class CompiledModelTests
{
    [Theory]
    [InlineData("Sqlite")]
    [InlineData("SqlServer")]
    public void Model_WrittenAnew_IsWhatIsCommitted(string provider)
    {
        using var db = Create(provider);
        using var directory = new TestDirectory();

        var written = Write(db, provider, directory.Path);

        var committed = Path.Combine(Repository.Root, "OtherThing.Data", "CompiledModels", provider);
        Assert.Equal(Directory.GetFiles(committed).Select(Path.GetFileName).Order(), written.Select(Path.GetFileName).Order());
        Assert.All(written, file =>
            Assert.True(Text(file) == Text(Path.Combine(committed, Path.GetFileName(file))), $"{Path.GetFileName(file)} differs: run eng/models"));
    }

    [Theory]
    [InlineData("Sqlite")]
    [InlineData("SqlServer")]
    public void Model_AtRunTime_IsTheWrittenOne(string provider)
    {
        using var db = Create(provider);

        Assert.Equal($"OtherThing.Data.CompiledModels.{provider}", db.Model.GetType().Namespace);
        Assert.IsAssignableFrom<RuntimeModel>(db.Model);
    }

    private static AppDbContext Create(string provider) =>
        provider == "Sqlite" ? new SqliteDesignTimeFactory().CreateDbContext([]) : new SqlServerDesignTimeFactory().CreateDbContext([]);

    private static IReadOnlyList<string> Write(AppDbContext db, string provider, string directory)
    {
        var services = new ServiceCollection().AddEntityFrameworkDesignTimeServices().AddDbContextDesignTimeServices(db);
        var own = Assembly.Load(db.GetService<IDatabaseProvider>().Name);
        var type = own.GetType(own.GetCustomAttribute<DesignTimeProviderServicesAttribute>()!.TypeName, throwOnError: true)!;
        ((IDesignTimeServices)Activator.CreateInstance(type)!).ConfigureDesignTimeServices(services);
        using var built = services.BuildServiceProvider();
        return built.GetRequiredService<ICompiledModelScaffolder>()
            .ScaffoldModel(db.GetService<IDesignTimeModel>().Model, directory, new CompiledModelCodeGenerationOptions
            {
                ContextType = db.GetType(),
                ModelNamespace = $"OtherThing.Data.CompiledModels.{provider}",
                Language = "C#",
                UseNullableReferenceTypes = true,
            });
    }

    private static string Text(string file) => ModelId().Replace(File.ReadAllText(file).ReplaceLineEndings("\n"), "modelId");

    // Each writing draws a new one.
    [GeneratedRegex("modelId: new Guid\\(\"[^\"]*\"\\)")]
    private static partial Regex ModelId();
}
