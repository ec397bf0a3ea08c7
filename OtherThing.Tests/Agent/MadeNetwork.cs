using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using OtherThing.Agent.Native;

namespace OtherThing.Tests.Agent;

/// <summary>A network namespace that a test made, and a thread in it: what that thread opens or starts is there, and nothing in it leads out.</summary>
internal sealed class MadeNetwork : IDisposable
{
    private static readonly bool s_arm = RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64;
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;
    private readonly List<Socket> _sockets = [];
    private readonly TaskCompletionSource<string?> _path = new();

    internal MadeNetwork()
    {
        _thread = new Thread(Work) { IsBackground = true };
        _thread.Start();
        Path = _path.Task.Result ?? throw new Win32Exception("A network namespace cannot be made here.");
        Ip("link set lo up");
    }

    /// <summary>Where the namespace can be found.</summary>
    internal string Path { get; }

    internal T Do<T>(Func<T> act)
    {
        var done = new TaskCompletionSource<T>();
        _work.Add(() =>
        {
            try
            {
                done.SetResult(act());
            }
            catch (Exception ex)
            {
                done.SetException(ex);
            }
        });
        return done.Task.GetAwaiter().GetResult();
    }

    internal void Ip(string command) => Do(() =>
    {
        using var process = Process.Start("ip", command);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"ip {command}: {process.ExitCode}");
        return true;
    });

    /// <summary>Listens on all addresses there and says the word to whoever connects; the list grows by each who did.</summary>
    internal ConcurrentQueue<IPAddress> Greet(int port, string word)
    {
        var came = new ConcurrentQueue<IPAddress>();
        var socket = Open(SocketType.Stream, ProtocolType.Tcp, port);
        socket.Listen(100);
        _ = Task.Run(async () =>
        {
            while (true)
            {
                using var guest = await socket.AcceptAsync();
                came.Enqueue(((IPEndPoint)guest.LocalEndPoint!).Address);
                await guest.SendAsync(System.Text.Encoding.ASCII.GetBytes(word));
            }
        });
        return came;
    }

    /// <summary>Listens for datagrams, sends each back, and lists what they said.</summary>
    internal ConcurrentQueue<string> Echo(int port, IPAddress? group = null, IPAddress? on = null)
    {
        var heard = new ConcurrentQueue<string>();
        var socket = Open(SocketType.Dgram, ProtocolType.Udp, port);
        if (group is not null)
        {
            Do(() =>
            {
                socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(group, on!));
                return true;
            });
        }

        _ = Task.Run(async () =>
        {
            var buffer = new byte[1024];
            while (true)
            {
                var said = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                heard.Enqueue(System.Text.Encoding.ASCII.GetString(buffer, 0, said.ReceivedBytes));
                await socket.SendToAsync(buffer.AsMemory(0, said.ReceivedBytes), said.RemoteEndPoint);
            }
        });
        return heard;
    }

    public void Dispose()
    {
        _sockets.ForEach(socket => socket.Dispose());
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private Socket Open(SocketType type, ProtocolType protocol, int port) => Do(() =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, type, protocol);
        _sockets.Add(socket);
        socket.Bind(new IPEndPoint(IPAddress.Any, port));
        return socket;
    });

    private void Work()
    {
        const nint newNetwork = 0x40000000;
        if (Libc.syscall(s_arm ? 97 : 272, newNetwork, 0) != 0)
        {
            _path.SetResult(null);
            return;
        }

        _path.SetResult($"/proc/{Environment.ProcessId}/task/{Libc.syscall(s_arm ? 178 : 186, 0, 0)}/ns/net");
        foreach (var act in _work.GetConsumingEnumerable())
        {
            act();
        }
    }
}
