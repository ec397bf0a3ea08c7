using OtherThing.Agent.Native;

namespace OtherThing.Agent.Shims;

/// <summary>Wakes a thread that waits on descriptors, from another one. Once it is closed it wakes nobody: its number may be somebody else's.</summary>
internal sealed class LoopWake : IDisposable
{
    private readonly Lock _gate = new();
    private readonly int _write;
    private bool _isSet;
    private bool _isClosed;

    internal LoopWake()
    {
        (Descriptor, _write) = FileDescriptor.CreatePipe();
        FileDescriptor.SetNonBlocking(Descriptor);
    }

    /// <summary>What to wait on.</summary>
    internal int Descriptor { get; }

    internal void Set()
    {
        lock (_gate)
        {
            if (!_isClosed && !_isSet)
            {
                _isSet = true;
                FileDescriptor.Write(_write, [1]);
            }
        }
    }

    internal void Clear()
    {
        lock (_gate)
        {
            if (_isSet)
            {
                _isSet = false;
                Span<byte> one = stackalloc byte[1];
                FileDescriptor.Read(Descriptor, one);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (!_isClosed)
            {
                _isClosed = true;
                FileDescriptor.Close(Descriptor);
                FileDescriptor.Close(_write);
            }
        }
    }
}
