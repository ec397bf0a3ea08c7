using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using OtherThing.Agent.Attempts;
using OtherThing.Agent.Identity;
using OtherThing.Agent.Leftovers;
using OtherThing.Agent.Link;
using OtherThing.Agent.Machine;
using OtherThing.Agent.Policies;
using OtherThing.Agent.Sandboxes;
using OtherThing.Agent.Shims;
using OtherThing.Protocol.V1;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Agent;

/// <summary>The way of logs to the server, with the moments at which a call ends set by the test.</summary>
public sealed class LogUplinkTests : IDisposable
{
    private const int Bytes = 200_000;

    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(typeof(OperationCanceledException))]
    [InlineData(typeof(InvalidOperationException))]
    [InlineData(typeof(RpcException))]
    public async Task RunAsync_WriteLearnsBeforeTheAnswersThatTheCallEnded_BringsAllInTheNext(Type learns)
    {
        var server = new EndingServer(learns);
        var (journal, _) = AttemptJournal.Open(Path.Combine(_directory.Path, "journal"));
        await using var closing = journal;
        using var key = NodeKey.Create(Path.Combine(_directory.Path, "node.key"));
        using var tokens =
            new TokenSource(new OpenAuth(), key, new NodeIdentity { Server = "", ServerId = "", NodeId = "", Name = "", Grpc = "" }, TimeProvider.System);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var data = new DataDirectory(_directory.Path);
        var book = new AttemptBook(
            journal, new AttemptRunner(null!, SandboxReport.None(""), null, null, TimeProvider.System), new Capacity(() => new Facts()),
            new NodeTerms(new LocalPolicy(), SandboxReport.None("")), data, new Janitor(data, TimeProvider.System, NullLogger.Instance),
            NullLogger.Instance, stop.Token);
        book.Recover([new Assign { AttemptId = "attempt", JobId = "job", WorkspaceId = "workspace", Fence = 1, Spec = new JobSpec() }], sameBoot: true);
        var attempt = Assert.Single(book.All);
        Directory.CreateDirectory(attempt.Files.Directory);
        await File.WriteAllBytesAsync(attempt.Files.Stdout, [.. Enumerable.Range(0, Bytes).Select(number => (byte)number)], stop.Token);
        attempt.Stdout.Extent = new LogExtent(Bytes, Bytes, Bytes);
        var logs = new LogUplink(server, tokens, book, TimeProvider.System, NullLogger.Instance);

        var running = logs.RunAsync(stop.Token);
        logs.Poke(attempt);
        await Patience.UntilAsync(() => running.IsCompleted || server.Stored == Bytes, "all has come");

        Assert.Equal(Bytes, server.Stored);
        await stop.CancelAsync();
        await running;
    }

    private sealed class OpenAuth : NodeAuth.NodeAuthClient
    {
        public override AsyncUnaryCall<GetTokenReply> GetTokenAsync(
            GetTokenRequest request, Metadata? headers = null, DateTime? deadline = null, CancellationToken cancellationToken = default) =>
            new(Task.FromResult(new GetTokenReply { Token = "token", ExpiresInS = 900 }), Task.FromResult(new Metadata()), () => Status.DefaultSuccess,
                () => [], () => { });
    }

    /// <summary>Ends the first call under the second piece; the answers of that call hear of it only after the writer has. Takes all of the next.</summary>
    private sealed class EndingServer(Type learns) : NodeData.NodeDataClient
    {
        private int _calls;
        private long _stored;

        public long Stored => Interlocked.Read(ref _stored);

        public override AsyncDuplexStreamingCall<LogChunk, LogAck> AppendLogs(
            Metadata? headers = null, DateTime? deadline = null, CancellationToken cancellationToken = default)
        {
            var stream = new Streams(this, ++_calls == 1 ? learns : null);
            return new(stream, stream, Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });
        }

        private sealed class Streams(EndingServer server, Type? learns) : IClientStreamWriter<LogChunk>, IAsyncStreamReader<LogAck>
        {
            private readonly System.Threading.Channels.Channel<LogAck> _acks = System.Threading.Channels.Channel.CreateUnbounded<LogAck>();
            private int _pieces;

            public WriteOptions? WriteOptions { get; set; }

            public LogAck Current { get; private set; } = new();

            public Task CompleteAsync() => Task.CompletedTask;

            public Task WriteAsync(LogChunk message) => WriteAsync(message, CancellationToken.None);

            public Task WriteAsync(LogChunk message, CancellationToken cancellationToken)
            {
                if (learns is not null && ++_pieces == 2)
                {
                    // The pool runs this after the writer's exception has gone up.
                    _ = Task.Run(() => _acks.Writer.TryComplete(new RpcException(new Status(StatusCode.Unavailable, "Broken."))), CancellationToken.None);
                    return Task.FromException(
                        learns == typeof(RpcException) ? new RpcException(new Status(StatusCode.Unavailable, "Broken."))
                        : learns == typeof(OperationCanceledException) ? new OperationCanceledException() : new InvalidOperationException("The call is over."));
                }

                if (learns is null)
                {
                    Interlocked.CompareExchange(ref server._stored, (long)message.Offset + message.Data.Length, (long)message.Offset);
                    _acks.Writer.TryWrite(
                        new LogAck { AttemptId = message.AttemptId, Fence = message.Fence, Stream = message.Stream, NextOffset = (ulong)server.Stored });
                }

                return Task.CompletedTask;
            }

            public async Task<bool> MoveNext(CancellationToken cancellationToken)
            {
                Current = await _acks.Reader.ReadAsync(cancellationToken).AsTask() is { } ack ? ack : Current;
                return true;
            }
        }
    }
}
