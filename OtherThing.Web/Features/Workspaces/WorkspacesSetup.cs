using OtherThing.Core.Workspaces;
using OtherThing.Data.Workspaces;

namespace OtherThing.Web.Features.Workspaces;

/// <summary>Registers and maps workspaces.</summary>
internal static class WorkspacesSetup
{
    public static WebApplicationBuilder AddWorkspaces(this WebApplicationBuilder builder)
    {
        builder.Services.AddWorkspacesData().AddWorkspaceServices();
        builder.Services.AddScoped<FirstStepsReader>();
        return builder;
    }

    public static WebApplication MapWorkspaces(this WebApplication app)
    {
        app.MapWorkspaceEndpoints();
        app.MapMemberEndpoints();
        app.MapInviteEndpoints();
        app.MapTransferEndpoints();
        return app;
    }
}
