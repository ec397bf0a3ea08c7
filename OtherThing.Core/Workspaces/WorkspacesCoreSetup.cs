using Microsoft.Extensions.DependencyInjection;

namespace OtherThing.Core.Workspaces;

/// <summary>Registers the services of workspaces.</summary>
public static class WorkspacesCoreSetup
{
    /// <summary>Workspaces, members, invites.</summary>
    public static IServiceCollection AddWorkspaceServices(this IServiceCollection services) => services
        .AddSingleton<WorkspaceService>()
        .AddSingleton<MemberService>()
        .AddSingleton<TransferService>()
        .AddSingleton<InviteService>();
}
