using OtherThing.Core.Jobs.Machine;

namespace OtherThing.Core.Jobs.Dispatch;

/// <summary>The output of attempts: taken in order, told to listeners at once, written in few rows.</summary>
public sealed partial class JobDispatcher
{
    private const int MaxPieceBytes = 64 * 1024;

    private static readonly LogSource[] s_streams = [LogSource.Stdout, LogSource.Stderr];

    /// <summary>A piece of an attempt's output. What is answered for is kept, or the node is told at its next connect to send it again.</summary>
    internal Task<LogAnswer> AppendLogAsync(Guid nodeId, LogPiece piece)
    {
        var done = new TaskCompletionSource<LogAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() => OnLog(nodeId, piece, answer => done.TrySetResult(answer)));
        return done.Task;
    }

    /// <summary>What of a job's output waits to be written; everything before it can be read from the store when this returns.</summary>
    internal Task<IReadOnlyList<StoredLog>> UnwrittenLogAsync(Guid jobId)
    {
        var done = new TaskCompletionSource<IReadOnlyList<StoredLog>>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() =>
        {
            var waiting = _live.TryGetValue(jobId, out var job) ? s_streams.Select(stream => job.Rows(stream).Peek(stream)).OfType<StoredLog>().ToArray() : [];
            _journal.After(() => done.TrySetResult(waiting));
        });
        return done.Task;
    }

    private void OnLog(Guid nodeId, LogPiece piece, Action<LogAnswer> answer)
    {
        if (!_byAttempt.TryGetValue(piece.Attempt.Id, out var job) || !job.State.Has(piece.Attempt, nodeId))
        {
            answer(new LogAnswer(piece.Offset + piece.Data.Length, Stop: true));
            return;
        }

        var log = job.Log(piece.Stream);
        if (piece.Data.Length > MaxPieceBytes || log.IsOver)
        {
            answer(new LogAnswer(log.Next, Stop: true));
            return;
        }

        if (log.Take(piece) is { } fresh)
        {
            job.Tell(fresh.Stream, log.Decode(fresh));
            foreach (var row in job.Rows(fresh.Stream).Add(fresh))
            {
                WriteRow(job, row);
            }
        }

        var next = log.Next;
        _journal.After(() => answer(new LogAnswer(next, Stop: false)));
        Apply(job, new JobEvent.LogGrew(job.LogEnds));
    }

    private static void TakeUpLog(LiveJob job, IReadOnlyList<StoredLog> rows)
    {
        foreach (var piece in rows)
        {
            job.Log(piece.Stream).Take(new LogPiece(job.State.Attempt, piece.Stream, piece.Offset, piece.Data, piece.Dropped));
        }

        foreach (var stream in s_streams)
        {
            job.HasRows(stream, rows.Count(row => row.Stream == stream));
        }
    }

    /// <summary>Writes what has waited long enough.</summary>
    private void WriteDueRows(LiveJob job)
    {
        foreach (var stream in s_streams)
        {
            if (job.Rows(stream).Due(stream) is { } row)
            {
                WriteRow(job, row);
            }
        }
    }

    /// <summary>Writes what is left of an attempt's output, before anything says that the attempt is over.</summary>
    private void WriteLastRows(LiveJob job)
    {
        foreach (var stream in s_streams)
        {
            if (job.Rows(stream).Last(stream) is { } row)
            {
                WriteRow(job, row);
            }
        }
    }

    private void WriteRow(LiveJob job, StoredLog row) =>
        _journal.Write(new JobWrite.Log(job.State.Attempt.Id, row.Stream, row.Offset, row.Data, row.Dropped));
}
