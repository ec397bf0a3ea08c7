using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OtherThing.Protocol.V1;
using OtherThing.Tests.Agent.Models;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Agent;

/// <summary>A server that does what a test says, for the edges that a well-behaved one never shows. Speaks the real protocol over real connections.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    internal const string JoinToken = "join-me";

    private readonly ConcurrentDictionary<(string Attempt, LogStream Stream), MemoryStream> _logs = [];
    private readonly ConcurrentDictionary<string, byte[]> _keys = [];
    private readonly List<AttemptEvent> _events = [];
    private TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<Hello> _hellos = Channel.CreateUnbounded<Hello>();
    private readonly Channel<Facts> _facts = Channel.CreateUnbounded<Facts>();
    private readonly Channel<FakeTunnel> _tunnels = Channel.CreateUnbounded<FakeTunnel>();
    private WebApplication? _app;
    private IServerStreamWriter<ServerFrame>? _writer;
    private TaskCompletionSource _cut = new();
    private readonly SemaphoreSlim _oneWriter = new(1);
    private ulong _seq;

    internal string Url { get; private set; } = "";

    internal string Grpc { get; private set; } = "";

    /// <summary>Answers an event; null: as a good server does.</summary>
    internal Func<AttemptEvent, EventAck?>? Answer { get; set; }

    internal Func<AttemptReport, Reconcile>? Judge { get; set; }

    internal Policy Policy { get; set; } = new();

    internal bool LogsBroken { get; set; }

    /// <summary>That many of the next calls for a token get no answer; less one with each.</summary>
    internal int TokensHeld;

    internal string WorkspaceId { get; } = Guid.CreateVersion7().ToString();

    internal IReadOnlyList<AttemptEvent> Events
    {
        get
        {
            lock (_events)
            {
                return [.. _events];
            }
        }
    }

    internal static async Task<FakeServer> StartAsync()
    {
        var fake = new FakeServer();
        fake.Policy.Workspaces.Add(fake.WorkspaceId);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(fake);
        var app = builder.Build();
        app.MapGrpcService<EnrollmentFake>();
        app.MapGrpcService<AuthFake>();
        app.MapGrpcService<LinkFake>();
        app.MapGrpcService<DataFake>();
        app.MapGet("/.well-known/otherthing", () => Results.Json(new { version = "test", grpc = fake.Grpc }));
        await app.StartAsync();
        var addresses = app.Urls.ToArray();
        (fake._app, fake.Url, fake.Grpc) = (app, addresses[0], addresses[1]);
        return fake;
    }

    internal Task<Hello> HelloAsync() => _hellos.Reader.NextAsync();

    /// <summary>The next facts that the agent states after its Hello.</summary>
    internal Task<Facts> FactsAsync() => _facts.Reader.NextAsync();

    /// <summary>The next tunnel that the agent opens.</summary>
    internal Task<FakeTunnel> TunnelAsync() => _tunnels.Reader.NextAsync();

    /// <summary>Cuts the control stream without a word.</summary>
    internal void CutSession() => _cut.TrySetResult();

    internal Assign NewAssign(JobSpec spec, ulong fence = 1) => new()
    {
        AttemptId = Guid.CreateVersion7().ToString(),
        JobId = Guid.CreateVersion7().ToString(),
        WorkspaceId = WorkspaceId,
        Fence = fence,
        LeaseS = 90,
        Spec = spec,
    };

    internal static JobSpec Command(params string[] argv) => new() { Kind = JobKind.Command, Argv = { argv } };

    internal async Task SendAsync(ServerFrame frame)
    {
        await _oneWriter.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            frame.Seq = ++_seq;
            await _writer!.WriteAsync(frame);
        }
        finally
        {
            _oneWriter.Release();
        }
    }

    internal Task AssignAsync(Assign assign) => SendAsync(new ServerFrame { Assign = assign });

    /// <summary>Assigns and waits for the last event of the attempt.</summary>
    internal async Task<AttemptEvent> RunAsync(Assign assign)
    {
        await AssignAsync(assign);
        return await EndAsync(assign);
    }

    internal Task<AttemptEvent> RunAsync(JobSpec spec) => RunAsync(NewAssign(spec));

    internal Task<AttemptEvent> EndAsync(Assign assign) => EventAsync(
        assign, happened => happened.Kind is EventKind.Finished or EventKind.Killed or EventKind.Lost or EventKind.Rejected);

    internal async Task<AttemptEvent> EventAsync(Assign assign, Func<AttemptEvent, bool> wanted)
    {
        while (true)
        {
            // Taken before the look: several may wait, and what comes meanwhile wakes each of them.
            var arrived = _arrived.Task;
            if (Events.FirstOrDefault(happened => happened.AttemptId == assign.AttemptId && wanted(happened)) is { } found)
            {
                return found;
            }

            await arrived.WithPatience();
        }
    }

    internal string Log(Assign assign, LogStream stream = LogStream.Stdout)
    {
        var log = _logs.GetOrAdd((assign.AttemptId, stream), _ => new MemoryStream());
        lock (log)
        {
            return Encoding.UTF8.GetString(log.ToArray());
        }
    }

    internal async Task<string> WholeLogAsync(Assign assign, ulong length, LogStream stream = LogStream.Stdout)
    {
        await Patience.UntilAsync(() => (ulong)Encoding.UTF8.GetByteCount(Log(assign, stream)) >= length, $"{length} bytes of {stream} have come");
        return Log(assign, stream);
    }

    public async ValueTask DisposeAsync()
    {
        CutSession();
        await _app!.DisposeAsync();
        _oneWriter.Dispose();
    }

    private LogAck Store(LogChunk chunk)
    {
        var log = _logs.GetOrAdd((chunk.AttemptId, chunk.Stream), _ => new MemoryStream());
        lock (log)
        {
            // Dropped bytes count, so that offsets stay those of the program; what is known of a piece is left out.
            var (offset, known) = ((long)chunk.Offset, log.Length);
            if (offset - (long)chunk.Dropped <= known && offset + chunk.Data.Length > known)
            {
                log.Write(Encoding.UTF8.GetBytes(new string('~', (int)Math.Max(0, offset - known))));
                log.Write(chunk.Data.Span[(int)Math.Max(0, known - offset)..]);
            }
            else if ((long)chunk.Offset < log.Length && (long)chunk.Offset + chunk.Data.Length > log.Length)
            {
                // It went on both ways, and the other was quicker: only what is new of it counts.
                log.Write(chunk.Data.Span[(int)(log.Length - (long)chunk.Offset)..]);
            }

            return new LogAck { AttemptId = chunk.AttemptId, Fence = chunk.Fence, Stream = chunk.Stream, NextOffset = (ulong)log.Length };
        }
    }

    private async Task OnEventAsync(AttemptEvent happened)
    {
        foreach (var chunk in happened.Log)
        {
            Store(chunk);
        }

        lock (_events)
        {
            _events.Add(happened);
        }

        Interlocked.Exchange(ref _arrived, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        var ack = new EventAck { AttemptId = happened.AttemptId, Fence = happened.Fence, EventNo = happened.EventNo };
        if ((Answer is null ? ack : Answer(happened)) is { } answer)
        {
            await SendAsync(new ServerFrame { EventAck = answer });
        }
    }

    private sealed class EnrollmentFake(FakeServer server) : Enrollment.EnrollmentBase
    {
        public override Task<Enrolled> Redeem(RedeemRequest request, ServerCallContext context)
        {
            if (request.JoinToken != JoinToken
                || !Verify(request.PublicKey, "otherthing.redeem.v1\n", Encoding.UTF8.GetBytes(request.JoinToken), request.Proof))
            {
                throw new RpcException(new Status(StatusCode.PermissionDenied, "No such token."));
            }

            return Task.FromResult(server.Admit(request.PublicKey));
        }

        public override Task<BeginReply> Begin(BeginRequest request, ServerCallContext context) => Task.FromResult(new BeginReply
        {
            EnrollId = Convert.ToBase64String(request.PublicKey.Span),
            UserCode = "ABCD-EFGH",
            VerifyUrl = "/link",
            IntervalS = 1,
            ExpiresS = 600,
        });

        public override Task<PollReply> Poll(PollRequest request, ServerCallContext context)
        {
            var key = ByteString.FromBase64(request.EnrollId);
            Assert.True(Verify(key, "otherthing.poll.v1\n", Encoding.UTF8.GetBytes(request.EnrollId), request.Proof));
            return Task.FromResult(new PollReply { Enrolled = server.Admit(key) });
        }
    }

    private Enrolled Admit(ByteString key)
    {
        var id = Guid.CreateVersion7().ToString();
        _keys[id] = key.ToByteArray();
        return new Enrolled { NodeId = id, ServerId = "fake" };
    }

    private static bool Verify(ByteString key, string purpose, byte[] data, ByteString signature)
    {
        using var ecdsa = ECDsa.Create();
        ecdsa.ImportSubjectPublicKeyInfo(key.Span, out _);
        return ecdsa.VerifyData([.. Encoding.UTF8.GetBytes(purpose), .. data], signature.Span, HashAlgorithmName.SHA256);
    }

    private sealed class AuthFake(FakeServer server) : NodeAuth.NodeAuthBase
    {
        public override async Task<GetTokenReply> GetToken(GetTokenRequest request, ServerCallContext context)
        {
            if (Interlocked.Decrement(ref server.TokensHeld) >= 0)
            {
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
            }

            var assertion = Assertion.Parser.ParseFrom(request.Assertion);
            var known = server._keys.TryGetValue(assertion.NodeId, out var key)
                && Verify(ByteString.CopyFrom(key), "otherthing.assertion.v1\n", request.Assertion.ToByteArray(), request.Signature)
                && assertion is { Audience: "fake", Jti.Length: 16 };
            return known
                ? new GetTokenReply { Token = "node-token", ExpiresInS = 900 }
                : throw new RpcException(new Status(StatusCode.PermissionDenied, "No such node."));
        }
    }

    private sealed class LinkFake(FakeServer server) : NodeLink.NodeLinkBase
    {
        public override async Task Session(IAsyncStreamReader<NodeFrame> requests, IServerStreamWriter<ServerFrame> responses, ServerCallContext context)
        {
            if (context.RequestHeaders.GetValue("authorization") != "Bearer node-token")
            {
                throw new RpcException(new Status(StatusCode.Unauthenticated, "No token."));
            }

            var cut = server._cut = new TaskCompletionSource();
            await Task.WhenAny(ServeAsync(requests, responses, context.CancellationToken), cut.Task);
            throw new RpcException(new Status(StatusCode.Unavailable, "Cut."));
        }

        private async Task ServeAsync(IAsyncStreamReader<NodeFrame> requests, IServerStreamWriter<ServerFrame> responses, CancellationToken cancellationToken)
        {
            Assert.True(await requests.MoveNext(cancellationToken));
            var hello = requests.Current.Hello;
            var welcome = new Welcome
            {
                SessionId = Guid.CreateVersion7().ToString(),
                SessionNonce = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(16)),
                HeartbeatS = 1,
                UnreachableS = 5,
                LeaseS = 90,
                Policy = server.Policy,
                Proto = 1,
            };
            welcome.Reconcile.Add(hello.Attempts.Select(report => server.Judge?.Invoke(report)
                ?? new Reconcile { AttemptId = report.AttemptId, Fence = report.Fence, Verdict = Verdict.Keep }));
            server._writer = responses;
            await server.SendAsync(new ServerFrame { Welcome = welcome });
            server._hellos.Writer.TryWrite(hello);
            while (await requests.MoveNext(cancellationToken))
            {
                var frame = requests.Current;
                if (frame.Event is { } happened)
                {
                    await server.OnEventAsync(happened);
                }
                else if (frame.Facts is { } facts)
                {
                    server._facts.Writer.TryWrite(facts);
                }
                else if (frame.Heartbeat is { } beat)
                {
                    await server.SendAsync(new ServerFrame { HeartbeatAck = new HeartbeatAck { MonoMs = beat.MonoMs } });
                }
            }
        }
    }

    private sealed class DataFake(FakeServer server) : NodeData.NodeDataBase
    {
        public override Task Tunnel(
            IAsyncStreamReader<TunnelFrame> requestStream, IServerStreamWriter<TunnelFrame> responseStream, ServerCallContext context) =>
            FakeTunnel.ServeAsync(server._tunnels.Writer, requestStream, responseStream, context.CancellationToken);

        public override async Task AppendLogs(IAsyncStreamReader<LogChunk> requests, IServerStreamWriter<LogAck> responses, ServerCallContext context)
        {
            await foreach (var chunk in requests.ReadAllAsync(context.CancellationToken))
            {
                if (server.LogsBroken)
                {
                    throw new RpcException(new Status(StatusCode.Unavailable, "Broken."));
                }

                await responses.WriteAsync(server.Store(chunk), context.CancellationToken);
            }
        }
    }
}
