using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Runs;

namespace OtherThing.Data.Runs;

public static class RunsDataSetup
{
    public static IServiceCollection AddRunsData(this IServiceCollection services) =>
        services.AddSingleton<IRunStore, RunStore>().AddSingleton<IRunJournalStore, RunJournalStore>();
}
