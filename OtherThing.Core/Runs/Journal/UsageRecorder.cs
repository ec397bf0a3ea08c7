using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OtherThing.Core.Live;
using OtherThing.Core.Results;
using OtherThing.Core.Usage;

namespace OtherThing.Core.Runs.Journal;

/// <summary>Turns what an attempt used into entries of the workspace's ledger, and sees to those that no commit of a run has written.</summary>
internal sealed partial class UsageRecorder(
    IRunJournalStore store, ILiveFeed feed, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<UsageRecorder> logger)
{
    private static readonly TimeSpan s_shortestPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMinutes(1);

    public IReadOnlyList<UsageEntry> Entries(Run run, string path, IReadOnlyList<UsageDraft> drafts, DateTime utcNow) =>
        drafts.Count == 0
            ? []
            : [.. drafts.Select(draft => UsageEntry.From(draft, run.WorkspaceId, run.FlowId, run.FlowName, run.Id, path, run.StartedBy, utcNow))];

    /// <summary>
    /// What was used is owed, whatever became of the run or of the commit it belonged to. Each entry is written by itself and tried again until
    /// the database takes it or refuses it, or the server stops; one that is written already stays as it is. Nobody waits for it.
    /// </summary>
    public void Owe(IReadOnlyCollection<UsageEntry> entries)
    {
        foreach (var entry in entries)
        {
            _ = Task.Run(() => WriteAsync(entry), CancellationToken.None);
        }
    }

    private async Task WriteAsync(UsageEntry entry)
    {
        for (var pause = s_shortestPause; ; pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause)
        {
            try
            {
                await store.AddUsageAsync([entry], CancellationToken.None);
                feed.Publish(Topic.Workspace(entry.WorkspaceId), new UsageChanged());
                return;
            }
            catch (RowRefusedException refused)
            {
                LogLost(refused, entry.CallId, entry.RunId, entry.CostUnits);
                return;
            }
            catch (Exception away)
            {
                try
                {
                    await Task.Delay(pause, clock, lifetime.ApplicationStopping);
                }
                catch (OperationCanceledException)
                {
                    LogLost(away, entry.CallId, entry.RunId, entry.CostUnits);
                    return;
                }
            }
        }
    }

    [LoggerMessage(
        Level = LogLevel.Error, Message = "The usage of the call {CallId} of run {RunId} could not be written down; it cost {CostUnits} (1e-8 cents)")]
    private partial void LogLost(Exception exception, string callId, Guid? runId, long? costUnits);
}
