
namespace OtherThing.Core.Jobs;

/// <summary>
/// Gathers the pieces of one output into few rows: a job that prints a byte at a time fills them no faster than one that prints pages.
/// The first rows are written at once, later ones when enough has come or enough time has passed, and there are never more than
/// <see cref="MaxRows"/>: then only the newest bytes stay, with the exact count of what was left out before them.
/// </summary>
/// <param name="clock">Tells how long something has waited.</param>
/// <param name="known">Rows that an earlier process wrote.</param>
internal sealed class LogRows(TimeProvider clock, int known = 0)
{
    /// <summary>The most rows of one output of one attempt.</summary>
    public const int MaxRows = 1024;

    private const int FullBytes = 16 * 1024;
    private const int KeptBytes = 64 * 1024;
    private const int AtOnce = 32;

    private readonly List<byte> _pending = [];
    private int _rows = known;
    private long _offset;
    private long _dropped;
    private long _since;

    private bool IsFull => _rows >= MaxRows - 1;

    /// <summary>Takes a piece that goes on where the last one ended; what must be written because of it comes back.</summary>
    public IEnumerable<StoredLog> Add(LogPiece piece)
    {
        if (piece.Dropped > 0 && _pending.Count > 0 && !IsFull)
        {
            yield return Take(piece.Stream);
        }

        if (_pending.Count == 0)
        {
            (_offset, _dropped, _since) = (piece.Offset, _dropped + piece.Dropped, clock.GetTimestamp());
        }
        else if (piece.Dropped > 0)
        {
            // Full: the gap swallows what was before it, too.
            (_offset, _dropped) = (piece.Offset, _dropped + _pending.Count + piece.Dropped);
            _pending.Clear();
        }

        _pending.AddRange(piece.Data.Span);
        if (IsFull)
        {
            Trim();
        }
        else if (_rows < AtOnce || _pending.Count >= FullBytes)
        {
            yield return Take(piece.Stream);
        }
    }

    /// <summary>What has waited long enough; null when there is nothing to write now.</summary>
    public StoredLog? Due(LogSource stream) =>
        _pending.Count > 0 && !IsFull && clock.GetElapsedTime(_since) >= Patience ? Take(stream) : null;

    /// <summary>What has not been written yet, to look at.</summary>
    public StoredLog? Peek(LogSource stream) => _pending.Count == 0 ? null : new StoredLog(stream, _offset, [.. _pending], _dropped);

    /// <summary>The last row; null when all is written.</summary>
    public StoredLog? Last(LogSource stream) => _pending.Count == 0 ? null : Take(stream);

    // A day of a byte every second is some eight hundred rows.
    private TimeSpan Patience => TimeSpan.FromSeconds(_rows switch { < 128 => 1, < 256 => 5, < 512 => 30, _ => 300 });

    private StoredLog Take(LogSource stream)
    {
        var row = new StoredLog(stream, _offset, [.. _pending], _dropped);
        _pending.Clear();
        _dropped = 0;
        _rows++;
        return row;
    }

    private void Trim()
    {
        if (_pending.Count > 2 * KeptBytes)
        {
            var over = _pending.Count - KeptBytes;
            _pending.RemoveRange(0, over);
            (_offset, _dropped) = (_offset + over, _dropped + over);
        }
    }
}
