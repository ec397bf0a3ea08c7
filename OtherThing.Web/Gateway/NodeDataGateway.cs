using System.Threading.Channels;
using Grpc.Core;
using OtherThing.Core.Jobs;
using OtherThing.Core.Nodes;
using OtherThing.Protocol.V1;

namespace OtherThing.Web.Gateway;

/// <summary>The bulk connection of nodes: pieces of logs in, answers out in the same order.</summary>
internal sealed class NodeDataGateway(NodeSessions sessions, NodeTokens tokens) : NodeData.NodeDataBase
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
