using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Jobs;
using OtherThing.Core.Retention;
using OtherThing.Core.Runs.Journal;
using OtherThing.Core.Workspaces;
using OtherThing.Data.Jobs;
using OtherThing.Data.Runs;

namespace OtherThing.Data.Retention;

/// <summary>Registers the stores and rules of what is kept for how long.</summary>
public static class RetentionDataSetup
{
    public static IServiceCollection AddRetentionData(this IServiceCollection services)
    {
        services.AddSingleton<PieceWork>()
            .AddSingleton<IRunPurgeStore, RunPurgeStore>()
            .AddSingleton<IJobPurgeStore, JobPurgeStore>()
            .AddSingleton<IShreddingStore, ShreddingStore>()
            .AddSingleton<IHoldingsStore, HoldingsStore>()
            .AddSingleton<VersionRetention>()
            .AddSingleton<IRetentionRule>(provider => provider.GetRequiredService<VersionRetention>());
        foreach (var rule in RowRule.All)
        {
            services.AddSingleton<IRetentionRule>(provider => new RowRetention(
                rule, provider.GetRequiredService<PieceWork>(), provider.GetRequiredService<DeletionPace>(), TableOf(provider, rule.Entity)));
        }

        // After the others: what they have emptied is given back.
        return services.AddSingleton<FileSpace>()
            .AddSingleton<IFileSpace>(provider => provider.GetRequiredService<FileSpace>())
            .AddSingleton<IRetentionRule>(provider => provider.GetRequiredService<FileSpace>());
    }

    private static string TableOf(IServiceProvider provider, Type entity)
    {
        using var db = provider.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContext();
        return db.Model.FindEntityType(entity)!.GetTableName()!;
    }
}
