using OtherThing.Core.Access;

namespace OtherThing.Core.Workspaces;

/// <summary>Puts something into every new workspace; each feature may bring one.</summary>
public interface IWorkspaceSeed
{
    /// <summary>Called once after the workspace exists, for its creator.</summary>
    Task SeedAsync(Workspace workspace, Actor creator, CancellationToken cancellationToken);
}
