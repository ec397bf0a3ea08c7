using System.Collections.Concurrent;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using OtherThing.Agent.Attempts;
using OtherThing.Agent.Link;
using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Models;

/// <summary>The calls of models that are at work: each is a stream of its own on the bulk connection, opened because the server asked for it.</summary>
internal sealed partial class ModelTunnels(
    NodeData.NodeDataClient client, TokenSource tokens, NodeTerms terms, ModelWatch watch, HttpMessageInvoker http, TimeProvider clock, ILogger logger,
    CancellationToken stopping)
{
    private const int Most = 32;
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_lastWord = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, Live> _live = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Turnstile> _turns = new(StringComparer.Ordinal);
    private readonly ILogger _logger = logger;

    /// <summary>The server wants one. Never blocks.</summary>
    internal void Open(OpenTunnel asked)
    {
        // A few more than are served are told so; beyond that a server that does not count gets no answer.
        if (!Guid.TryParseExact(asked.TunnelId, "D", out _) || _live.Count >= 2 * Most)
        {
            LogIgnored(_live.Count);
            return;
        }

        var live = new Live(asked, CancellationTokenSource.CreateLinkedTokenSource(stopping));
        if (_live.TryAdd(asked.TunnelId, live))
        {
            _ = ServeAsync(live);
        }
        else
        {
            live.Over.Dispose();
        }
    }

    /// <summary>The owner's word changed: what it does not allow any more ends now.</summary>
    internal void Recheck()
    {
        foreach (var live in _live.Values)
        {
            if (TunnelRefusal.CheckGoingOn(live.Asked, terms) is { } refusal)
            {
                live.Stop(refusal);
            }
        }
    }

    private async Task ServeAsync(Live live)
    {
        try
        {
            // Whoever calls goes on at once.
            await Task.Yield();
            var headers = await tokens.HeadersAsync(live.Over.Token);
            using var call = client.Tunnel(headers, cancellationToken: stopping); // disposed last: it ends the stream
            using var exchange = new TunnelExchange(call, live.Asked, http);
            var refusal = await TryAsync(exchange, live);
            if (refusal is not null)
            {
                LogRefused(live.Asked.Endpoint, refusal.Code, refusal.Words);
            }

            if (refusal?.Code is "unreachable" or "broken")
            {
                watch.Nudge();
            }

            using var lastWord = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            lastWord.CancelAfter(s_lastWord);
            await exchange.EndAsync(refusal, lastWord.Token);
        }
        catch (Exception gone) when (gone is OperationCanceledException or RpcException or InvalidOperationException or HttpRequestException or IOException)
        {
            LogBroken(gone.Message);
            if (gone is RpcException { StatusCode: StatusCode.Unauthenticated })
            {
                tokens.Drop();
            }
        }
        catch (Exception bug)
        {
            LogFailed(bug);
        }
        finally
        {
            _live.TryRemove(live.Asked.TunnelId, out _);
            live.Over.Dispose();
        }
    }

    private async Task<Refusal?> TryAsync(TunnelExchange exchange, Live live)
    {
        if (_live.Count > Most)
        {
            return new("too_many", $"{Most} calls of models are at work on the machine.");
        }

        if (TunnelRefusal.Check(live.Asked, terms, watch.Found) is { } refusal)
        {
            return refusal;
        }

        using var late = new CancellationTokenSource(s_longest, clock);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(late.Token, live.Over.Token);
        try
        {
            var slots = watch.Found.FirstOrDefault(endpoint => endpoint.Endpoint == live.Asked.Endpoint)?.Slots ?? 1;
            return await exchange.RunAsync(_turns.GetOrAdd(live.Asked.Endpoint, _ => new Turnstile()), slots, over.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested && over.IsCancellationRequested)
        {
            return live.Why ?? new("timeout", $"It took longer than {s_longest.TotalHours:0} h.");
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The server asks for more calls of models than it gets: {Count} are at work")]
    private partial void LogIgnored(int count);

    [LoggerMessage(Level = LogLevel.Information, Message = "A call of {Endpoint} ended: {Code}: {Words}")]
    private partial void LogRefused(string endpoint, string code, string words);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The stream of a call of a model broke: {Reason}")]
    private partial void LogBroken(string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "A call of a model failed")]
    private partial void LogFailed(Exception exception);

    /// <summary>A call that is at work.</summary>
    private sealed record Live(OpenTunnel Asked, CancellationTokenSource Over)
    {
        internal Refusal? Why { get; private set; }

        internal void Stop(Refusal why)
        {
            Why = why;
            try
            {
                Over.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It has ended by itself.
            }
        }
    }
}
