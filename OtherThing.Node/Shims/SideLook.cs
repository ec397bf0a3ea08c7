namespace OtherThing.Agent.Shims;

/// <summary>
/// A look that takes as long as the disk and the job like, on a thread of its own: whoever asked for it goes on and takes the answer when it
/// is there. There is one at a time, and what it works with is let go when both it and its user are done.
/// </summary>
internal sealed class SideLook(LoopWake wake, Action release) : IDisposable
{
    private readonly Lock _gate = new();
    private (string Code, string Words)? _found;
    private State _state = State.Idle;
    private long _began;
    private bool _isDisposed;

    private enum State
    {
        Idle,
        Running,
        Answered,
    }

    /// <summary>When the one that is under way began, by the monotonic clock; null while none is.</summary>
    internal long? RunningSince
    {
        get
        {
            lock (_gate)
            {
                return _state == State.Running ? _began : null;
            }
        }
    }

    internal bool IsBusy
    {
        get
        {
            lock (_gate)
            {
                return _state != State.Idle;
            }
        }
    }

    /// <summary>False when the one before has not ended, or its answer is still there.</summary>
    internal bool TryStart(long now, Func<(string Code, string Words)?> look)
    {
        lock (_gate)
        {
            if (_state != State.Idle || _isDisposed)
            {
                return false;
            }

            (_state, _began) = (State.Running, now);
        }

        new Thread(() => Run(look)) { IsBackground = true, Name = "look" }.Start();
        return true;
    }

    /// <summary>Whether an answer was there.</summary>
    /// <param name="found">The limit the job is beyond, with words for people; null when there is none.</param>
    internal bool TryTake(out (string Code, string Words)? found)
    {
        lock (_gate)
        {
            (found, _found) = (_found, null);
            if (_state != State.Answered)
            {
                return false;
            }

            _state = State.Idle;
            return true;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            if (_state == State.Running)
            {
                // The look itself does it.
                return;
            }
        }

        release();
    }

    private void Run(Func<(string Code, string Words)?> look)
    {
        var found = look();
        bool unwanted;
        lock (_gate)
        {
            (_found, _state) = (found, State.Answered);
            unwanted = _isDisposed;
        }

        if (unwanted)
        {
            release();
        }

        wake.Set();
    }
}
