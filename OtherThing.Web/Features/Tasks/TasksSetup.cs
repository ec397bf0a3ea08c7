using OtherThing.Core.Tasks;
using OtherThing.Data.Tasks;

namespace OtherThing.Web.Features.Tasks;

/// <summary>Registers and maps tasks.</summary>
internal static class TasksSetup
{
    public static WebApplicationBuilder AddTasks(this WebApplicationBuilder builder)
    {
        builder.Services.AddTasksData().AddSingleton<TaskService>();
        return builder;
    }

    public static WebApplication MapTasks(this WebApplication app)
    {
        app.MapTaskEndpoints();
        return app;
    }
}
