using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Access;
using OtherThing.Core.Jobs;
using OtherThing.Core.Jobs.Dispatch;
using OtherThing.Core.Nodes.Models;
using OtherThing.Core.Steps;
using OtherThing.Core.Workspaces;

namespace OtherThing.Core.Nodes;

/// <summary>Registers nodes and jobs.</summary>
public static class NodesCoreSetup
{
    /// <summary>The services of nodes and jobs, the dispatcher, the sweeper, and the step that runs commands.</summary>
    public static IServiceCollection AddNodesCore(this IServiceCollection services)
    {
        services.AddOptions<NodesOptions>().BindConfiguration(NodesOptions.Section);
        services.AddSingleton<NodeLinks>().AddSingleton<NodeFeed>().AddSingleton<AttemptLimiter>().AddSingleton<NodeProofs>();
        services.AddSingleton<NodeService>().AddSingleton<NodeClaims>().AddSingleton<EnrollmentService>().AddSingleton<NodeSessions>();
        services.AddSingleton(JobShare.Everything); // one server serves a database
        services.AddSingleton<JobDispatcher>().AddHostedService(provider => provider.GetRequiredService<JobDispatcher>());
        services.AddSingleton<NodeSweeper>().AddHostedService(provider => provider.GetRequiredService<NodeSweeper>());
        services.AddSingleton<JobService>().AddSingleton<IJobRunner, JobRunner>();
        services.AddSingleton<IStepExecutor, NodeCommandExecutor>();
        services.AddSingleton<JobDeparture>();
        services.AddSingleton<IMemberDeparture>(provider => provider.GetRequiredService<JobDeparture>());
        services.AddSingleton<IAccessSweep>(provider => provider.GetRequiredService<JobDeparture>());
        services.AddSingleton<NodeTunnels>().AddSingleton<ModelMachines>().AddSingleton<ModelRouter>().AddSingleton<IAccessSweep, TunnelSweep>();
        services.AddSingleton<IWorkspaceSeed, NodeSeed>();
        return services;
    }
}
