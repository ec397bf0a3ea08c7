using System.Collections.Concurrent;
using System.Text.Json;
using OtherThing.Agent.Shims;

namespace OtherThing.Agent.Windows;

/// <summary>
/// The shim's end of the pipes to its agent. The agent may die at any time, or hang: words to it wait on a thread of their own, and never hold up
/// who keeps a job to its limits.
/// </summary>
internal sealed class PipeWire : IDisposable
{
    private readonly BlockingCollection<byte[]> _specs = [];
    private readonly BlockingCollection<(ShimFrameKind Kind, byte[] Body)> _words = [];
    private int _poked;
    private int _look;

    /// <param name="input">From the agent.</param>
    /// <param name="output">To it.</param>
    internal PipeWire(Stream input, Stream output)
    {
        new Thread(() => Listen(input)) { IsBackground = true, Name = "from agent" }.Start();
        new Thread(() => Talk(output)) { IsBackground = true, Name = "to agent" }.Start();
    }

    /// <summary>Is set when the agent asks to look at the control file.</summary>
    internal AutoResetEvent Asked { get; } = new(initialState: false);

    internal void Send(ShimFrameKind kind, byte[] body) => _words.TryAdd((kind, body));

    /// <summary>Says that there is more output, unless that was said and not taken in yet.</summary>
    internal void Poke()
    {
        if (Interlocked.Exchange(ref _poked, 1) == 0)
        {
            Send(ShimFrameKind.Output, []);
        }
    }

    /// <summary>The next attempt to run; null when the agent is gone.</summary>
    internal ShimSpec? WaitForSpec() => _specs.TryTake(out var body, Timeout.Infinite) ? JsonSerializer.Deserialize(body, ShimJson.Default.ShimSpec) : null;

    /// <summary>Whether the agent asked to look at the control file since the last call.</summary>
    internal bool TakeLook() => Interlocked.Exchange(ref _look, 0) != 0;

    public void Dispose()
    {
        _words.CompleteAdding();
        Asked.Dispose();
    }

    private void Listen(Stream input)
    {
        var incoming = new ShimFrameBuffer();
        var buffer = new byte[16 * 1024];
        try
        {
            while (input.Read(buffer) is > 0 and var count)
            {
                incoming.Append(buffer.AsSpan(0, count));
                while (incoming.TryTake(out var kind, out var body))
                {
                    if (kind == ShimFrameKind.Run)
                    {
                        _specs.Add(body);
                    }
                    else if (kind == ShimFrameKind.Look)
                    {
                        Volatile.Write(ref _look, 1);
                        Asked.Set();
                    }
                }
            }
        }
        catch (IOException)
        {
            // The agent was killed.
        }

        _specs.CompleteAdding();
    }

    private void Talk(Stream output)
    {
        try
        {
            foreach (var (kind, body) in _words.GetConsumingEnumerable())
            {
                if (kind == ShimFrameKind.Output)
                {
                    Volatile.Write(ref _poked, 0);
                }

                output.Write(ShimFrame.Encode(kind, body));
                output.Flush();
            }
        }
        catch (IOException)
        {
            // Nobody listens any more; the files say all of it.
            while (_words.TryTake(out _, Timeout.Infinite))
            {
            }
        }
    }
}
