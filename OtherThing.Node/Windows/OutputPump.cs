using Microsoft.Win32.SafeHandles;
using OtherThing.Agent.Shims;

namespace OtherThing.Agent.Windows;

/// <summary>Brings what a job writes to one of its outputs into its file. A pipe without a name is waited for by a thread of its own.</summary>
internal sealed class OutputPump : IDisposable
{
    private readonly Lock _gate = new();
    private readonly LogKeeper _keeper;
    private readonly SafeFileHandle _from;
    private readonly AutoResetEvent _news;
    private readonly Thread _thread;
    private bool _isClosed;

    /// <param name="from">The pipe's end to read; this owns it.</param>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">How much of it is kept.</param>
    /// <param name="news">Is set when there is more.</param>
    internal OutputPump(SafeFileHandle from, string path, long maxBytes, AutoResetEvent news)
    {
        (_from, _keeper, _news) = (from, new LogKeeper(path, maxBytes), news);
        _thread = new Thread(ReadAll) { IsBackground = true, Name = Path.GetFileName(path) };
        _thread.Start();
    }

    /// <summary>Bytes written so far.</summary>
    internal long Total
    {
        get
        {
            lock (_gate)
            {
                return _keeper.Total;
            }
        }
    }

    /// <summary>The file as it stays, once everybody who could write is dead.</summary>
    /// <param name="patienceMs">How long to wait for the end: who got hold of the pipe outside of the job could keep it open for ever.</param>
    internal LogExtent Finish(int patienceMs)
    {
        _thread.Join(patienceMs);
        lock (_gate)
        {
            _isClosed = true;
            return _keeper.Finish();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            _keeper.Dispose();
        }
    }

    private void ReadAll()
    {
        var buffer = new byte[64 * 1024];
        try
        {
            using var stream = new FileStream(_from, FileAccess.Read, bufferSize: 0);
            while (stream.Read(buffer) is > 0 and var count)
            {
                lock (_gate)
                {
                    if (_isClosed)
                    {
                        return;
                    }

                    _keeper.Append(buffer.AsSpan(0, count));
                    _news.Set();
                }
            }
        }
        catch (Exception ex) when (ex is IOException or ObjectDisposedException)
        {
            // Its last writer is gone.
        }
    }
}
