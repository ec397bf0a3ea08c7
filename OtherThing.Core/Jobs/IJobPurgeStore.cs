using OtherThing.Core.Results;
using OtherThing.Core.Retention;

namespace OtherThing.Core.Jobs;

/// <summary>Deletes jobs that nobody keeps any more. Those of a run go with their run; this is for the others.</summary>
public interface IJobPurgeStore
{
    /// <summary>The newest ended job of its own that a workspace does not keep because it keeps only so many; null when it keeps all.</summary>
    Task<Cursor?> FindBoundaryAsync(Guid workspaceId, int keep, CancellationToken cancellationToken);

    /// <summary>The next jobs on the way from the oldest to what is kept.</summary>
    /// <param name="workspaceId">The workspace.</param>
    /// <param name="bounds">How far; null for every job there is, of runs and its own, ended or not.</param>
    /// <param name="after">Where the way has come to; null at its beginning.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The jobs to be deleted, and how far the way has come; null at its end.</returns>
    Task<(IReadOnlyList<ExpiredJob> Jobs, Cursor? Next)> FindExpiredAsync(
        Guid workspaceId, ExpiryBounds? bounds, Cursor? after, CancellationToken cancellationToken);

    /// <summary>Deletes a part of a log that is more than one piece.</summary>
    /// <returns>How many rows went; 0 once none is left.</returns>
    Task<Piece> ShortenAsync(ExpiredJob job, CancellationToken cancellationToken);

    /// <summary>Deletes jobs with their logs, late results and batches, as many as there is time for.</summary>
    /// <returns>How many of them, in their order, are gone.</returns>
    Task<Piece> DeleteAsync(IReadOnlyList<ExpiredJob> jobs, CancellationToken cancellationToken);
}

/// <summary>A job to be deleted.</summary>
/// <param name="Id">The job.</param>
/// <param name="BatchId">The batch it came with.</param>
/// <param name="Attempts">Its attempts, whose logs go with it.</param>
/// <param name="LogBytes">How many bytes those hold.</param>
public sealed record ExpiredJob(Guid Id, Guid? BatchId, IReadOnlyList<Guid> Attempts, long LogBytes)
{
    /// <summary>A piece takes a job with so many bytes of log at most.</summary>
    public const long MostBytes = 1024 * 1024;
}
