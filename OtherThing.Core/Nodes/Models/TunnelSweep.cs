using Microsoft.Extensions.Options;
using OtherThing.Core.Access;

namespace OtherThing.Core.Nodes.Models;

/// <summary>
/// Ends the calls of models on machines that do not serve the workspace any more, or are not heard of any more. A member's calls end with
/// their runs.
/// </summary>
internal sealed class TunnelSweep(NodeTunnels tunnels, INodeStore store, NodeLinks links, TimeProvider clock, IOptions<NodesOptions> options) : IAccessSweep
{
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var ended = 0;
        foreach (var calls in tunnels.Live.GroupBy(tunnel => tunnel.WorkspaceId).ToList())
        {
            var serving = await store.ListServingIdsAsync(calls.Key, cancellationToken);
            foreach (var tunnel in calls)
            {
                if (!serving.Contains(tunnel.NodeId))
                {
                    tunnel.Abort("not_allowed", "the machine was taken out of this workspace");
                    ended++;
                }
                else if (IsGone(tunnel))
                {
                    tunnel.Abort("gone", "the machine does not answer any more");
                    ended++;
                }
            }
        }

        return ended;
    }

    /// <summary>A machine that lost its session goes on with what it has begun; one that is silent for too long does not.</summary>
    private bool IsGone(NodeTunnel tunnel) =>
        links.Find(tunnel.NodeId) is not { } link
        || (link.Session is null && !tunnel.IsOpen)
        || clock.GetUtcNow().UtcDateTime - link.LastBeatAt >= options.Value.Unreachable;
}
