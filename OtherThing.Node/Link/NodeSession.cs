using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using OtherThing.Agent.Attempts;
using OtherThing.Agent.Machine;
using OtherThing.Agent.Models;
using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Link;

/// <summary>What a session needs of the node it speaks for.</summary>
internal sealed record NodeContext(
    string NodeId, byte[] InstanceId, string Version, MachineFacts Facts, LoadSampler Load, NodeTerms Terms, AttemptBook Book, TimeProvider Clock)
{
    internal byte[] SessionNonce { get; set; } = [];

    /// <summary>The models that are lent, and the calls of them.</summary>
    internal required (ModelWatch Watch, ModelTunnels Tunnels) Models { get; init; }

    /// <summary>Keeps the nonce of a new session for the next one.</summary>
    internal required Action<byte[]> SaveNonce { get; init; }

    /// <summary>Told when the server has welcomed the node.</summary>
    internal required Action<Welcome> Welcomed { get; init; }
}

/// <summary>One control stream, from Hello to its end. All that is written goes through one queue.</summary>
internal sealed class NodeSession(NodeContext node, AsyncDuplexStreamingCall<NodeFrame, ServerFrame> call)
{
    internal const uint Protocol = 1;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly Channel<NodeFrame> _outgoing = Channel.CreateUnbounded<NodeFrame>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Lock _stating = new();
    private string[] _lent = [];
    private volatile bool _isWelcome;
    private ulong _seq;
    private ulong _handled;
    private long _lastWord;

    /// <summary>Runs until the stream ends; returns what the server said at its end, if it said something.</summary>
    internal async Task<GoAway?> RunAsync(CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var writing = WriteAsync(over);
        try
        {
            lock (_stating)
            {
                _lent = Lent();
            }

            Send(new NodeFrame { Hello = Hello() });
            over.CancelAfter(s_patience);
            if (!await call.ResponseStream.MoveNext(over.Token))
            {
                return null;
            }

            over.CancelAfter(Timeout.InfiniteTimeSpan);
            if (call.ResponseStream.Current.Welcome is not { } welcome)
            {
                return call.ResponseStream.Current.GoAway;
            }

            Greet(welcome);
            var beating = BeatAsync(welcome, over);
            var end = await ReadAsync(over.Token);
            await over.CancelAsync();
            await beating;
            return end;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.DeadlineExceeded, "The server has not answered for too long."));
        }
        finally
        {
            node.Book.Send = _ => { };
            await over.CancelAsync();
            await writing;
        }
    }

    internal void Send(NodeFrame frame) => _outgoing.Writer.TryWrite(frame);

    /// <summary>Says what the machine has, when that is other than what was said last. Nothing comes before Hello, which says it all.</summary>
    internal void Restate()
    {
        lock (_stating)
        {
            if (_isWelcome && Lent() is var lent && !lent.SequenceEqual(_lent))
            {
                _lent = lent;
                Send(new NodeFrame { Facts = Facts() });
            }
        }
    }

    private Facts Facts()
    {
        var facts = node.Facts.Read();
        facts.Endpoints.Add(node.Models.Watch.Found);
        return facts;
    }

    private Hello Hello() => new()
    {
        NodeId = node.NodeId,
        InstanceId = ByteString.CopyFrom(node.InstanceId),
        SessionNonce = ByteString.CopyFrom(node.SessionNonce),
        ProtoMin = Protocol,
        ProtoMax = Protocol,
        AgentVersion = node.Version,
        Facts = Facts(),
        Consent = node.Terms.Consent(),
        Attempts = { node.Book.All.Where(attempt => attempt.Journalled).Select(Report) },
    };

    private static AttemptReport Report(Attempt attempt)
    {
        lock (attempt.Gate)
        {
            return attempt.Report();
        }
    }

    private void Greet(Welcome welcome)
    {
        node.SaveNonce(welcome.SessionNonce.ToByteArray());
        node.Terms.Server = welcome.Policy ?? new Policy();
        _isWelcome = true;
        _handled = call.ResponseStream.Current.Seq;
        _lastWord = node.Clock.GetTimestamp();
        node.Book.Send = Send;
        foreach (var verdict in welcome.Reconcile)
        {
            node.Book.Reconcile(verdict);
        }

        node.Welcomed(welcome);
    }

    private async Task<GoAway?> ReadAsync(CancellationToken cancellationToken)
    {
        while (await call.ResponseStream.MoveNext(cancellationToken))
        {
            var frame = call.ResponseStream.Current;
            _lastWord = node.Clock.GetTimestamp();
            if (frame.BodyCase == ServerFrame.BodyOneofCase.GoAway)
            {
                return frame.GoAway;
            }

            Handle(frame);
            _handled = frame.Seq;
        }

        return null;
    }

    private void Handle(ServerFrame frame)
    {
        switch (frame.BodyCase)
        {
            case ServerFrame.BodyOneofCase.Assign:
                node.Book.Assign(frame.Assign);
                break;
            case ServerFrame.BodyOneofCase.EventAck:
                node.Book.Acknowledge(frame.EventAck);
                break;
            case ServerFrame.BodyOneofCase.Cancel:
                node.Book.Cancel(frame.Cancel);
                break;
            case ServerFrame.BodyOneofCase.HeartbeatAck:
                Renew(frame.HeartbeatAck);
                break;
            case ServerFrame.BodyOneofCase.Policy:
                node.Terms.Server = frame.Policy;
                break;
            case ServerFrame.BodyOneofCase.OpenTunnel:
                node.Models.Tunnels.Open(frame.OpenTunnel);
                break;
            case ServerFrame.BodyOneofCase.Drain:
                node.Terms.Server = WithDraining(frame.Drain.On);
                break;
        }
    }

    private Policy WithDraining(bool on)
    {
        var policy = (node.Terms.Server ?? new Policy()).Clone();
        policy.Draining = on;
        return policy;
    }

    private void Renew(HeartbeatAck ack)
    {
        foreach (var renewed in ack.Renewed)
        {
            if (node.Book.Find(renewed.AttemptId, renewed.Fence) is { } attempt)
            {
                // From when the beat was sent: the answer may have been long on its way.
                node.Book.Renew(attempt, Ranges.Count(ack.MonoMs) + Math.Min(renewed.LeaseLeftMs, Ranges.LongestLeaseS * 1000));
            }
        }

        foreach (var other in ack.NotYours)
        {
            if (node.Book.Find(other.AttemptId, other.Fence) is { } attempt)
            {
                node.Book.Abandon(attempt);
            }
        }
    }

    private async Task BeatAsync(Welcome welcome, CancellationTokenSource over)
    {
        var silence = TimeSpan.FromSeconds(Math.Max(1, welcome.UnreachableS));
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(Math.Clamp(welcome.HeartbeatS, 1, 300)), node.Clock);
        try
        {
            do
            {
                if (node.Clock.GetElapsedTime(_lastWord) > silence)
                {
                    await over.CancelAsync();
                    return;
                }

                var beat = await BeatOnceAsync(over.Token);
                // Before the beat, whose loads stand in the order of the GPUs that are lent.
                Restate();
                Send(new NodeFrame { Heartbeat = beat });
            }
            while (await timer.WaitForNextTickAsync(over.Token));
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The session is over.
        }
    }

    private string[] Lent() =>
        [.. node.Facts.Gpus.Select(gpu => gpu.Id), .. node.Models.Watch.Found.Select(endpoint => endpoint.ToByteString().ToBase64())];

    private async Task<Heartbeat> BeatOnceAsync(CancellationToken cancellationToken)
    {
        var load = await node.Load.SampleAsync(cancellationToken);
        return new Heartbeat
        {
            MonoMs = (ulong)Environment.TickCount64,
            Load = load,
            Owner = new Owner { Paused = node.Terms.Local.Paused },
            Running = { node.Book.All.Where(attempt => attempt is { Journalled: true, HasEnded: false }).Select(Running) },
        };
    }

    private static Running Running(Attempt attempt)
    {
        lock (attempt.Gate)
        {
            return new Running
            {
                AttemptId = attempt.Id,
                Fence = attempt.Fence,
                StdoutEnd = (ulong)attempt.Stdout.Total,
                StderrEnd = (ulong)attempt.Stderr.Total,
            };
        }
    }

    private async Task WriteAsync(CancellationTokenSource over)
    {
        try
        {
            await foreach (var frame in _outgoing.Reader.ReadAllAsync(over.Token))
            {
                (frame.Seq, frame.AckServerSeq) = (++_seq, Volatile.Read(ref _handled));
                await call.RequestStream.WriteAsync(frame, over.Token);
            }
        }
        catch (Exception ex) when (ex is OperationCanceledException or RpcException or InvalidOperationException or ObjectDisposedException)
        {
            // The reading side learns why, and says it.
            await over.CancelAsync();
        }
    }
}
