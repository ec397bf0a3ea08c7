using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Access;
using OtherThing.Core.Jobs;
using OtherThing.Data.Access;

namespace OtherThing.Data.Jobs;

/// <summary>Registers the stores of jobs.</summary>
public static class JobsDataSetup
{
    public static IServiceCollection AddJobsData(this IServiceCollection services) => services
        .AddSingleton<IJobStore, JobStore>()
        // A run's jobs end with their run.
        .AddSingleton(new HeldTable<Job>(
            job => job.Status == JobStatus.Queued || job.Status == JobStatus.Assigned || job.Status == JobStatus.Running,
            job => job.RunId == null && job.CancelRequestedAt == null, nameof(Job.UserId), job => job.CreatedAt))
        .AddSingleton<IHolderStore<Job>, HolderStore<Job>>();
}
