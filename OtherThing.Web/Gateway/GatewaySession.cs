using System.Threading.Channels;
using Grpc.Core;
using OtherThing.Core.Nodes;
using OtherThing.Protocol.V1;

namespace OtherThing.Web.Gateway;

/// <summary>The sending side of one control stream: a bounded queue and its one writer.</summary>
internal sealed class GatewaySession(Guid nodeId, NodesOptions options, TimeProvider clock) : INodeSession, IDisposable
{
    // A node that leaves this many frames unread is not reading; it loses its session and asks anew.
    private const int MaxUnread = 16_384;

    private readonly Channel<ServerFrame> _frames = Channel.CreateBounded<ServerFrame>(
        new BoundedChannelOptions(MaxUnread) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly CancellationTokenSource _ended = new();

    public Guid NodeId => nodeId;

    /// <summary>Ends when the session was closed from this side and the last frame is sent.</summary>
    public CancellationToken Ended => _ended.Token;

    public void Send(NodeCommand command)
    {
        if (!_frames.Writer.TryWrite(ServerFrames.Of(command, options, clock)))
        {
            _frames.Writer.TryComplete();
        }
    }

    public void Close(SessionEnd reason, string text)
    {
        _frames.Writer.TryWrite(ServerFrames.GoAway(reason, text));
        _frames.Writer.TryComplete();
    }

    /// <summary>Writes frames until the session is closed or the stream is gone.</summary>
    public async Task WriteAsync(IServerStreamWriter<ServerFrame> stream, CancellationToken cancellationToken)
    {
        ulong seq = 0;
        try
        {
            await foreach (var frame in _frames.Reader.ReadAllAsync(cancellationToken))
            {
                frame.Seq = ++seq;
                await stream.WriteAsync(frame, cancellationToken);
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or InvalidOperationException or IOException or RpcException)
        {
            // the node hung up; its reading side notices too
        }
        finally
        {
            await _ended.CancelAsync();
        }
    }

    /// <summary>Nothing more will be sent.</summary>
    public void Complete() => _frames.Writer.TryComplete();

    public void Dispose() => _ended.Dispose();
}
