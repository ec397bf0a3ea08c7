namespace OtherThing.Tests.Support;

/// <summary>The real clock, which a test may set forward: timers whose time comes by that go off at once. For a whole server, whose own timers must
/// go on.</summary>
public sealed class ShiftedClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly HashSet<ShiftedTimer> _timers = [];
    private TimeSpan _ahead;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _ahead;

    public void Advance(TimeSpan by)
    {
        ShiftedTimer[] due;
        lock (_gate)
        {
            _ahead += by;
            due = [.. _timers.Where(timer => timer.Due <= GetUtcNow())];
        }

        foreach (var timer in due)
        {
            timer.GoOff();
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new ShiftedTimer(this, callback, state, dueTime, period);

    private ITimer CreateReal(TimerCallback callback, object? state) =>
        base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    private sealed class ShiftedTimer : ITimer
    {
        private readonly ShiftedClock _clock;
        private readonly ITimer _real;
        private TimeSpan _period;

        public ShiftedTimer(ShiftedClock clock, TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _clock = clock;
            _real = clock.CreateReal(
                fired =>
                {
                    Due = _period > TimeSpan.Zero ? clock.GetUtcNow() + _period : DateTimeOffset.MaxValue;
                    callback(fired);
                },
                state);
            Change(dueTime, period);
        }

        public DateTimeOffset Due { get; private set; }

        public void GoOff() => _real.Change(TimeSpan.Zero, _period > TimeSpan.Zero ? _period : Timeout.InfiniteTimeSpan);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (_clock._gate)
            {
                _period = period;
                Due = dueTime < TimeSpan.Zero ? DateTimeOffset.MaxValue : _clock.GetUtcNow() + dueTime;
                _clock._timers.Add(this);
            }

            return _real.Change(dueTime, period);
        }

        public void Dispose()
        {
            lock (_clock._gate)
            {
                _clock._timers.Remove(this);
            }

            _real.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
