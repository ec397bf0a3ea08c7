using Google.Protobuf;
using Grpc.Core;
using OtherThing.Core.Nodes.Models;
using OtherThing.Protocol.V1;

namespace OtherThing.Web.Gateway;

/// <summary>Carries the frames of one tunnel between its stream and the domain.</summary>
/// <remarks>The server uses a stream again for another call, so none is left while it is still being read.</remarks>
internal static class TunnelStreams
{
    private const int MaxPiece = 64 * 1024;
    private static readonly TimeSpan s_firstWithin = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_endsWithin = TimeSpan.FromSeconds(5);

    /// <summary>The frame that names the tunnel; null when none came in time.</summary>
    public static async Task<TunnelFrame?> FirstAsync(IAsyncStreamReader<TunnelFrame> frames, ServerCallContext context)
    {
        var first = FirstAsync(frames, context.CancellationToken);
        await EndAsync(first, s_firstWithin, context);
        return await first;
    }

    /// <summary>Runs until the exchange is over, or the stream is.</summary>
    public static async Task RunAsync(
        NodeTunnel tunnel, TunnelFrame first, IAsyncStreamReader<TunnelFrame> requests, IServerStreamWriter<TunnelFrame> responses,
        ServerCallContext context)
    {
        var cancellationToken = context.CancellationToken;
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

        // What ends the writing is the end of the exchange; a machine that hears of it ends its side of the stream.
        await EndAsync(reading, s_endsWithin, context);
    }

    private static async Task<TunnelFrame?> FirstAsync(IAsyncStreamReader<TunnelFrame> frames, CancellationToken cancellationToken)
    {
        try
        {
            return await frames.MoveNext(cancellationToken) ? frames.Current : null;
        }
        catch (Exception gone) when (gone is OperationCanceledException or InvalidOperationException or IOException)
        {
            return null; // The machine hung up.
        }
    }

    /// <summary>Waits for the end of reading; a machine that does not come to an end in time is cut off.</summary>
    private static async Task EndAsync(Task reading, TimeSpan within, ServerCallContext context)
    {
        using var over = new CancellationTokenSource();
        if (await Task.WhenAny(reading, Task.Delay(within, over.Token)) != reading)
        {
            context.GetHttpContext().Abort();
        }

        await over.CancelAsync();
        await reading;
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
