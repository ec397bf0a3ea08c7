using System.Text.Json;
using OtherThing.Lab.Processes;

namespace OtherThing.Lab.Nodes;

/// <summary>Many light nodes of one person.</summary>
internal sealed class LightFleet : IAsyncDisposable
{
    private const int AtOnce = 16;

    private readonly List<LightNode> _nodes = [];

    /// <summary>All of them.</summary>
    public IReadOnlyList<LightNode> Nodes => _nodes;

    /// <summary>How many have a session now.</summary>
    public int Connected => _nodes.Count(node => node.IsConnected);

    /// <summary>Joins and connects that many nodes; returns when all are welcome.</summary>
    /// <param name="server">The server, signed in, with room for as many enrolments.</param>
    /// <param name="count">How many.</param>
    /// <param name="kinds">The kinds of work they take.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static async Task<LightFleet> JoinAsync(ServerProcess server, int count, string[] kinds, CancellationToken cancellationToken)
    {
        var fleet = new LightFleet();
        var grpc = new Uri($"http://localhost:{server.Ports[1]}");
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (index, token) =>
            {
                var name = $"light-{index}";
                var invited = await server.PostAsync("/nodes/join-tokens", JsonSerializer.Serialize(new { name }), token);
                var node = await LightNode.JoinAsync(grpc, name, kinds, invited.GetProperty("token").GetString()!, token);
                node.Start();
                lock (fleet._nodes)
                {
                    fleet._nodes.Add(node);
                }
            });
        await fleet.AllConnectedAsync(cancellationToken);
        return fleet;
    }

    /// <summary>Lends them all to a workspace.</summary>
    public Task LendAsync(ServerProcess server, string workspace, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        _nodes,
        new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
        async (node, token) => await server.PostAsync($"/nodes/{node.Id}/workspaces", $$"""{"workspaceIds":["{{workspace}}"]}""", token));

    public Task AllConnectedAsync(CancellationToken cancellationToken) =>
        Until.HoldsAsync(() => Task.FromResult(Connected == _nodes.Count), $"{_nodes.Count} nodes are connected", cancellationToken);

    public async ValueTask DisposeAsync() => await Parallel.ForEachAsync(_nodes, async (node, _) => await node.DisposeAsync());
}
