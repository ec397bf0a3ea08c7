namespace OtherThing.Data.Conventions;

/// <summary>
/// SQLite has one writer. Waiting for it in the database polls and can time out; waiting here is fair and costs nothing.
/// </summary>
public sealed class WriteLane : IDisposable
{
    private readonly SemaphoreSlim? _lane;
    private int _waiting;

    private WriteLane(SemaphoreSlim? lane) => _lane = lane;

    /// <summary>For databases that take many writers.</summary>
    public static WriteLane Free { get; } = new(null);

    /// <summary>Whether somebody waits for the turn just now; of a database that takes many writers it is supposed.</summary>
    public bool IsAwaited => _lane is null || Volatile.Read(ref _waiting) > 0;

    /// <summary>Waits for the turn; dispose it to pass the lane on.</summary>
    public async ValueTask<Turn> EnterAsync(CancellationToken cancellationToken)
    {
        if (_lane is null)
        {
            return default;
        }

        Interlocked.Increment(ref _waiting);
        try
        {
            await _lane.WaitAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }

        return new Turn(_lane);
    }

    /// <summary>Waits on this thread for the turn, at most so long; after that the turn holds nothing.</summary>
    public Turn TryEnter(TimeSpan limit) => _lane is not null && _lane.Wait(limit) ? new Turn(_lane) : default;

    public void Dispose() => _lane?.Dispose();

    /// <summary>For SQLite: one writer at a time in this process.</summary>
    public static WriteLane SingleWriter() => new(new SemaphoreSlim(1, 1));

    /// <summary>A turn in the lane.</summary>
    public readonly struct Turn : IDisposable, IEquatable<Turn>
    {
        private readonly SemaphoreSlim? _held;

        internal Turn(SemaphoreSlim held) => _held = held;

        public static bool operator ==(Turn left, Turn right) => left.Equals(right);

        public static bool operator !=(Turn left, Turn right) => !left.Equals(right);

        public void Dispose() => _held?.Release();

        public bool Equals(Turn other) => ReferenceEquals(_held, other._held);

        public override bool Equals(object? obj) => obj is Turn other && Equals(other);

        public override int GetHashCode() => _held?.GetHashCode() ?? 0;
    }
}
