using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Threading.Channels;
using Microsoft.Win32.SafeHandles;
using OtherThing.Agent.Shims;

namespace OtherThing.Agent.Windows;

/// <summary>Two pipes without a name, which the shim has as its standard input and output: nobody else can find them.</summary>
[SupportedOSPlatform("windows")]
internal sealed class PipeLink : IShimLink
{
    private const uint PipeBytes = 64 * 1024;
    private readonly WindowsProcess _shim;
    private readonly FileStream _toShim;
    private readonly FileStream _fromShim;
    private readonly Channel<byte[]> _come = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private ReadOnlyMemory<byte> _rest;

    private PipeLink(WindowsProcess shim, SafeFileHandle toShim, SafeFileHandle fromShim)
    {
        _shim = shim;
        _toShim = new FileStream(toShim, FileAccess.Write, bufferSize: 0);
        _fromShim = new FileStream(fromShim, FileAccess.Read, bufferSize: 0);
        // Pipes without a name can only be waited for by a thread that does nothing else.
        new Thread(ReadAll, 256 * 1024) { IsBackground = true, Name = "shim" }.Start();
    }

    public int Pid => _shim.Pid;

    internal static PipeLink Start(AgentExecutable executable, string scratch)
    {
        var (theirInput, toShim) = MakePipe();
        var (fromShim, theirOutput) = MakePipe();
        try
        {
            using var nothing = File.OpenHandle("NUL", FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            var shim = WindowsSpawn.Start(new WindowsSpawnRequest
            {
                Program = executable.Path,
                CommandLine = CommandLines.Join([executable.Path, .. executable.Arguments, "shim", scratch]),
                Environment = EnvironmentBlock.Of(executable.Environment.Select(Pair)),
                Directory = scratch,
                Input = theirInput,
                Output = theirOutput,
                Error = nothing,
            });
            return new PipeLink(shim, toShim, fromShim);
        }
        catch
        {
            toShim.Dispose();
            fromShim.Dispose();
            throw;
        }
        finally
        {
            // The shim has them; as long as they were open here too, its end would go unnoticed.
            theirInput.Dispose();
            theirOutput.Dispose();
        }
    }

    private static KeyValuePair<string, string> Pair(string line) =>
        line.Split('=', 2) is [var name, var value] ? KeyValuePair.Create(name, value) : throw new ArgumentException("A variable has no value.", nameof(line));

    internal static unsafe (SafeFileHandle Read, SafeFileHandle Write) MakePipe() => Kernel32.CreatePipe(out var read, out var write, null, PipeBytes)
        ? (read, write)
        : throw new Win32Exception(Marshal.GetLastPInvokeError());

    // A shim always reads, so a write does not wait for its job.
    public Task SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken) => Task.Run(() => Send(frame.Span), cancellationToken);

    public void Send(ReadOnlySpan<byte> frame)
    {
        lock (_toShim)
        {
            _toShim.Write(frame);
        }
    }

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_rest.IsEmpty)
        {
            if (!await _come.Reader.WaitToReadAsync(cancellationToken) || !_come.Reader.TryRead(out var come))
            {
                return 0;
            }

            _rest = come;
        }

        var count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        return count;
    }

    public void Dispose()
    {
        _toShim.Dispose();
        _shim.Dispose();
    }

    private void ReadAll()
    {
        var buffer = new byte[8 * 1024];
        try
        {
            while (_fromShim.Read(buffer) is > 0 and var count)
            {
                _come.Writer.TryWrite(buffer[..count]);
            }
        }
        catch (IOException)
        {
            // The shim was killed.
        }

        _come.Writer.TryComplete();
        _fromShim.Dispose();
    }
}
