using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Workspaces;

namespace OtherThing.Data.Workspaces;

/// <summary>Registers the stores of workspaces, members and invites.</summary>
public static class WorkspacesDataSetup
{
    public static IServiceCollection AddWorkspacesData(this IServiceCollection services) => services
        .AddSingleton<IWorkspaceStore, WorkspaceStore>()
        .AddSingleton<IMemberStore, MemberStore>()
        .AddSingleton<IInviteStore, InviteStore>();
}
