using System.Net.Sockets;
using System.Text.Json;
using OtherThing.Agent.Native;

namespace OtherThing.Agent.Shims;

/// <summary>The agent's end of one shim process.</summary>
internal sealed class Shim : IDisposable
{
    private readonly Socket _socket;
    private readonly ShimFrameBuffer _incoming = new();
    private readonly byte[] _buffer = new byte[8 * 1024];

    private Shim(int pid, Socket socket)
    {
        Pid = pid;
        _socket = socket;
    }

    internal int Pid { get; }

    internal DateTime IdleSince { get; set; }

    internal static Shim Start(AgentExecutable executable, string scratch)
    {
        var (ours, theirs) = FileDescriptor.CreateSocketPair();
        using var log = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Write);
        var (pid, error) = Spawn.Start(new SpawnRequest
        {
            Path = executable.Path,
            Arguments = [executable.Path, .. executable.Arguments, "shim", scratch],
            Environment = executable.Environment,
            WorkingDirectory = scratch,
            Descriptors = [(theirs, 0), (theirs, 1), ((int)log.DangerousGetHandle(), 2)],
        });
        FileDescriptor.Close(theirs);
        if (error != 0)
        {
            FileDescriptor.Close(ours);
            throw new System.ComponentModel.Win32Exception(error, $"The shim could not be started: {executable.Path}");
        }

        return new Shim(pid, new Socket(new SafeSocketHandle(ours, ownsHandle: true)));
    }

    internal async Task SendAsync(ShimSpec spec, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> frame = ShimFrame.Encode(ShimFrameKind.Run, JsonSerializer.SerializeToUtf8Bytes(spec, ShimJson.Default.ShimSpec));
        while (!frame.IsEmpty)
        {
            frame = frame[await _socket.SendAsync(frame, SocketFlags.None, cancellationToken)..];
        }
    }

    /// <summary>Asks the shim to read the control file now; it does so by itself a moment later.</summary>
    internal void Look()
    {
        try
        {
            _socket.Send(ShimFrame.Encode(ShimFrameKind.Look, []));
        }
        catch (Exception ex) when (ex is SocketException or ObjectDisposedException)
        {
            // It has just ended: then there is nothing to stop any more.
        }
    }

    /// <summary>The next word of the shim; null when it is gone.</summary>
    internal async Task<(ShimFrameKind Kind, byte[] Body)?> ReceiveAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_incoming.TryTake(out var kind, out var body))
            {
                return (kind, body);
            }

            int count;
            try
            {
                count = await _socket.ReceiveAsync(_buffer.AsMemory(), SocketFlags.None, cancellationToken);
            }
            catch (Exception ex) when (ex is SocketException or ObjectDisposedException)
            {
                count = 0;
            }

            if (count == 0)
            {
                return null;
            }

            _incoming.Append(_buffer.AsSpan(0, count));
        }
    }

    /// <summary>Lets go: an idle shim ends, a busy one ends after its attempt.</summary>
    public void Dispose()
    {
        _socket.Dispose();
        _ = Task.Run(() => ChildExit.TryReap(Pid, block: true));
    }
}
