using System.Buffers;
using System.Net.Http.Headers;
using Google.Protobuf;
using Grpc.Core;
using OtherThing.Agent.Attempts;
using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Models;

/// <summary>
/// One HTTP exchange: reads what the server asks, asks the endpoint, and sends the answer on as it comes. The server may say anything; what
/// does not fit ends the exchange. Whatever ends it closes the socket to the endpoint.
/// </summary>
/// <remarks>
/// No read or write of the stream is cancelled: that would end the stream before the last word is through.
/// </remarks>
internal sealed class TunnelExchange(AsyncDuplexStreamingCall<TunnelFrame, TunnelFrame> call, OpenTunnel asked, HttpMessageInvoker http) : IDisposable
{
    internal const int MostRequestBytes = 4 << 20;
    private const long MostAnswerBytes = 64L << 20;
    private const int PieceBytes = 32 * 1024;
    private const int MostHeader = 200;
    private readonly Credit _credit = new();
    private readonly ArrayBufferWriter<byte> _body = new();
    private readonly CancellationTokenSource _unwanted = new();
    private readonly TaskCompletionSource<Refusal?> _request = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _listening = Task.CompletedTask;
    private TunnelOpen? _open;

    public void Dispose() => _unwanted.Dispose();

    /// <summary>Runs to the end of the exchange.</summary>
    /// <param name="turns">Its endpoint's turnstile.</param>
    /// <param name="slots">How many that lets in.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Why there is no whole answer; null when there is one, or the server did not want it any more.</returns>
    internal async Task<Refusal?> RunAsync(Turnstile turns, uint slots, CancellationToken cancellationToken)
    {
        _listening = ListenAsync();
        await SendAsync(new TunnelFrame { Window = new TunnelWindow { Bytes = MostRequestBytes } }, cancellationToken);
        if (await _request.Task.WaitAsync(cancellationToken) is { } refusal)
        {
            return refusal;
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _unwanted.Token);
        try
        {
            await turns.EnterAsync(slots, over.Token);
            try
            {
                return await AskAsync(over.Token);
            }
            finally
            {
                turns.Leave();
            }
        }
        catch (OperationCanceledException) when (_unwanted.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return null; // the server wants no more of it
        }
    }

    /// <summary>Says the last word, if there is one, and waits until the server has heard it.</summary>
    internal async Task EndAsync(Refusal? refusal, CancellationToken cancellationToken)
    {
        if (refusal is not null)
        {
            await SendAsync(new TunnelFrame { Error = new TunnelError { Code = refusal.Code, Text = refusal.Words } }, cancellationToken);
        }

        await call.RequestStream.CompleteAsync().WaitAsync(cancellationToken);
        await (_listening.IsCompleted ? ListenAsync() : _listening).WaitAsync(cancellationToken);
    }

    private Task SendAsync(TunnelFrame frame, CancellationToken cancellationToken)
    {
        frame.TunnelId = asked.TunnelId;
        return call.RequestStream.WriteAsync(frame, CancellationToken.None).WaitAsync(cancellationToken);
    }

    /// <summary>Hears the server to the end of the stream, which ends the exchange too.</summary>
    private async Task ListenAsync()
    {
        try
        {
            while (await call.ResponseStream.MoveNext(CancellationToken.None))
            {
                if (Hear(call.ResponseStream.Current) is { } refusal && !_request.TrySetResult(refusal))
                {
                    await _unwanted.CancelAsync();
                }
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or RpcException or InvalidOperationException or ObjectDisposedException)
        {
            // The connection is over.
        }

        _request.TrySetResult(new("cancelled", "The server ended the call."));
        await _unwanted.CancelAsync();
    }

    /// <summary>What a frame means; not null when it ends the exchange.</summary>
    private Refusal? Hear(TunnelFrame frame)
    {
        var isAsked = _request.Task.IsCompleted;
        switch (frame.BodyCase)
        {
            case var _ when frame.TunnelId != asked.TunnelId:
                return new("protocol", "A frame of another tunnel came.");
            case TunnelFrame.BodyOneofCase.Window:
                _credit.Give(frame.Window.Bytes);
                return null;
            case TunnelFrame.BodyOneofCase.Open when !isAsked && _open is null:
                _open = frame.Open;
                return TunnelRefusal.Check(_open);
            case TunnelFrame.BodyOneofCase.Data when !isAsked && _open is not null:
                if (_body.WrittenCount + frame.Data.Data.Length > MostRequestBytes)
                {
                    return new("too_large", $"A request may have {MostRequestBytes >> 20} MiB.");
                }

                _body.Write(frame.Data.Data.Span);
                return null;
            case TunnelFrame.BodyOneofCase.End when !isAsked && _open is not null:
                _request.TrySetResult(null);
                return null;
            default:
                return new("protocol", "The frames of the request are not in order.");
        }
    }

    private async Task<Refusal?> AskAsync(CancellationToken cancellationToken)
    {
        using var request = LoopbackHttp.Request(new HttpMethod(_open!.Method), asked.Endpoint + _open.Path);
        if (request.Method == HttpMethod.Post)
        {
            request.Content = new ReadOnlyMemoryContent(_body.WrittenMemory);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            await SendAsync(new TunnelFrame { Head = Head(response) }, cancellationToken);
            return await PassAsync(response, cancellationToken);
        }
        catch (HttpRequestException failed) when (failed.HttpRequestError == HttpRequestError.ConnectionError)
        {
            return new("unreachable", $"Nothing listens at {asked.Endpoint} any more.");
        }
        catch (Exception failed) when (failed is HttpRequestException or IOException)
        {
            return new("broken", $"{asked.Endpoint} closed the connection in the middle.");
        }
    }

    private async Task<Refusal?> PassAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var piece = new byte[PieceBytes];
        var (passed, read) = (0L, 0);
        while ((read = await body.ReadAsync(piece, cancellationToken)) > 0)
        {
            if ((passed += read) > MostAnswerBytes)
            {
                return new("too_large", $"An answer may have {MostAnswerBytes >> 20} MiB.");
            }

            for (var sent = 0; sent < read;)
            {
                var granted = await _credit.TakeAsync(read - sent, cancellationToken);
                await SendAsync(
                    new TunnelFrame { Data = new TunnelData { Data = ByteString.CopyFrom(piece.AsSpan(sent, granted)) } }, cancellationToken);
                sent += granted;
            }
        }

        await SendAsync(new TunnelFrame { End = new TunnelEnd() }, cancellationToken);
        return null;
    }

    private static TunnelHead Head(HttpResponseMessage response) => new()
    {
        Status = (uint)response.StatusCode,
        ContentType = Cut(response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var type) ? type.ToString() : ""),
        RetryAfter = Cut(response.Headers.NonValidated.TryGetValues("Retry-After", out var after) ? after.ToString() : ""),
    };

    private static string Cut(string text) => text.Length <= MostHeader ? text : "";
}
