using System.Threading.Channels;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using OtherThing.Agent.Attempts;
using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Link;

/// <summary>
/// Brings the output of all attempts to the server, on a connection of its own, so that a loud job never holds up a beat. What is not
/// acknowledged when a connection breaks is read again from the files.
/// </summary>
internal sealed partial class LogUplink(NodeData.NodeDataClient client, TokenSource tokens, AttemptBook book, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private readonly Channel<Attempt> _ready = Channel.CreateUnbounded<Attempt>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Backoff _backoff = new(Random.Shared);
    private readonly ILogger _logger = logger;

    internal void Poke(Attempt attempt) => _ready.Writer.TryWrite(attempt);

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                // Nothing to say, no stream: a server full of idle nodes holds one connection less of each.
                await _ready.Reader.WaitToReadAsync(cancellationToken);
                await StreamAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (RpcException ex)
            {
                if (ex.StatusCode == StatusCode.Unauthenticated)
                {
                    tokens.Drop();
                }

                LogBroken(ex.StatusCode, ex.Status.Detail);
            }
            catch (Exception ex)
            {
                // Whatever it was, the next stream begins where the server has it: output is never given up while the agent lives.
                LogBroken(StatusCode.Unknown, ex.Message);
            }

            RewindAll();
            await Task.Delay(_backoff.Next(), clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task StreamAsync(CancellationToken cancellationToken)
    {
        var headers = await tokens.HeadersAsync(cancellationToken);
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var call = client.AppendLogs(headers, cancellationToken: broken.Token);
        var acks = ReadAcksAsync(call.ResponseStream, broken);
        try
        {
            await foreach (var attempt in _ready.Reader.ReadAllAsync(broken.Token))
            {
                await SendAsync(attempt, attempt.Stdout, call.RequestStream, broken.Token);
                await SendAsync(attempt, attempt.Stderr, call.RequestStream, broken.Token);
            }
        }
        catch (Exception ex) when (ex is OperationCanceledException or RpcException or InvalidOperationException)
        {
            // We stop, or the call ended: a write may learn it before the answers do, and only they say why.
            broken.CancelAfter(s_patience);
        }

        await acks;
    }

    private static async Task SendAsync(Attempt attempt, LogCursor cursor, IClientStreamWriter<LogChunk> stream, CancellationToken cancellationToken)
    {
        while (Next(attempt, cursor) is { } chunk)
        {
            await stream.WriteAsync(chunk, cancellationToken);
        }
    }

    private static LogChunk? Next(Attempt attempt, LogCursor cursor)
    {
        lock (attempt.Gate)
        {
            return attempt.Abandoned ? null : cursor.Next(attempt.Id, attempt.Fence);
        }
    }

    private async Task ReadAcksAsync(IAsyncStreamReader<LogAck> acks, CancellationTokenSource broken)
    {
        try
        {
            await foreach (var ack in acks.ReadAllAsync(broken.Token))
            {
                _backoff.Reset();
                if (book.Find(ack.AttemptId, ack.Fence) is { } attempt)
                {
                    Apply(attempt, ack);
                }
            }
        }
        finally
        {
            await broken.CancelAsync();
        }
    }

    private void Apply(Attempt attempt, LogAck ack)
    {
        lock (attempt.Gate)
        {
            var cursor = ack.Stream == LogStream.Stderr ? attempt.Stderr : attempt.Stdout;
            cursor.Stopped |= ack.Stop;
            cursor.Acknowledge(Ranges.Count(ack.NextOffset));
        }

        // The window has moved on, or all is there.
        Poke(attempt);
        book.ForgetWhenDone(attempt);
    }

    private void RewindAll()
    {
        foreach (var attempt in book.All)
        {
            lock (attempt.Gate)
            {
                attempt.Stdout.Rewind();
                attempt.Stderr.Rewind();
            }

            Poke(attempt);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The log stream broke: {Code} {Detail}")]
    private partial void LogBroken(StatusCode code, string detail);
}
