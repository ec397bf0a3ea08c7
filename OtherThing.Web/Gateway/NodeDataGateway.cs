using System.Threading.Channels;
using Grpc.Core;
using OtherThing.Core.Jobs;
using OtherThing.Core.Nodes;
using OtherThing.Core.Nodes.Models;
using OtherThing.Protocol.V1;

namespace OtherThing.Web.Gateway;

/// <summary>The bulk connection of nodes: pieces of logs in, answers out in the same order; and a stream for each call of a model.</summary>
internal sealed class NodeDataGateway(NodeSessions sessions, NodeTunnels tunnels, NodeTokens tokens, IHostApplicationLifetime lifetime) : NodeData.NodeDataBase
{
    // Pieces under way at once: bounds what one node can make us hold to 8 MiB.
    private const int MaxUnderWay = 128;

    public override async Task AppendLogs(
        IAsyncStreamReader<LogChunk> requestStream, IServerStreamWriter<LogAck> responseStream, ServerCallContext context)
    {
        var nodeId = tokens.Require(context);
        var answers = Channel.CreateBounded<Task<LogAck>>(new BoundedChannelOptions(MaxUnderWay) { SingleReader = true, SingleWriter = true });
        var answering = AnswerAsync(answers.Reader, responseStream, context.CancellationToken);
        try
        {
            while (await requestStream.MoveNext(context.CancellationToken))
            {
                await answers.Writer.WriteAsync(StoreAsync(nodeId, requestStream.Current), context.CancellationToken);
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            // hung up; it goes on from the last answer it got
        }
        finally
        {
            answers.Writer.TryComplete();
        }

        await answering;
    }

    public override async Task Tunnel(
        IAsyncStreamReader<TunnelFrame> requestStream, IServerStreamWriter<TunnelFrame> responseStream, ServerCallContext context)
    {
        var nodeId = tokens.Require(context);
        if (await TunnelStreams.FirstAsync(requestStream, context) is not { } first
            || !Guid.TryParse(first.TunnelId, out var id) || tunnels.Claim(nodeId, id) is not { } tunnel)
        {
            throw new RpcException(new Status(StatusCode.NotFound, "No such tunnel was asked for, or it is over."));
        }

        using (tunnel)
        using (lifetime.ApplicationStopping.Register(() => tunnel.Abort("gone", "the server is restarting")))
        {
            await TunnelStreams.RunAsync(tunnel, first, requestStream, responseStream, context);
        }
    }

    private async Task<LogAck> StoreAsync(Guid nodeId, LogChunk chunk)
    {
        var answer = NodeMessages.Piece(chunk) is { } piece
            ? await sessions.AppendLogAsync(nodeId, piece)
            : new LogAnswer(0, Stop: true);
        return new LogAck
        {
            AttemptId = chunk.AttemptId,
            Fence = chunk.Fence,
            Stream = chunk.Stream,
            NextOffset = (ulong)answer.Next,
            Stop = answer.Stop,
        };
    }

    private static async Task AnswerAsync(ChannelReader<Task<LogAck>> answers, IServerStreamWriter<LogAck> stream, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var answer in answers.ReadAllAsync(cancellationToken))
            {
                await stream.WriteAsync(await answer, cancellationToken);
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or InvalidOperationException or IOException)
        {
            // hung up
        }
    }
}
