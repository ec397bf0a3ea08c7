namespace OtherThing.Web.Features.Tasks;

/// <summary>Registers and maps tasks.</summary>
internal static class TasksSetup
{
    public static WebApplicationBuilder AddTasks(this WebApplicationBuilder builder) => builder;

    public static WebApplication MapTasks(this WebApplication app) => app;
}
