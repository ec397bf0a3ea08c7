using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.Options;
using OtherThing.Core.Access;
using OtherThing.Core.Flows;
using OtherThing.Core.Workspaces;
using OtherThing.Web.Hosting;

namespace OtherThing.Web.Features.Flows.Gallery;

/// <summary>Puts the sample flow into a new workspace.</summary>
internal sealed partial class SampleFlowSeed(FlowService flows, IServer server, IOptions<HostFilteringOptions> hosts, ILogger<SampleFlowSeed> logger)
    : IWorkspaceSeed
{
    public async Task SeedAsync(Workspace workspace, Actor creator, CancellationToken cancellationToken)
    {
        var own = server.HttpAddress();
        if (own.Scheme == Uri.UriSchemeHttps)
        {
            // A certificate is for the name that people use, not for the address it is listened on.
            own = new UriBuilder(own) { Host = hosts.Value.AllowedHosts[0] }.Uri;
        }

        var created = await flows.CreateAsync(
            creator, workspace.Id, SampleFlow.Name, SampleFlow.Description,
            SampleFlow.Create(new Uri(own, "/samples/spare-machines.txt")), cancellationToken);
        if (created.Error is { } error)
        {
            LogNotSeeded(workspace.Id, error.Code);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Workspace {WorkspaceId} starts without the sample flow: {Reason}")]
    private partial void LogNotSeeded(Guid workspaceId, string reason);
}
