namespace OtherThing.Web.Features.Workspaces;

/// <summary>Registers and maps workspaces.</summary>
internal static class WorkspacesSetup
{
    public static WebApplicationBuilder AddWorkspaces(this WebApplicationBuilder builder) => builder;

    public static WebApplication MapWorkspaces(this WebApplication app) => app;
}
