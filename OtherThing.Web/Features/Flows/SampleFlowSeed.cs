using Microsoft.AspNetCore.Hosting.Server;
using OtherThing.Core.Access;
using OtherThing.Core.Flows;
using OtherThing.Core.Workspaces;
using OtherThing.Web.Hosting;

namespace OtherThing.Web.Features.Flows;

/// <summary>Puts the sample flow into a new workspace.</summary>
internal sealed partial class SampleFlowSeed(FlowService flows, IServer server, ILogger<SampleFlowSeed> logger) : IWorkspaceSeed
{
    public async Task SeedAsync(Workspace workspace, Actor creator, CancellationToken cancellationToken)
    {
        var created = await flows.CreateAsync(
            creator, workspace.Id, SampleFlow.Name, SampleFlow.Description,
            SampleFlow.Create(new Uri(server.HttpAddress(), "/samples/spare-machines.txt")), cancellationToken);
        if (created.Error is { } error)
        {
            LogNotSeeded(workspace.Id, error.Code);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Workspace {WorkspaceId} starts without the sample flow: {Reason}")]
    private partial void LogNotSeeded(Guid workspaceId, string reason);
}
