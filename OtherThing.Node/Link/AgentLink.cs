using Grpc.Core;
using Microsoft.Extensions.Logging;
using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Link;

/// <summary>Keeps one session up for as long as the agent lives; ends only when told to, or when the server wants this node no more.</summary>
internal sealed partial class AgentLink(NodeLink.NodeLinkClient client, TokenSource tokens, NodeContext node, Action<string> unreachable, ILogger logger)
{
    private static readonly TimeSpan s_seldom = TimeSpan.FromMinutes(1);
    private readonly Backoff _backoff = new(Random.Shared);
    private readonly ILogger _logger = logger;
    private NodeSession? _session;

    /// <summary>Sends a frame in the session there is, if there is one.</summary>
    internal void Send(NodeFrame frame) => _session?.Send(frame);

    /// <summary>Says what the machine has, when that is other than what was said last.</summary>
    internal void Restate() => _session?.Restate();

    /// <summary>True: the server has revoked this node. False: told to stop.</summary>
    internal async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var wait = await ConnectAsync(cancellationToken);
                if (wait is null)
                {
                    return true;
                }

                await Task.Delay(wait.Value, node.Clock, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return false;
            }
        }

        return false;
    }

    /// <summary>How long to wait before the next session; null: never again.</summary>
    private async Task<TimeSpan?> ConnectAsync(CancellationToken cancellationToken)
    {
        try
        {
            var headers = await tokens.HeadersAsync(cancellationToken);
            using var call = client.Session(headers, cancellationToken: cancellationToken);
            _session = new NodeSession(node with { Welcomed = OnWelcome }, call);
            return AfterGoAway(await _session.RunAsync(cancellationToken));
        }
        catch (RpcException ex) when (ex.StatusCode == StatusCode.PermissionDenied)
        {
            LogRevoked(ex.Status.Detail);
            return null;
        }
        catch (RpcException ex)
        {
            if (ex.StatusCode == StatusCode.Unauthenticated)
            {
                tokens.Drop();
            }

            var wait = _backoff.Next();
            LogBroken(ex.StatusCode, ex.Status.Detail, wait.TotalSeconds);
            unreachable(ex.Status.Detail);
            return wait;
        }
        catch (Exception ex) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever it was: a link that ended here would leave jobs running that nobody hears of.
            var wait = _backoff.Next();
            LogBroken(StatusCode.Unknown, ex.Message, wait.TotalSeconds);
            unreachable(ex.Message);
            return wait;
        }
        finally
        {
            _session = null;
        }
    }

    private TimeSpan? AfterGoAway(GoAway? end)
    {
        if (end is null)
        {
            unreachable("The server closed the connection.");
            return _backoff.Next();
        }

        LogGoAway(end.Reason, end.Text);
        unreachable(end.Text is { Length: > 0 } text ? text : end.Reason.ToString());
        return end.Reason switch
        {
            GoAwayReason.Revoked => null,
            GoAwayReason.Quarantined or GoAwayReason.Refused or GoAwayReason.Replaced => s_seldom,
            _ => TimeSpan.FromMilliseconds(Math.Min(end.RetryAfterMs, s_seldom.TotalMilliseconds)) + _backoff.Next(),
        };
    }

    private void OnWelcome(Welcome welcome)
    {
        _backoff.Reset();
        node.Welcomed(welcome);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "No connection ({Code}: {Detail}); next try in {Seconds:0.0} s")]
    private partial void LogBroken(StatusCode code, string detail, double seconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "The server ended the session: {Reason} {Text}")]
    private partial void LogGoAway(GoAwayReason reason, string text);

    [LoggerMessage(Level = LogLevel.Error, Message = "The server does not know this node any more: {Detail}")]
    private partial void LogRevoked(string detail);
}
