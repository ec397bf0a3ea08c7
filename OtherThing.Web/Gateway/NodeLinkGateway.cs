using Grpc.Core;
using OtherThing.Core.Nodes;
using OtherThing.Protocol.V1;

namespace OtherThing.Web.Gateway;

/// <summary>The control stream of nodes: translates frames, nothing more.</summary>
internal sealed class NodeLinkGateway(NodeSessions sessions, NodeTokens tokens, TimeProvider clock, IHostApplicationLifetime lifetime)
    : Protocol.V1.NodeLink.NodeLinkBase
{
    private const uint Proto = 1;
    private static readonly TimeSpan s_helloWithin = TimeSpan.FromSeconds(15);

    public override async Task Session(
        IAsyncStreamReader<NodeFrame> requestStream, IServerStreamWriter<ServerFrame> responseStream, ServerCallContext context)
    {
        var nodeId = tokens.Require(context);
        using var session = new GatewaySession(nodeId, sessions.Options, clock);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, session.Ended);
        using var stopping = lifetime.ApplicationStopping.Register(
            () => session.Close(SessionEnd.Shutdown, "The server is restarting; come back in a moment."));
        var writing = session.WriteAsync(responseStream, context.CancellationToken);
        try
        {
            await ReadAsync(session, requestStream, context, ended.Token);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException || (gone is RpcException && ended.IsCancellationRequested))
        {
            // hung up, or ended by us
        }
        finally
        {
            sessions.Closed(session);
            session.Complete();
            await writing;
        }
    }

    private async Task ReadAsync(
        GatewaySession session, IAsyncStreamReader<NodeFrame> frames, ServerCallContext context, CancellationToken ended)
    {
        if (await ReadHelloAsync(frames, ended) is not { } hello)
        {
            session.Close(SessionEnd.Refused, "The first frame must be a Hello of this node within 15 s, protocol 1.");
            return;
        }

        if (await sessions.OpenAsync(session, NodeMessages.Hello(hello), AddressOf(context), ended) is { } refusal)
        {
            session.Close(
                refusal.Code switch
                {
                    "node.revoked" or "node.not_found" => SessionEnd.Revoked,
                    "node.quarantined" => SessionEnd.Quarantined,
                    _ => SessionEnd.Refused,
                },
                refusal.Message);
            return;
        }

        while (await frames.MoveNext(ended))
        {
            if (!await HandleAsync(session, frames.Current, ended))
            {
                return;
            }
        }
    }

    private async Task<bool> HandleAsync(GatewaySession session, NodeFrame frame, CancellationToken ended)
    {
        switch (frame.BodyCase)
        {
            case NodeFrame.BodyOneofCase.Heartbeat:
                return await sessions.BeatAsync(session, NodeMessages.Beat(frame.Heartbeat), ended);
            case NodeFrame.BodyOneofCase.Event when NodeMessages.Event(frame.Event) is { } happened:
                sessions.Happened(session, happened);
                break;
            case NodeFrame.BodyOneofCase.Facts:
                await sessions.RestateAsync(session, known => NodeMessages.WithMachine(known, frame.Facts), paused: null, ended);
                break;
            case NodeFrame.BodyOneofCase.Consent:
                await sessions.RestateAsync(session, known => NodeMessages.WithConsent(known, frame.Consent), frame.Consent.Paused, ended);
                break;
        }

        return true;
    }

    private static async Task<Hello?> ReadHelloAsync(IAsyncStreamReader<NodeFrame> frames, CancellationToken ended)
    {
        // Cancelling MoveNext would abort the stream before our answer is out: wait beside it.
        var first = frames.MoveNext(ended);
        var hasFrame = await Task.WhenAny(first, Task.Delay(s_helloWithin, ended)) == first && await first;
        return hasFrame && frames.Current is { BodyCase: NodeFrame.BodyOneofCase.Hello } frame
            && frame.Hello.ProtoMin <= Proto && frame.Hello.ProtoMax >= Proto
            ? frame.Hello
            : null;
    }

    internal static string? AddressOf(ServerCallContext context) => context.GetHttpContext().Connection.RemoteIpAddress?.ToString();
}
