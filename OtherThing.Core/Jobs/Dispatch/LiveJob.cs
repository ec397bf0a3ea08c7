using OtherThing.Core.Jobs.Machine;

namespace OtherThing.Core.Jobs.Dispatch;

/// <summary>A job that has not ended, as this process holds it; only the dispatcher's loop changes it.</summary>
internal sealed class LiveJob(JobState state, TimeProvider? clock = null)
{
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly List<Action<string, string>> _listeners = [];
    private LogRows _stdoutRows = new(clock ?? TimeProvider.System);
    private LogRows _stderrRows = new(clock ?? TimeProvider.System);

    /// <summary>A job that is new here.</summary>
    public LiveJob(Job row, TimeProvider? clock = null)
        : this(new JobState(row), clock)
    {
    }

    /// <summary>Where it stands: what <see cref="JobMachine"/> made of it last.</summary>
    public JobState State { get; set; } = state;

    public Job Row => State.Job;

    /// <summary>Completes after the final state is committed.</summary>
    public TaskCompletionSource<JobResult> Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public LogBuffer Stdout { get; private set; } = new();

    public LogBuffer Stderr { get; private set; } = new();

    public LogEnds LogEnds => new(Stdout.Next, Stderr.Next);

    /// <summary>Nodes that refused it and have not changed since, with what they said.</summary>
    public Dictionary<Guid, string> RefusedBy { get; } = [];

    public LogBuffer Log(LogSource stream) => stream == LogSource.Stdout ? Stdout : Stderr;

    /// <summary>The rows of an output that are not written yet.</summary>
    public LogRows Rows(LogSource stream) => stream == LogSource.Stdout ? _stdoutRows : _stderrRows;

    /// <summary>Says how many rows of an output an earlier process wrote.</summary>
    public void HasRows(LogSource stream, int count)
    {
        if (stream == LogSource.Stdout)
        {
            _stdoutRows = new LogRows(_clock, count);
        }
        else
        {
            _stderrRows = new LogRows(_clock, count);
        }
    }

    public void ForgetLogs()
    {
        (Stdout, Stderr) = (new LogBuffer(), new LogBuffer());
        (_stdoutRows, _stderrRows) = (new LogRows(_clock), new LogRows(_clock));
    }

    public void Listen(Action<string, string>? listener)
    {
        if (listener is null)
        {
            return;
        }

        lock (_listeners)
        {
            _listeners.Add(listener);
        }
    }

    public void Tell(LogSource stream, string text)
    {
        lock (_listeners)
        {
            foreach (var listener in _listeners)
            {
                listener(stream == LogSource.Stdout ? "stdout" : "stderr", text);
            }
        }
    }

    public JobResult Result() => JobResults.Of(Row, Stdout.Text(), Stderr.Text());
}
