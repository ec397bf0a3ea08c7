using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Access;
using OtherThing.Core.Runs.Grains;
using OtherThing.Core.Runs.Journal;
using OtherThing.Core.Runs.Machine;
using OtherThing.Core.Runs.Repeat;
using OtherThing.Core.Runs.Values;
using OtherThing.Core.Steps;
using OtherThing.Core.Workspaces;

namespace OtherThing.Core.Runs;

/// <summary>Registers the engine.</summary>
public static class RunsSetup
{
    /// <summary>The journal's lane, the sweeper, plans, and the service over them.</summary>
    /// <param name="services">The services.</param>
    /// <param name="options">What a run may use up.</param>
    public static IServiceCollection AddEngine(this IServiceCollection services, RunOptions options) => services
        .AddSingleton(options)
        .AddSingleton<RunTurns>()
        .AddSingleton<RunValues>()
        .AddSingleton<RunValueService>()
        .AddSingleton<RunJournal>()
        .AddHostedService(provider => provider.GetRequiredService<RunJournal>())
        .AddHostedService<RunSweeper>()
        .AddSingleton<RunTally>()
        .AddSingleton<FlowPlans>()
        .AddSingleton<RunFactsReader>()
        .AddSingleton<RunSource>()
        .AddSingleton<RunTalk>()
        .AddSingleton<StepRunner>()
        .AddSingleton<IStepExecutor, PlaceholderExecutor>()
        .AddSingleton<UsageRecorder>()
        .AddSingleton<RunStarter>()
        .AddSingleton<IStepExecutor, FlowCallExecutor>()
        .AddSingleton<RunRights>()
        .AddSingleton<RunDeparture>()
        .AddSingleton<IMemberDeparture>(provider => provider.GetRequiredService<RunDeparture>())
        .AddSingleton<IAccessSweep>(provider => provider.GetRequiredService<RunDeparture>())
        .AddHostedService<AccessSweeper>()
        .AddSingleton<RunStepService>()
        .AddSingleton<RunService>()
        .AddSingleton<RunStartService>()
        .AddSingleton<RunRepeatService>()
        .AddSingleton<FailedRunTasks>();
}
