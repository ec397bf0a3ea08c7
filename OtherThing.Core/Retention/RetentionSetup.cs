using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Jobs;
using OtherThing.Core.Runs.Journal;
using OtherThing.Core.Workspaces;

namespace OtherThing.Core.Retention;

/// <summary>Registers what deletes things that are not kept any more.</summary>
public static class RetentionSetup
{
    /// <summary>The sweeper, and the rules of Core; Data brings those of its tables.</summary>
    public static IServiceCollection AddRetention(this IServiceCollection services) => services
        .AddOptions()
        .AddSingleton<DeletionPace>()
        .AddSingleton<RunPurge>()
        .AddSingleton<IRetentionRule>(provider => provider.GetRequiredService<RunPurge>())
        .AddSingleton<JobPurge>()
        .AddSingleton<IRetentionRule>(provider => provider.GetRequiredService<JobPurge>())
        .AddSingleton<BlobPurge>()
        .AddSingleton<IRetentionRule>(provider => provider.GetRequiredService<BlobPurge>())
        .AddSingleton<WorkspaceShredding>()
        .AddSingleton<IRetentionRule>(provider => provider.GetRequiredService<WorkspaceShredding>())
        .AddSingleton<HoldingsService>()
        .AddSingleton<RetentionSweeper>()
        .AddHostedService(provider => provider.GetRequiredService<RetentionSweeper>());
}
