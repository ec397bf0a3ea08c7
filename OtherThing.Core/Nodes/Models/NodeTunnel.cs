using System.Threading.Channels;
using OtherThing.Core.Results;

namespace OtherThing.Core.Nodes.Models;

/// <summary>
/// One HTTP exchange with a server of models on a machine, as both ends of this process see it: the gateway puts in what the node says and
/// takes out what it is to be told; the caller reads the answer. A node that says more than it may, or in another order, ends it.
/// </summary>
public sealed class NodeTunnel : IDisposable
{
    /// <summary>The most bytes of an answer.</summary>
    public const long MostAnswerBytes = 64L << 20;

    // What the node may send before we have used what came: bounds what one call holds here.
    private const int WindowBytes = 256 * 1024;
    private const int MostText = 300;

    private readonly Channel<TunnelPart> _toNode = Channel.CreateUnbounded<TunnelPart>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Channel<ReadOnlyMemory<byte>> _answer = Channel.CreateUnbounded<ReadOnlyMemory<byte>>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TaskCompletionSource<TunnelPart.Head> _head = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<long> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly Action<NodeTunnel> _closed;
    private long _window = WindowBytes;
    private long _used;
    private long _total;
    private bool _isOver;

    internal NodeTunnel(Guid nodeId, Guid workspaceId, Action<NodeTunnel> closed)
    {
        (NodeId, WorkspaceId, _closed) = (nodeId, workspaceId, closed);
        // Nobody may be waiting for either when it fails.
        _ = _head.Task.ContinueWith(static task => task.Exception, TaskScheduler.Default);
        _ = _opened.Task.ContinueWith(static task => task.Exception, TaskScheduler.Default);
    }

    /// <summary>Which tunnel; good for one stream of the node.</summary>
    public Guid Id { get; } = Guid.NewGuid();

    /// <summary>Whose stream carries it.</summary>
    public Guid NodeId { get; }

    /// <summary>For whom it is.</summary>
    public Guid WorkspaceId { get; }

    /// <summary>What the node is to be told, in order; ends when there is nothing more to say.</summary>
    public ChannelReader<TunnelPart> ToNode => _toNode.Reader;

    /// <summary>True once the node has opened its stream.</summary>
    internal bool IsOpen => _opened.Task.IsCompleted;

    /// <summary>How many bytes of request the node takes, once it has opened the stream.</summary>
    /// <exception cref="TunnelException">It did not.</exception>
    internal Task<long> OpenedAsync(CancellationToken cancellationToken) => _opened.Task.WaitAsync(cancellationToken);

    /// <summary>How the answer begins.</summary>
    /// <exception cref="TunnelException">There is none.</exception>
    internal Task<TunnelPart.Head> HeadAsync(CancellationToken cancellationToken) => _head.Task.WaitAsync(cancellationToken);

    internal void Tell(TunnelPart part) => _toNode.Writer.TryWrite(part);

    /// <summary>The next bytes of the answer; none at its end.</summary>
    /// <exception cref="TunnelException">It broke off.</exception>
    internal async ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken)
    {
        if (!await _answer.Reader.WaitToReadAsync(cancellationToken) || !_answer.Reader.TryRead(out var bytes))
        {
            return default;
        }

        lock (_gate)
        {
            _used += bytes.Length;
            if (_used >= WindowBytes / 4)
            {
                _window += _used;
                Tell(new TunnelPart.Window(_used));
                _used = 0;
            }
        }

        return bytes;
    }

    /// <summary>The node says something.</summary>
    /// <returns>False when the exchange is over: there is nothing more to hear.</returns>
    public bool Take(TunnelPart part)
    {
        lock (_gate)
        {
            switch (part)
            {
                case var _ when _isOver:
                    return false;
                case TunnelPart.Window window when !_opened.Task.IsCompleted:
                    _opened.SetResult(window.Bytes);
                    Tell(new TunnelPart.Window(WindowBytes));
                    return true;
                case TunnelPart.Window:
                    return true;
                case TunnelPart.Head head when _opened.Task.IsCompleted && !_head.Task.IsCompleted && head.Status is >= 200 and <= 599:
                    _head.SetResult(head);
                    return true;
                case TunnelPart.Data data when _head.Task.IsCompleted
                    && (_window -= data.Bytes.Length) >= 0 && (_total += data.Bytes.Length) <= MostAnswerBytes:
                    _answer.Writer.TryWrite(data.Bytes);
                    return true;
                case TunnelPart.End when _head.Task.IsCompleted:
                    Close(null);
                    return false;
                case TunnelPart.Failed failed:
                    Close(new TunnelException(TextCut.Words(failed.Code, 40), TextCut.Words(failed.Text, MostText).TrimEnd('.')));
                    return false;
                default:
                    Close(new TunnelException("protocol", "the machine's agent sent more than it may, or in another order"));
                    return false;
            }
        }
    }

    /// <summary>It ends here: what is still on its way is not wanted, and the machine closes its socket.</summary>
    /// <param name="code">Why, as the wire names it.</param>
    /// <param name="text">Why, for people.</param>
    public void Abort(string code, string text)
    {
        lock (_gate)
        {
            Close(new TunnelException(code, text));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Abort("cancelled", "the call was stopped");

    private void Close(TunnelException? why)
    {
        if (_isOver)
        {
            return;
        }

        _isOver = true;
        if (why is not null)
        {
            Tell(new TunnelPart.Failed(why.Code, why.Message));
            _opened.TrySetException(why);
            _head.TrySetException(why);
        }

        _toNode.Writer.TryComplete();
        _answer.Writer.TryComplete(why);
        _closed(this);
    }
}
