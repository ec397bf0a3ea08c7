using System.Text;
using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using OtherThing.Protocol.V1;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Agent.Models;

/// <summary>The server's end of one tunnel, as a test drives it: frames by hand, and what the agent says to them.</summary>
internal sealed class FakeTunnel(string id, IServerStreamWriter<TunnelFrame> toAgent)
{
    private readonly Channel<TunnelFrame> _said = Channel.CreateUnbounded<TunnelFrame>();
    private readonly TaskCompletionSource _hungUp = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal string Id => id;

    /// <summary>The stream as the gRPC service has it; runs until either side ends it.</summary>
    internal static async Task ServeAsync(
        ChannelWriter<FakeTunnel> opened, IAsyncStreamReader<TunnelFrame> fromAgent, IServerStreamWriter<TunnelFrame> toAgent,
        CancellationToken cancellationToken)
    {
        if (!await fromAgent.MoveNext(cancellationToken))
        {
            return;
        }

        var tunnel = new FakeTunnel(fromAgent.Current.TunnelId, toAgent);
        tunnel._said.Writer.TryWrite(fromAgent.Current);
        opened.TryWrite(tunnel);
        var reading = tunnel.ReadAsync(fromAgent, cancellationToken);
        await Task.WhenAny(reading, tunnel._hungUp.Task);
    }

    /// <summary>Ends the stream without a word.</summary>
    internal void HangUp() => _hungUp.TrySetResult();

    internal Task SayAsync(TunnelFrame frame)
    {
        frame.TunnelId = frame.TunnelId.Length == 0 ? id : frame.TunnelId;
        return toAgent.WriteAsync(frame);
    }

    internal static TunnelFrame Open(string path = "/v1/chat/completions", string method = "POST") =>
        new() { Open = new TunnelOpen { Method = method, Path = path } };

    internal static TunnelFrame Data(string text) => new() { Data = new TunnelData { Data = ByteString.CopyFromUtf8(text) } };

    internal static TunnelFrame End { get; } = new() { End = new TunnelEnd() };

    internal static TunnelFrame Window(uint bytes) => new() { Window = new TunnelWindow { Bytes = bytes } };

    /// <summary>Asks for a chat and offers room for its answer.</summary>
    internal async Task AskAsync(string model, string prompt, uint window = 1 << 20)
    {
        await SayAsync(Window(window));
        await SayAsync(Open());
        await SayAsync(Data($$"""{"model":"{{model}}","stream":true,"messages":[{"role":"user","content":"{{prompt}}"}]}"""));
        await SayAsync(End.Clone());
    }

    internal Task<TunnelFrame> NextAsync() => _said.Reader.NextAsync();

    internal async Task<TunnelFrame> NextAsync(TunnelFrame.BodyOneofCase kind)
    {
        while (true)
        {
            if (await NextAsync() is var frame && frame.BodyCase == kind)
            {
                return frame;
            }
        }
    }

    /// <summary>The answer to its end.</summary>
    internal async Task<(TunnelHead Head, string Body)> AnswerAsync()
    {
        var head = (await NextAsync(TunnelFrame.BodyOneofCase.Head)).Head;
        var body = new StringBuilder();
        while (await NextAsync() is { BodyCase: TunnelFrame.BodyOneofCase.Data } frame)
        {
            body.Append(frame.Data.Data.ToStringUtf8());
        }

        return (head, body.ToString());
    }

    private async Task ReadAsync(IAsyncStreamReader<TunnelFrame> fromAgent, CancellationToken cancellationToken)
    {
        try
        {
            while (await fromAgent.MoveNext(cancellationToken))
            {
                _said.Writer.TryWrite(fromAgent.Current);
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException or InvalidOperationException)
        {
            // The agent hung up.
        }

        _said.Writer.TryComplete();
    }
}
