using System.Text;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using OtherThing.Core.Jobs;
using OtherThing.Core.Nodes;

namespace OtherThing.Tests.Core.Jobs;

public sealed class LogRowsTests
{
    private static readonly AttemptRef s_attempt = new(Guid.NewGuid(), 1);
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void N08_AByteEverySecond_ADayLong_IsFewRowsAndEveryByte()
    {
        var (rows, stored) = (new LogRows(_clock), new List<StoredLog>());
        for (var at = 0; at < 86_400; at++)
        {
            stored.AddRange(rows.Add(Piece(at, "x")));
            _clock.Advance(TimeSpan.FromSeconds(1));
            AddIfAny(stored, rows.Due(LogSource.Stdout));
        }

        AddIfAny(stored, rows.Last(LogSource.Stdout));

        Assert.InRange(stored.Count, 1, LogRows.MaxRows);
        Assert.Equal(86_400, JobResults.Text(stored, LogSource.Stdout).Length);
        Assert.All(stored, row => Assert.Equal(0, row.Dropped));
    }

    [Fact]
    public void N08_GapsWithoutEnd_StopAtTheMostRowsWithAnExactCount()
    {
        // A node that leaves something out before every byte makes each a row of its own.
        var (rows, stored) = (new LogRows(_clock), new List<StoredLog>());
        for (var at = 0; at < 50_000; at++)
        {
            stored.AddRange(rows.Add(Piece((at * 2) + 1, "x", dropped: 1)));
        }

        AddIfAny(stored, rows.Last(LogSource.Stdout));

        Assert.Equal(LogRows.MaxRows, stored.Count);
        Assert.Equal(100_000, stored.Sum(row => row.Dropped + row.Data.Length));
        Assert.Contains($"[... {stored[^1].Dropped} bytes left out ...]", JobResults.Text(stored, LogSource.Stdout), StringComparison.Ordinal);
    }

    [Fact]
    public void AnyPieces_RowsHoldEveryByteOrCountIt() =>
        Gen.Select(Gen.Int[0, 1020], Gen.Select(Gen.Int[1, 40_000], Gen.Int[0, 3], Gen.Int[0, 20]).Array[1, 40]).Sample((known, pieces) =>
    {
        var clock = new FakeTimeProvider();
        var (rows, stored, at) = (new LogRows(clock, known), new List<StoredLog>(), 0L);
        foreach (var (length, gap, seconds) in pieces)
        {
            var dropped = gap == 3 ? 7 : 0;
            stored.AddRange(rows.Add(Piece(at + dropped, new string('y', length), dropped)));
            at += dropped + length;
            clock.Advance(TimeSpan.FromSeconds(seconds));
            AddIfAny(stored, rows.Due(LogSource.Stdout));
        }

        AddIfAny(stored, rows.Last(LogSource.Stdout));
        var next = 0L;
        foreach (var row in stored)
        {
            Assert.Equal(next + row.Dropped, row.Offset);
            next = row.Offset + row.Data.Length;
        }

        return next == at && known + stored.Count <= LogRows.MaxRows;
    });

    private static void AddIfAny(List<StoredLog> stored, StoredLog? row)
    {
        if (row is not null)
        {
            stored.Add(row);
        }
    }

    private static LogPiece Piece(long offset, string text, long dropped = 0) =>
        new(s_attempt, LogSource.Stdout, offset, Encoding.UTF8.GetBytes(text), dropped);
}
