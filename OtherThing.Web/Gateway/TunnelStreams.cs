using Google.Protobuf;
using Grpc.Core;
using OtherThing.Core.Nodes.Models;
using OtherThing.Protocol.V1;

namespace OtherThing.Web.Gateway;

/// <summary>Carries the frames of one tunnel between its stream and the domain.</summary>
internal static class TunnelStreams
{
    private const int MaxPiece = 64 * 1024;
    private static readonly TimeSpan s_firstWithin = TimeSpan.FromSeconds(15);

    /// <summary>The frame that names the tunnel; null when none came in time.</summary>
    public static async Task<TunnelFrame?> FirstAsync(IAsyncStreamReader<TunnelFrame> frames, CancellationToken cancellationToken)
    {
        var first = frames.MoveNext(cancellationToken);
        return await Task.WhenAny(first, Task.Delay(s_firstWithin, cancellationToken)) == first && await first ? frames.Current : null;
    }

    /// <summary>Runs until the exchange is over, or the stream is.</summary>
    public static async Task RunAsync(
        NodeTunnel tunnel, TunnelFrame first, IAsyncStreamReader<TunnelFrame> requests, IServerStreamWriter<TunnelFrame> responses,
        CancellationToken cancellationToken)
    {
        var reading = ReadAsync(tunnel, first, requests, cancellationToken);
        try
        {
            await foreach (var part in tunnel.ToNode.ReadAllAsync(cancellationToken))
            {
                var frame = Write(part);
                frame.TunnelId = first.TunnelId;
                await responses.WriteAsync(frame, cancellationToken);
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or InvalidOperationException or IOException or RpcException)
        {
            tunnel.Abort("broken", "the connection to the machine broke");
        }

        // What ends the writing is the end of the exchange; the reader ends with it or with the stream, which ends when this returns.
        if (reading.IsCompleted)
        {
            await reading;
        }
    }

    private static async Task ReadAsync(NodeTunnel tunnel, TunnelFrame first, IAsyncStreamReader<TunnelFrame> frames, CancellationToken cancellationToken)
    {
        try
        {
            for (var goesOn = tunnel.Take(Read(first)); goesOn && await frames.MoveNext(cancellationToken);)
            {
                goesOn = tunnel.Take(frames.Current.TunnelId == first.TunnelId ? Read(frames.Current) : new TunnelPart.Open("", ""));
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or InvalidOperationException or IOException or RpcException)
        {
            // The machine hung up, or the call is over.
        }

        tunnel.Abort("broken", "the connection to the machine broke");
    }

    private static TunnelFrame Write(TunnelPart part) => part switch
    {
        TunnelPart.Open open => new TunnelFrame { Open = new TunnelOpen { Method = open.Method, Path = open.Path } },
        TunnelPart.Data data => new TunnelFrame { Data = new TunnelData { Data = UnsafeByteOperations.UnsafeWrap(data.Bytes) } },
        TunnelPart.End => new TunnelFrame { End = new TunnelEnd() },
        TunnelPart.Window window => new TunnelFrame { Window = new TunnelWindow { Bytes = (uint)window.Bytes } },
        TunnelPart.Failed failed => new TunnelFrame { Error = new TunnelError { Code = failed.Code, Text = failed.Text } },
        _ => throw new InvalidOperationException($"A node is not told a {part.GetType().Name}."),
    };

    /// <summary>What a node says; what it may not say becomes what it may not say there either, which ends the exchange.</summary>
    private static TunnelPart Read(TunnelFrame frame) => frame.BodyCase switch
    {
        TunnelFrame.BodyOneofCase.Window => new TunnelPart.Window(frame.Window.Bytes),
        TunnelFrame.BodyOneofCase.Head when frame.Head is { ContentType.Length: <= 200, RetryAfter.Length: <= 200 } head =>
            new TunnelPart.Head((int)Math.Min(head.Status, 1_000), head.ContentType, head.RetryAfter),
        TunnelFrame.BodyOneofCase.Data when frame.Data.Data.Length <= MaxPiece => new TunnelPart.Data(frame.Data.Data.Memory),
        TunnelFrame.BodyOneofCase.End => new TunnelPart.End(),
        TunnelFrame.BodyOneofCase.Error => new TunnelPart.Failed(frame.Error.Code, frame.Error.Text),
        _ => new TunnelPart.Open("", ""),
    };
}
