using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Console.Commands;

namespace OtherThing.Core.Console;

/// <summary>Registers the console and its commands.</summary>
public static class ConsoleCoreSetup
{
    /// <summary>The console with every command; the services behind them are registered by their features.</summary>
    public static IServiceCollection AddConsoleCore(this IServiceCollection services) => services
        .AddSingleton<Lookup>()
        .AddSingleton<ConsoleService>()
        .AddCommand<WhoAmICommand>().AddCommand<MembersCommand>().AddCommand<MemberRoleCommand>().AddCommand<MemberRemoveCommand>()
        .AddCommand<NodesCommand>().AddCommand<NodeShowCommand>().AddCommand<NodeDrainCommand>().AddCommand<NodeResumeCommand>()
        .AddCommand<AuditCommand>().AddCommand<StatsCommand>().AddCommand<UsageCommand>().AddCommand<KeysCommand>()
        .AddCommand<TasksCommand>().AddCommand<TaskShowCommand>().AddCommand<TaskAddCommand>().AddCommand<TaskMoveCommand>()
        .AddCommand<TaskAssignCommand>().AddCommand<TaskDeleteCommand>().AddCommand<TaskRestoreCommand>()
        .AddCommand<FlowsCommand>().AddCommand<RunCommand>().AddCommand<FlowRunCommand>()
        .AddCommand<RunsCommand>().AddCommand<RunShowCommand>().AddCommand<LogsCommand>().AddCommand<RunLogsCommand>()
        .AddCommand<RunCancelCommand>().AddCommand<RunRetryCommand>();

    private static IServiceCollection AddCommand<TCommand>(this IServiceCollection services)
        where TCommand : class, IConsoleCommand => services.AddSingleton<IConsoleCommand, TCommand>();
}
