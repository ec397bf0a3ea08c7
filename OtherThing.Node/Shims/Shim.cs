using System.Text.Json;
using OtherThing.Agent.Platforms;

namespace OtherThing.Agent.Shims;

/// <summary>The agent's end of one shim process.</summary>
internal sealed class Shim : IDisposable
{
    private readonly IShimLink _link;
    private readonly ShimFrameBuffer _incoming = new();
    private readonly byte[] _buffer = new byte[8 * 1024];

    private Shim(IShimLink link) => _link = link;

    internal int Pid => _link.Pid;

    internal DateTime IdleSince { get; set; }

    internal static Shim Start(AgentExecutable executable, string scratch) => new(Platform.Current.StartShim(executable, scratch));

    /// <exception cref="IOException">It is gone.</exception>
    internal Task SendAsync(ShimSpec spec, CancellationToken cancellationToken) =>
        _link.SendAsync(ShimFrame.Encode(ShimFrameKind.Run, JsonSerializer.SerializeToUtf8Bytes(spec, ShimJson.Default.ShimSpec)), cancellationToken);

    /// <summary>Asks the shim to read the control file now; it does so by itself a moment later.</summary>
    internal void Look()
    {
        try
        {
            _link.Send(ShimFrame.Encode(ShimFrameKind.Look, []));
        }
        catch (Exception ex) when (ex is IOException or ObjectDisposedException)
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

            var count = await _link.ReceiveAsync(_buffer, cancellationToken);
            if (count == 0)
            {
                return null;
            }

            _incoming.Append(_buffer.AsSpan(0, count));
        }
    }

    /// <summary>Lets go: an idle shim ends, a busy one ends after its attempt.</summary>
    public void Dispose() => _link.Dispose();
}
