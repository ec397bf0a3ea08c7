using OtherThing.Core.Jobs;
using OtherThing.Core.Results;
using OtherThing.Core.Retention;

namespace OtherThing.Core.Runs.Journal;

/// <summary>Deletes runs that nobody keeps any more, and knows which blobs are still referred to.</summary>
public interface IRunPurgeStore
{
    /// <summary>Every workspace with how long it keeps runs; deleted ones too, since they may come back.</summary>
    Task<IReadOnlyList<(Guid WorkspaceId, RunRetention Retention)>> ListRetentionsAsync(CancellationToken cancellationToken);

    /// <summary>The newest ended run that a workspace does not keep because it keeps only so many; null when it keeps all.</summary>
    /// <remarks>Reads as many entries of an index as runs are kept; how many there are beyond them does not matter.</remarks>
    Task<Cursor?> FindBoundaryAsync(Guid workspaceId, int keep, CancellationToken cancellationToken);

    /// <summary>The next runs of a workspace on the way from the oldest to what is kept, with what goes with each.</summary>
    /// <param name="workspaceId">The workspace.</param>
    /// <param name="bounds">How far; null for all there are, ended or not.</param>
    /// <param name="after">Where the way has come to; null at its beginning.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The runs to be deleted, and how far the way has come; null at its end.</returns>
    Task<(IReadOnlyList<ExpiredRun> Runs, Cursor? Next)> FindExpiredAsync(
        Guid workspaceId, ExpiryBounds? bounds, Cursor? after, CancellationToken cancellationToken);

    /// <summary>Deletes a part of a journal that is more than one piece.</summary>
    /// <returns>How many entries went; 0 once none is left.</returns>
    Task<Piece> ShortenAsync(ExpiredRun run, CancellationToken cancellationToken);

    /// <summary>Deletes runs with all that goes with them, as many as there is time for.</summary>
    /// <returns>How many of them, in their order, are gone.</returns>
    Task<Piece> DeleteAsync(IReadOnlyList<ExpiredRun> runs, CancellationToken cancellationToken);

    /// <summary>Those of these blobs that a run still refers to.</summary>
    Task<IReadOnlySet<string>> FindUsedAsync(Guid workspaceId, IReadOnlyList<string> hashes, CancellationToken cancellationToken);
}

/// <summary>A run to be deleted, and what goes with it.</summary>
/// <param name="Id">The run.</param>
/// <param name="Entries">How many entries its journal has.</param>
/// <param name="Bytes">How many bytes they and its jobs' logs hold.</param>
/// <param name="Blobs">The blobs it refers to.</param>
/// <param name="Jobs">Its jobs.</param>
/// <param name="Others">True when something else goes with it: an approval, a refused row.</param>
public sealed record ExpiredRun(Guid Id, int Entries, long Bytes, IReadOnlyList<string> Blobs, IReadOnlyList<ExpiredJob> Jobs, bool Others)
{
    /// <summary>A piece takes a run with so many entries of its journal at most.</summary>
    public const int MostEntries = 200;

    /// <summary>A piece takes a run with so many bytes at most.</summary>
    public const long MostBytes = 1024 * 1024;

    /// <summary>A piece takes a run with so many jobs at most.</summary>
    public const int MostJobs = 50;

    /// <summary>True when it is more than one piece.</summary>
    public bool IsLong => Entries > MostEntries || Bytes > MostBytes || Jobs.Count > MostJobs;
}
