using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using OtherThing.Protocol.V1;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Nodes;

/// <summary>A node as the wire sees it: a real key, a real channel, frames sent and read by hand, so that a test can misbehave.</summary>
internal sealed class WireNode : IAsyncDisposable
{
    private readonly GrpcChannel _channel;
    private readonly Channel<ServerFrame> _received = Channel.CreateUnbounded<ServerFrame>();
    private AsyncDuplexStreamingCall<NodeFrame, ServerFrame>? _session;
    private Task _reading = Task.CompletedTask;
    private CancellationTokenSource _cut = new();
    private ulong _seq;

    public WireNode(Uri grpcAddress, ECDsa? key = null)
    {
        _channel = GrpcChannel.ForAddress(grpcAddress);
        Key = key ?? ECDsa.Create(ECCurve.NamedCurves.nistP256);
    }

    public ECDsa Key { get; }

    public byte[] PublicKey => Key.ExportSubjectPublicKeyInfo();

    public Guid Id { get; private set; }

    public string ServerId { get; private set; } = "";

    public ByteString Nonce { get; set; } = ByteString.Empty;

    public byte[] InstanceId { get; init; } = RandomNumberGenerator.GetBytes(16);

    public string Bearer { get; private set; } = "";

    public Enrollment.EnrollmentClient Enrollment => new(_channel);

    public NodeData.NodeDataClient Data => new(_channel);

    public Metadata Authorization => new() { { "authorization", "Bearer " + Bearer } };

    public Facts Facts { get; init; } =
        new() { HostName = "bench-7", Os = "linux", Arch = "x64", CpuCores = 4, MemoryMb = 8192, DiskMb = 100_000, DiskFreeMb = 50_000 };

    /// <summary>What the reader waits for before it goes for the next frame.</summary>
    public Func<Task>? BeforeEachRead { get; init; }

    public Consent Consent { get; init; } = new() { Kinds = { "command", "script" }, SandboxClasses = { "process" } };

    public byte[] Sign(string prefix, ReadOnlySpan<byte> payload) => Key.SignData(
        [.. Encoding.UTF8.GetBytes(prefix), .. payload], HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    public async Task RedeemAsync(string joinToken)
    {
        var enrolled = await Enrollment.RedeemAsync(
            new RedeemRequest
            {
                JoinToken = joinToken,
                PublicKey = ByteString.CopyFrom(PublicKey),
                Proof = ByteString.CopyFrom(Sign("otherthing.redeem.v1\n", Encoding.UTF8.GetBytes(joinToken))),
                Facts = Facts,
                Consent = Consent,
                AgentVersion = "0.1.0",
            },
            cancellationToken: TestContext.Current.CancellationToken);
        Take(enrolled);
    }

    public void Take(Enrolled enrolled) => (Id, ServerId) = (Guid.Parse(enrolled.NodeId), enrolled.ServerId);

    public GetTokenRequest Assertion(Action<Assertion>? change = null)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var assertion = new Assertion
        {
            NodeId = Id.ToString(),
            Audience = ServerId,
            Jti = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(16)),
            IatUnixS = now,
            ExpUnixS = now + 30,
        };
        change?.Invoke(assertion);
        var bytes = assertion.ToByteArray();
        return new GetTokenRequest
        {
            Assertion = ByteString.CopyFrom(bytes),
            Signature = ByteString.CopyFrom(Sign("otherthing.assertion.v1\n", bytes)),
        };
    }

    public async Task<GetTokenReply> GetTokenAsync(GetTokenRequest request) =>
        await new NodeAuth.NodeAuthClient(_channel).GetTokenAsync(request, cancellationToken: TestContext.Current.CancellationToken);

    /// <summary>Proves the key, opens a session and answers the first frame (Welcome or GoAway).</summary>
    public async Task<ServerFrame> ConnectAsync(params IEnumerable<AttemptReport> attempts)
    {
        Bearer = (await GetTokenAsync(Assertion())).Token;
        await CutAsync();
        _cut = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        _session = new NodeLink.NodeLinkClient(_channel).Session(Authorization, cancellationToken: _cut.Token);
        _seq = 0;
        _reading = ReadAsync(_session);
        await SendAsync(new NodeFrame
        {
            Hello = new Hello
            {
                NodeId = Id.ToString(),
                InstanceId = ByteString.CopyFrom(InstanceId),
                SessionNonce = Nonce,
                ProtoMin = 1,
                ProtoMax = 1,
                AgentVersion = "0.1.0",
                Facts = Facts,
                Consent = Consent,
                Attempts = { attempts },
            },
        });
        var first = await NextAsync();
        if (first.Welcome is { } welcome)
        {
            Nonce = welcome.SessionNonce;
        }

        return first;
    }

    public Task SendAsync(NodeFrame frame)
    {
        frame.Seq = ++_seq;
        return _session!.RequestStream.WriteAsync(frame, TestContext.Current.CancellationToken);
    }

    public Task SayAsync(Assign assign, EventKind kind, uint no, Action<AttemptEvent>? change = null)
    {
        var happened = new AttemptEvent { AttemptId = assign.AttemptId, Fence = assign.Fence, EventNo = no, Kind = kind, Started = true };
        change?.Invoke(happened);
        return SendAsync(new NodeFrame { Event = happened });
    }

    /// <summary>The next frame of a kind; others before it are skipped.</summary>
    public async Task<ServerFrame> NextAsync(params IReadOnlyList<ServerFrame.BodyOneofCase> kinds)
    {
        while (true)
        {
            var frame = await _received.Reader.NextAsync();
            if (kinds.Count == 0 || kinds.Contains(frame.BodyCase))
            {
                return frame;
            }
        }
    }

    /// <summary>Everything the server says, to the end of the session.</summary>
    public IAsyncEnumerable<ServerFrame> AllAsync(CancellationToken cancellationToken) => _received.Reader.ReadAllAsync(cancellationToken);

    public async Task<Assign> NextAssignAsync() => (await NextAsync(ServerFrame.BodyOneofCase.Assign)).Assign;

    public async Task<EventAck> NextAckAsync() => (await NextAsync(ServerFrame.BodyOneofCase.EventAck)).EventAck;

    /// <summary>Cuts the stream without a word, as a lost network does.</summary>
    public async Task CutAsync()
    {
        // The call is let go of only when nobody reads it any more.
        await _cut.CancelAsync();
        await _reading;
        _session?.Dispose();
        _cut.Dispose();
        (_session, _cut) = (null, new CancellationTokenSource());
    }

    public async ValueTask DisposeAsync()
    {
        await CutAsync();
        _cut.Dispose();
        _channel.Dispose();
        Key.Dispose();
    }

    private async Task ReadAsync(AsyncDuplexStreamingCall<NodeFrame, ServerFrame> session)
    {
        try
        {
            await foreach (var frame in session.ResponseStream.ReadAllAsync())
            {
                _received.Writer.TryWrite(frame);
                await (BeforeEachRead?.Invoke() ?? Task.CompletedTask);
            }
        }
        catch (RpcException)
        {
            // cut
        }
    }
}
