namespace OtherThing.Agent.Shims;

/// <summary>
/// Keeps one stream of a job: its beginning goes to the file as it comes, and of what is over half the limit only the newest half stays
/// (in memory, and in the file at the end). What was dropped between is counted.
/// </summary>
internal sealed class LogKeeper(string path, long maxBytes) : IDisposable
{
    private readonly long _headMax = Math.Max(1, maxBytes / 2);
    private readonly int _tailMax = (int)Math.Clamp(maxBytes - (maxBytes / 2), 1, int.MaxValue);
    private FileStream? _file;
    private byte[] _ring = [];
    private long _head;
    private long _tail;

    internal long Total => _head + _tail;

    internal void Append(ReadOnlySpan<byte> data)
    {
        var toHead = (int)Math.Min(data.Length, _headMax - _head);
        if (toHead > 0)
        {
            _file ??= new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
            _file.Write(data[..toHead]);
            _head += toHead;
        }

        AppendTail(data[toHead..]);
    }

    /// <summary>Writes the tail behind the head.</summary>
    internal LogExtent Finish()
    {
        var kept = (int)Math.Min(_tail, _ring.Length);
        if (kept > 0)
        {
            var start = (int)((_tail - kept) % _ring.Length);
            var first = Math.Min(kept, _ring.Length - start);
            _file!.Write(_ring.AsSpan(start, first));
            _file.Write(_ring.AsSpan(0, kept - first));
        }

        Dispose();
        return new LogExtent(_head, Total - kept, Total);
    }

    public void Dispose() => _file?.Dispose();

    private void AppendTail(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
        {
            return;
        }

        Grow(data.Length);
        if (data.Length > _ring.Length)
        {
            _tail += data.Length - _ring.Length;
            data = data[^_ring.Length..];
        }

        var at = (int)(_tail % _ring.Length);
        var first = Math.Min(data.Length, _ring.Length - at);
        data[..first].CopyTo(_ring.AsSpan(at));
        data[first..].CopyTo(_ring);
        _tail += data.Length;
    }

    private void Grow(int more)
    {
        // While nothing has wrapped, byte n of the tail lies at n, so the ring may still grow.
        var wanted = _tail + more;
        if (wanted > _ring.Length && _ring.Length < _tailMax)
        {
            Array.Resize(ref _ring, (int)Math.Min(_tailMax, Math.Max(wanted, _ring.Length * 2L)));
        }
    }
}
