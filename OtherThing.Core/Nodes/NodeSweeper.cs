using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OtherThing.Core.Jobs.Dispatch;

namespace OtherThing.Core.Nodes;

/// <summary>Notices what nobody says: nodes that went silent.</summary>
public sealed partial class NodeSweeper(
    INodeStore store, NodeLinks links, JobDispatcher dispatcher, NodeFeed feed, TimeProvider clock, IOptions<NodesOptions> options,
    ILogger<NodeSweeper> logger) : BackgroundService
{
    private static readonly TimeSpan s_seenEvery = TimeSpan.FromSeconds(30);
    private DateTime _seenAt;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var period = TimeSpan.FromSeconds(Math.Clamp(options.Value.UnreachableSeconds / 4.0, 0.5, 5));
        using var timer = new PeriodicTimer(period, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await SweepAsync(stoppingToken);
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    LogSweepFailed(failure);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // the host stops
        }
    }

    /// <summary>One look at everything.</summary>
    internal async Task SweepAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        if (now - _seenAt >= s_seenEvery)
        {
            _seenAt = now;
            Guid[] connected = [.. links.All().Where(link => link.Session is not null).Select(link => link.NodeId)];
            await store.MarkSeenAsync(connected, now, cancellationToken);
        }

        foreach (var node in await store.ListLiveAsync(cancellationToken))
        {
            await SettleAsync(node, now, cancellationToken);
        }
    }

    private async Task SettleAsync(Node node, DateTime now, CancellationToken cancellationToken)
    {
        var link = links.Find(node.Id);
        var status = node.Settle(now, link?.LastBeatAt, link?.Session is not null, options.Value);
        if (status is NodeStatus.Offline or NodeStatus.Stale)
        {
            // The connection says nothing any more: end it, so that the node's next one starts clean.
            link?.Session?.Close(SessionEnd.Shutdown, "Nothing was heard for too long.");
        }

        if (status == node.Status)
        {
            return;
        }

        node.Stand(status, link?.LastBeatAt);
        if (await store.TrySaveAsync(node, cancellationToken) && await store.FindAsync(node.Id, cancellationToken) is { } record)
        {
            LogStatus(node.Id, status);
            feed.Say(node, record.WorkspaceIds);
            dispatcher.NodesChanged();
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Node {NodeId} is {Status}")]
    private partial void LogStatus(Guid nodeId, NodeStatus status);

    [LoggerMessage(Level = LogLevel.Error, Message = "The nodes could not be looked over; next try in a moment")]
    private partial void LogSweepFailed(Exception failure);
}
