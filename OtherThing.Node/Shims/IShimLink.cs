namespace OtherThing.Agent.Shims;

/// <summary>The way between an agent and a process that it started as a shim.</summary>
internal interface IShimLink : IDisposable
{
    int Pid { get; }

    /// <exception cref="IOException">The shim is gone.</exception>
    Task SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken);

    /// <summary>The same for a few bytes, at once.</summary>
    /// <exception cref="IOException">The shim is gone.</exception>
    void Send(ReadOnlySpan<byte> frame);

    /// <summary>How many bytes have come; 0 when the shim is gone.</summary>
    ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken);
}
