using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Access;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Queue;
using OtherThing.Core.Runs.Values;
using OtherThing.Data.Access;

namespace OtherThing.Data.Runs;

/// <summary>Registers what keeps runs.</summary>
public static class RunsDataSetup
{
    /// <param name="services">The services.</param>
    /// <param name="dataDirectory">Where large values are kept, in <c>blobs</c>.</param>
    public static IServiceCollection AddRunsData(this IServiceCollection services, string dataDirectory) => services
        .AddSingleton<IBlobStore>(new FileBlobStore(Path.Combine(dataDirectory, "blobs")))
        .AddSingleton<IRunStore, RunStore>()
        .AddSingleton(new HeldTable<Run>(
            run => run.Status == RunStatus.Queued || run.Status == RunStatus.Running || run.Status == RunStatus.Waiting, run => true, nameof(Run.StartedBy),
            run => run.WakeAt))
        .AddSingleton<IHolderStore<Run>, HolderStore<Run>>()
        .AddSingleton<IRunQueueStore, RunQueueStore>()
        .AddSingleton<IRunJournalStore, RunJournalStore>();
}
