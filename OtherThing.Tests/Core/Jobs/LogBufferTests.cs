using System.Text;
using CsCheck;
using OtherThing.Core.Jobs;
using OtherThing.Core.Nodes;

namespace OtherThing.Tests.Core.Jobs;

public sealed class LogBufferTests
{
    private static readonly AttemptRef s_attempt = new(Guid.NewGuid(), 1);

    [Fact]
    public void Take_PiecesInAnyOverlap_GivesTheTextOnce() =>
        Gen.Select(Gen.Byte.Array[1, 300], Gen.Int[0, 300].Array[1, 40]).Sample((bytes, starts) =>
        {
            var log = new LogBuffer();
            foreach (var start in starts.Select(start => Math.Min(start, bytes.Length - 1)))
            {
                var from = (int)Math.Min(start, log.Next);
                log.Take(Piece(from, bytes.AsMemory(from, Math.Min(50, bytes.Length - from))));
            }

            return log.Text() == Encoding.UTF8.GetString(bytes, 0, (int)log.Next) && log.Dropped == 0;
        });

    [Fact]
    public void Take_PieceAfterAHole_IsRefused()
    {
        var log = new LogBuffer();

        var taken = log.Take(Piece(5, "late"u8.ToArray()));

        Assert.Null(taken);
        Assert.Equal(0, log.Next);
    }

    [Fact]
    public void Text_MoreThanItKeeps_HasHeadTailAndTheCount()
    {
        var log = new LogBuffer();
        var line = new byte[64 * 1024];
        for (var count = 0; count < 32; count++)
        {
            Array.Fill(line, (byte)('a' + (count % 26)));
            log.Take(Piece(count * line.Length, line));
        }

        var text = log.Text();

        Assert.StartsWith("aaaa", text, StringComparison.Ordinal);
        Assert.EndsWith("ffff", text, StringComparison.Ordinal);
        Assert.Contains($"[... {log.Dropped} bytes left out ...]", text, StringComparison.Ordinal);
        Assert.True(text.Length < LogBuffer.MaxBytes + (64 * 1024) + 100);
        Assert.Equal(32 * 64 * 1024, log.Next);
    }

    [Fact]
    public void Decode_CharacterCutByAPiece_IsWhole()
    {
        var log = new LogBuffer();
        var bytes = Encoding.UTF8.GetBytes("süß");

        var first = log.Decode(log.Take(Piece(0, bytes.AsMemory(0, 2)))!);
        var second = log.Decode(log.Take(Piece(2, bytes.AsMemory(2)))!);

        Assert.Equal("süß", first + second);
    }

    [Fact]
    public void Text_CharactersCutAnywhere_AreWhole() => Gen.Select(Gen.Int[1, 5_000], Gen.Int[0, 2]).Sample(
        (size, which) =>
        {
            var letter = new[] { "あ", "😀", "é" }[which];
            var said = "x" + string.Concat(Enumerable.Repeat(letter, 2 * LogBuffer.KeptBytes / 5));
            var bytes = Encoding.UTF8.GetBytes(said);
            var log = new LogBuffer();
            var live = new StringBuilder();
            for (var at = 0; at < bytes.Length; at += 60_000 + size)
            {
                live.Append(log.Decode(log.Take(Piece(at, bytes.AsMemory(at, Math.Min(60_000 + size, bytes.Length - at))))!));
            }

            return live.ToString() == said && (log.Dropped > 0 || log.Text() == said) && !log.Text().Contains('\uFFFD');
        },
        iter: 20);

    [Fact]
    public void Text_AHoleWithinCharacters_CountsTheirHalvesAsLeftOut()
    {
        var (log, bytes) = (new LogBuffer(), Encoding.UTF8.GetBytes("ああああ"));
        var first = log.Take(Piece(0, bytes.AsMemory(0, 4)))!;
        var live = log.Decode(first);
        var second = log.Take(Piece(8, bytes.AsMemory(8)) with { Dropped = 4 })!;
        live += log.Decode(second);

        Assert.Equal("あ\n[... 6 bytes left out ...]\nあ", log.Text());
        Assert.Equal("あ\n[... 4 bytes left out ...]\nあ", live);
        Assert.Equal(
            log.Text(),
            JobResults.Text([new StoredLog(LogSource.Stdout, 0, bytes[..4], 0), new StoredLog(LogSource.Stdout, 8, bytes[8..], 4)], LogSource.Stdout));
    }

    [Fact]
    public void Text_BytesThatAreNoText_StayVisible()
    {
        var log = new LogBuffer();
        log.Take(Piece(0, new byte[] { (byte)'c', (byte)'a', (byte)'f', 0xE9, (byte)' ', 0xFF }));

        Assert.Equal("caf\uFFFD \uFFFD", log.Text());
    }

    private static LogPiece Piece(long offset, ReadOnlyMemory<byte> data) => new(s_attempt, LogSource.Stdout, offset, data, 0);
}
