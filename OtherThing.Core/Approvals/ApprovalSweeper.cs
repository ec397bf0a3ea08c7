using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Grains;

namespace OtherThing.Core.Approvals;

/// <summary>Finds decisions that a run has not taken, and questions whose run has ended: whatever died in between, both come to an end.</summary>
internal sealed partial class ApprovalSweeper(
    IApprovalStore approvals, ApprovalDesk desk, IRunStore runs, IGrainFactory grains, TimeProvider clock, ILogger<ApprovalSweeper> logger)
    : BackgroundService
{
    private const int Round = 200;
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(5);

    internal async Task SweepAsync(CancellationToken cancellationToken)
    {
        foreach (var approval in await approvals.FindUnsettledAsync(clock.GetUtcNow().UtcDateTime, Round, cancellationToken))
        {
            try
            {
                await SettleAsync(approval, cancellationToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogFailed(exception, approval.Id);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_period, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await SweepAsync(stoppingToken);
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    LogRoundFailed(exception);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // A quiet end.
        }
    }

    private async Task SettleAsync(Approval approval, CancellationToken cancellationToken)
    {
        var ended = await runs.FindAsync(approval.RunId, cancellationToken) is not { } run || run.Status.IsFinal();
        if (!ended)
        {
            await grains.GetGrain<IRunGrain>(approval.RunId).AnsweredAsync(approval.Path);
            return;
        }

        if (approval.State == ApprovalState.Open)
        {
            await desk.WithdrawAsync(approval.WorkspaceId, approval.Id);
        }
        else
        {
            await desk.SettledAsync(approval.Id);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Approval {ApprovalId} could not be settled; trying again")]
    private partial void LogFailed(Exception exception, Guid approvalId);

    [LoggerMessage(Level = LogLevel.Error, Message = "The search for unsettled approvals failed; trying again")]
    private partial void LogRoundFailed(Exception exception);
}
