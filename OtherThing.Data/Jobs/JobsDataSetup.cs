using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Jobs;

namespace OtherThing.Data.Jobs;

/// <summary>Registers the stores of jobs.</summary>
public static class JobsDataSetup
{
    public static IServiceCollection AddJobsData(this IServiceCollection services) => services
        .AddSingleton<IJobStore, JobStore>()
        .AddSingleton<IJobHolderStore, JobHolderStore>();
}
