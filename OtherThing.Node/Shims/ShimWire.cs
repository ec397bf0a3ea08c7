using System.Text.Json;
using OtherThing.Agent.Native;

namespace OtherThing.Agent.Shims;

/// <summary>The shim's end of the pipe to its agent. The agent may die at any time: then reading ends and words go nowhere.</summary>
internal sealed class ShimWire(int input, int output)
{
    private readonly ShimFrameBuffer _incoming = new();
    private readonly byte[] _buffer = new byte[16 * 1024];
    private bool _look;

    /// <summary>What to wait on; -1 once the agent is gone.</summary>
    internal int Descriptor { get; private set; } = input;

    internal void Send(ShimFrameKind kind, ReadOnlySpan<byte> body)
    {
        if (Descriptor >= 0)
        {
            FileDescriptor.Write(output, ShimFrame.Encode(kind, body));
        }
    }

    /// <summary>
    /// Says that there is more output, unless the agent has not taken in what was said before: one that hangs must not hold up who keeps its
    /// job to its limits.
    /// </summary>
    internal void Poke()
    {
        if (Descriptor >= 0 && Poller.HasRoom(output))
        {
            FileDescriptor.Write(output, ShimFrame.Encode(ShimFrameKind.Output, []));
        }
    }

    /// <summary>Takes in what there is; blocks when there is nothing.</summary>
    internal void Read()
    {
        var count = FileDescriptor.Read(Descriptor, _buffer);
        if (count <= 0)
        {
            Descriptor = -1;
            return;
        }

        _incoming.Append(_buffer.AsSpan(0, count));
    }

    /// <summary>The next attempt to run; null when the agent is gone.</summary>
    internal ShimSpec? WaitForSpec()
    {
        while (Descriptor >= 0)
        {
            while (_incoming.TryTake(out var kind, out var body))
            {
                // A Look here is for an attempt that has just ended.
                if (kind == ShimFrameKind.Run)
                {
                    return JsonSerializer.Deserialize(body, ShimJson.Default.ShimSpec);
                }
            }

            Read();
        }

        return null;
    }

    /// <summary>Whether the agent asked to look at the control file since the last call.</summary>
    internal bool TakeLook()
    {
        while (_incoming.TryTake(out var kind, out _))
        {
            _look |= kind == ShimFrameKind.Look;
        }

        var asked = _look;
        _look = false;
        return asked;
    }
}
