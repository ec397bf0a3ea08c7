namespace OtherThing.Core.Retention;

/// <summary>How deletions give way to runs: each is short, and after it comes a rest in which the others write.</summary>
public sealed class DeletionPace(TimeProvider clock)
{
    /// <summary>A piece begins nothing more after this time.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromMilliseconds(3);

    /// <summary>While others wait to write, deletions take one part of the time in so many.</summary>
    private const int PartsWhenBusy = 30;

    /// <summary>While nobody does they take one part in so many: the processor is others' too.</summary>
    private const int PartsWhenIdle = 8;

    /// <summary>The clock that pieces are measured by.</summary>
    public TimeProvider Clock => clock;

    /// <summary>Rests after a piece, long enough for what is waiting.</summary>
    public Task RestAsync(Piece piece, CancellationToken cancellationToken)
    {
        var rest = piece.Held * ((piece.IsAwaited ? PartsWhenBusy : PartsWhenIdle) - 1);
        return rest > TimeSpan.Zero ? Task.Delay(rest, clock, cancellationToken) : Task.CompletedTask;
    }
}
