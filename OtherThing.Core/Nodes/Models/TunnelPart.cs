namespace OtherThing.Core.Nodes.Models;

/// <summary>A frame of a tunnel, as the domain sees it; the gateway translates.</summary>
public abstract record TunnelPart
{
    private TunnelPart()
    {
    }

    /// <summary>To the node: what is asked.</summary>
    public sealed record Open(string Method, string Path) : TunnelPart;

    /// <summary>From the node: how the answer begins.</summary>
    public sealed record Head(int Status, string ContentType, string RetryAfter) : TunnelPart;

    /// <summary>Bytes of the request or of the answer.</summary>
    public sealed record Data(ReadOnlyMemory<byte> Bytes) : TunnelPart;

    /// <summary>The request or the answer is whole.</summary>
    public sealed record End : TunnelPart;

    /// <summary>It ends without an answer that is whole.</summary>
    public sealed record Failed(string Code, string Text) : TunnelPart;

    /// <summary>So many bytes more may be sent.</summary>
    public sealed record Window(long Bytes) : TunnelPart;
}

/// <summary>A call of a model went wrong on its way to the machine, or on the machine.</summary>
/// <param name="code">What went wrong, as the wire names it.</param>
/// <param name="message">The same for people, without a dot at its end.</param>
public sealed class TunnelException(string code, string message) : IOException(message)
{
    /// <summary>What went wrong: <c>unreachable</c>, <c>broken</c>, <c>gone</c> and the like.</summary>
    public string Code => code;
}
