using Microsoft.Extensions.Logging;

namespace OtherThing.Core.Jobs.Dispatch;

/// <summary>Jobs that are another's, or existed before: what the database says counts, and this process only follows it.</summary>
public sealed partial class JobDispatcher
{
    private readonly Dictionary<Guid, LiveJob> _foreign = [];
    private readonly HashSet<Guid> _looking = [];

    private void OnDisowned(LiveJob job)
    {
        if (_foreign.TryAdd(job.Row.Id, job))
        {
            LogDisowned(job.Row.Id);
            LetGo(job);
            _ending.TryRemove(job.Row.Id, out _);
        }

        FollowForeign();
    }

    private void FollowForeign()
    {
        foreach (var (jobId, job) in _foreign)
        {
            if (_looking.Add(jobId))
            {
                _ = Task.Run(() => LookAsync(job));
            }
        }
    }

    private async Task LookAsync(LiveJob job)
    {
        JobResult? end = null;
        try
        {
            if (await _store.FindAsync(job.Row.Id, CancellationToken.None) is { } row && row.Status.IsFinal())
            {
                end = JobResults.Of(row, row.AttemptId is { } id ? await _store.ReadLogAsync(id, CancellationToken.None) : []);
            }
        }
        catch (Exception failure)
        {
            LogNotFollowed(failure, job.Row.Id);
        }

        Post(() =>
        {
            _looking.Remove(job.Row.Id);
            if (end is not null && _foreign.Remove(job.Row.Id))
            {
                job.Ended.TrySetResult(end);
            }
        });
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {JobId} was changed by another process; this process now only follows it")]
    private partial void LogDisowned(Guid jobId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Job {JobId}, which another process has, could not be read; the next look is in a moment")]
    private partial void LogNotFollowed(Exception failure, Guid jobId);
}
