using System.Net.Sockets;
using OtherThing.Agent.Native;

namespace OtherThing.Agent.Shims;

/// <summary>A pair of sockets, of which the shim has one as its standard input and output.</summary>
internal sealed class SocketLink : IShimLink
{
    private readonly Socket _socket;

    private SocketLink(int pid, Socket socket) => (Pid, _socket) = (pid, socket);

    public int Pid { get; }

    internal static SocketLink Start(AgentExecutable executable, string scratch)
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

        return new SocketLink(pid, new Socket(new SafeSocketHandle(ours, ownsHandle: true)));
    }

    public async Task SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        try
        {
            while (!frame.IsEmpty)
            {
                frame = frame[await _socket.SendAsync(frame, SocketFlags.None, cancellationToken)..];
            }
        }
        catch (SocketException ex)
        {
            throw new IOException(ex.Message, ex);
        }
    }

    public void Send(ReadOnlySpan<byte> frame)
    {
        try
        {
            _socket.Send(frame);
        }
        catch (SocketException ex)
        {
            throw new IOException(ex.Message, ex);
        }
    }

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await _socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);
        }
        catch (Exception ex) when (ex is SocketException or ObjectDisposedException)
        {
            return 0;
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _ = Task.Run(() => ChildExit.TryReap(Pid, block: true));
    }
}
