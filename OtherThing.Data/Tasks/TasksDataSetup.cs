using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Tasks;

namespace OtherThing.Data.Tasks;

/// <summary>Registers the store of tasks.</summary>
public static class TasksDataSetup
{
    public static IServiceCollection AddTasksData(this IServiceCollection services) => services.AddSingleton<ITaskStore, TaskStore>();
}
