using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using OtherThing.Protocol.V1;

namespace OtherThing.Lab.Nodes;

/// <summary>
/// A node as the server sees one, without a machine behind it: a key, a connection of its own, beats, and attempts that run until
/// <see cref="FinishAll"/>. Thousands of them fit in one process.
/// </summary>
internal sealed class LightNode : IAsyncDisposable
{
    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(30);

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ByteString _instance = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(16));
    private readonly ConcurrentDictionary<string, Held> _held = new();
    private readonly CancellationTokenSource _end = new();
    private readonly GrpcChannel _channel;
    private readonly string _name;
    private readonly string[] _kinds;
    private Channel<NodeFrame> _outgoing = Channel.CreateUnbounded<NodeFrame>();
    private Task _running = Task.CompletedTask;
    private string _serverId = "";
    private ByteString _nonce = ByteString.Empty;
    private string? _bearer;

    private LightNode(Uri grpc, string name, string[] kinds) =>
        (_name, _kinds, _channel) = (name, kinds, GrpcChannel.ForAddress(grpc, new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler { UseProxy = false },
            DisposeHttpClient = true,
        }));

    /// <summary>The node's id.</summary>
    public string Id { get; private set; } = "";

    /// <summary>True from a Welcome to the end of its session.</summary>
    public bool IsConnected { get; private set; }

    /// <summary>How many times each job was begun here.</summary>
    public ConcurrentDictionary<string, int> Begun { get; } = new();

    /// <summary>Redeems a join token.</summary>
    /// <param name="grpc">The server's gRPC address.</param>
    /// <param name="name">What the machine calls itself.</param>
    /// <param name="kinds">The kinds of work it takes.</param>
    /// <param name="token">The token.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static async Task<LightNode> JoinAsync(Uri grpc, string name, string[] kinds, string token, CancellationToken cancellationToken)
    {
        var node = new LightNode(grpc, name, kinds);
        var enrolled = await new Enrollment.EnrollmentClient(node._channel).RedeemAsync(
            new RedeemRequest
            {
                JoinToken = token,
                PublicKey = ByteString.CopyFrom(node._key.ExportSubjectPublicKeyInfo()),
                Proof = node.Sign("otherthing.redeem.v1\n", Encoding.UTF8.GetBytes(token)),
                Facts = node.Facts(),
                Consent = node.Consent(),
                AgentVersion = "0.1.0",
                Name = name,
            },
            cancellationToken: cancellationToken);
        (node.Id, node._serverId) = (enrolled.NodeId, enrolled.ServerId);
        return node;
    }

    /// <summary>Keeps a session up from now on, as an agent does: after each end a pause that grows to 30 s, of random length.</summary>
    public void Start() => _running = RunAsync();

    /// <summary>Ends every attempt it holds with exit code 0.</summary>
    public void FinishAll()
    {
        foreach (var held in _held.Values.Where(held => held.IsStarted))
        {
            held.IsFinished = true;
            Say(held.Last = held.Event(EventKind.Finished, 3));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _running;
        _channel.Dispose();
        _key.Dispose();
        _end.Dispose();
    }

    private async Task RunAsync()
    {
        var bound = s_firstPause;
        while (!_end.IsCancellationRequested)
        {
            try
            {
                _bearer ??= (await new NodeAuth.NodeAuthClient(_channel).GetTokenAsync(Assertion(), cancellationToken: _end.Token)).Token;
                await SessionAsync(() => bound = s_firstPause);
            }
            catch (RpcException broken)
            {
                _bearer = broken.StatusCode == StatusCode.Unauthenticated ? null : _bearer;
            }
            catch (Exception gone) when (gone is OperationCanceledException or IOException or InvalidOperationException)
            {
                // The stream ended under a write.
            }

            IsConnected = false;
            await Task.Delay(bound * Random.Shared.NextDouble(), _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            bound = bound * 2 < s_longestPause ? bound * 2 : s_longestPause;
        }
    }

    private async Task SessionAsync(Action welcomed)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        using var call = new NodeLink.NodeLinkClient(_channel).Session(
            new Metadata { { "authorization", "Bearer " + _bearer } }, cancellationToken: over.Token);
        var outgoing = _outgoing = Channel.CreateUnbounded<NodeFrame>();
        outgoing.Writer.TryWrite(new NodeFrame { Hello = Hello() });
        var writing = WriteAsync(outgoing.Reader, call.RequestStream, over.Token);
        try
        {
            if (!await call.ResponseStream.MoveNext(over.Token) || call.ResponseStream.Current.Welcome is not { } welcome)
            {
                return;
            }

            welcomed();
            _nonce = welcome.SessionNonce;
            IsConnected = true;
            foreach (var verdict in welcome.Reconcile)
            {
                Reconcile(verdict);
            }

            var beating = BeatAsync(TimeSpan.FromSeconds(welcome.HeartbeatS), over.Token);
            while (await call.ResponseStream.MoveNext(over.Token))
            {
                Take(call.ResponseStream.Current);
            }

            await over.CancelAsync();
            await beating;
        }
        finally
        {
            IsConnected = false;
            await over.CancelAsync();
            await writing;
        }
    }

    private void Reconcile(Reconcile verdict)
    {
        if (!_held.TryGetValue(verdict.AttemptId, out var held))
        {
            return;
        }

        switch (verdict.Verdict)
        {
            case Verdict.Keep when !held.IsStarted:
                Begin(held);
                break;
            case Verdict.SendResult when held.Last is { } last:
                Say(last);
                break;
            case Verdict.Forget:
                _held.TryRemove(verdict.AttemptId, out _);
                break;
        }
    }

    private void Take(ServerFrame frame)
    {
        switch (frame.BodyCase)
        {
            case ServerFrame.BodyOneofCase.Assign when frame.Assign.Spec.Kind == JobKind.Noop:
                Say(new Held(frame.Assign).Event(EventKind.Finished, 1));
                break;
            case ServerFrame.BodyOneofCase.Assign when _held.TryAdd(frame.Assign.AttemptId, new Held(frame.Assign)):
                Say(_held[frame.Assign.AttemptId].Event(EventKind.Accepted, 1));
                break;
            case ServerFrame.BodyOneofCase.EventAck when _held.TryGetValue(frame.EventAck.AttemptId, out var held):
                if (frame.EventAck.NotYours || held.IsFinished)
                {
                    _held.TryRemove(frame.EventAck.AttemptId, out _);
                }
                else if (frame.EventAck.EventNo == 1 && !held.IsStarted)
                {
                    Begin(held);
                }

                break;
        }
    }

    /// <summary>Only ever after the server has acknowledged the acceptance.</summary>
    private void Begin(Held held)
    {
        held.IsStarted = true;
        Begun.AddOrUpdate(held.Assign.JobId, 1, (_, count) => count + 1);
        Say(held.Event(EventKind.Running, 2));
    }

    private void Say(AttemptEvent happened) => _outgoing.Writer.TryWrite(new NodeFrame { Event = happened });

    private async Task BeatAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(pause);
        try
        {
            do
            {
                var beat = new Heartbeat
                {
                    MonoMs = (ulong)Environment.TickCount64,
                    Load = new Load { Cpu = 0.2, MemoryFreeMb = 8_192, DiskFreeMb = 50_000 },
                };
                beat.Running.AddRange(_held.Values.Where(held => held.IsStarted)
                    .Select(held => new Running { AttemptId = held.Assign.AttemptId, Fence = held.Assign.Fence }));
                _outgoing.Writer.TryWrite(new NodeFrame { Heartbeat = beat });
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException)
        {
            // The session is over.
        }
    }

    private static async Task WriteAsync(ChannelReader<NodeFrame> frames, IClientStreamWriter<NodeFrame> stream, CancellationToken cancellationToken)
    {
        var sequence = 0UL;
        try
        {
            await foreach (var frame in frames.ReadAllAsync(cancellationToken))
            {
                frame.Seq = ++sequence;
                await stream.WriteAsync(frame, cancellationToken);
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or RpcException or InvalidOperationException or IOException)
        {
            // The reader learns why.
        }
    }

    private Hello Hello() => new()
    {
        NodeId = Id,
        InstanceId = _instance,
        SessionNonce = _nonce,
        ProtoMin = 1,
        ProtoMax = 1,
        AgentVersion = "0.1.0",
        Facts = Facts(),
        Consent = Consent(),
        Attempts = { _held.Values.Select(held => held.Report()) },
    };

    private Facts Facts() => new()
    {
        HostName = _name,
        Os = "linux",
        Arch = "x64",
        CpuCores = 8,
        MemoryMb = 16_384,
        DiskMb = 100_000,
        DiskFreeMb = 50_000,
        BootId = _name,
    };

    private Consent Consent() => new() { Kinds = { _kinds }, SandboxClasses = { "process" }, Unsandboxed = { "all" } };

    private GetTokenRequest Assertion()
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var bytes = new Assertion
        {
            NodeId = Id,
            Audience = _serverId,
            Jti = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(16)),
            IatUnixS = now,
            ExpUnixS = now + 60,
        }.ToByteArray();
        return new GetTokenRequest { Assertion = ByteString.CopyFrom(bytes), Signature = Sign("otherthing.assertion.v1\n", bytes) };
    }

    private ByteString Sign(string purpose, byte[] data) =>
        ByteString.CopyFrom(_key.SignData([.. Encoding.UTF8.GetBytes(purpose), .. data], HashAlgorithmName.SHA256));

    /// <summary>An attempt that the node has.</summary>
    private sealed class Held(Assign assign)
    {
        private readonly long _began = Stopwatch.GetTimestamp();

        public Assign Assign { get; } = assign;

        public bool IsStarted { get; set; }

        public bool IsFinished { get; set; }

        public AttemptEvent? Last { get; set; }

        public AttemptEvent Event(EventKind kind, uint number) => new()
        {
            AttemptId = Assign.AttemptId,
            Fence = Assign.Fence,
            EventNo = number,
            Kind = kind,
            Started = true,
            Sandbox = "process",
            Network = "none",
            Usage = new AttemptUsage { WallMs = (ulong)Stopwatch.GetElapsedTime(_began).TotalMilliseconds },
        };

        public AttemptReport Report() => new()
        {
            AttemptId = Assign.AttemptId,
            Fence = Assign.Fence,
            State = IsFinished ? AttemptState.Finished : IsStarted ? AttemptState.Running : AttemptState.Accepted,
            LastEvent = Last ?? Event(IsStarted ? EventKind.Running : EventKind.Accepted, IsStarted ? 2u : 1u),
            Alive = IsStarted && !IsFinished,
        };
    }
}
