using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace OtherThing.Tests.Support;

/// <summary>Answers every request with the same bytes, as they are, and keeps what was asked.</summary>
public sealed class RawServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly byte[] _answer;

    public RawServer(byte[] answer)
    {
        _answer = answer;
        _listener.Start();
        _ = ServeAsync();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    /// <summary>What the last request was, head and body.</summary>
    public byte[] Asked { get; private set; } = [];

    /// <summary>An answer as a case file writes it.</summary>
    public static byte[] Answer(JsonElement answer)
    {
        var body = answer.TryGetProperty("base64", out var bytes)
            ? bytes.GetBytesFromBase64()
            : Encoding.UTF8.GetBytes(answer.GetProperty("text").GetString()!);
        var head = $"HTTP/1.1 {answer.GetProperty("status").GetString()}\r\n"
            + string.Concat(answer.GetProperty("headers").EnumerateArray().Select(header => header.GetString() + "\r\n"))
            + (answer.TryGetProperty("length", out var length) && !length.GetBoolean() ? "" : $"Content-Length: {body.Length}\r\n")
            + "Connection: close\r\n\r\n";
        return [.. Encoding.Latin1.GetBytes(head), .. body];
    }

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var caller = await _listener.AcceptTcpClientAsync();
                await using var stream = caller.GetStream();
                Asked = await ReadRequestAsync(stream);
                await stream.WriteAsync(_answer);
                caller.Client.Shutdown(SocketShutdown.Send);
                _ = await stream.ReadAsync(new byte[1]); // until the caller has it
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException or IOException)
        {
            // Disposed, or the caller went.
        }
    }

    private static async Task<byte[]> ReadRequestAsync(NetworkStream stream)
    {
        var asked = new List<byte>();
        var buffer = new byte[4096];
        while (true)
        {
            var text = Encoding.Latin1.GetString([.. asked]);
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0)
            {
                var length = text.Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)) is { } header
                    ? int.Parse(header["Content-Length:".Length..], System.Globalization.CultureInfo.InvariantCulture)
                    : 0;
                if (asked.Count >= end + 4 + length)
                {
                    return [.. asked];
                }
            }

            var read = await stream.ReadAsync(buffer);
            if (read == 0)
            {
                return [.. asked];
            }

            asked.AddRange(buffer[..read]);
        }
    }
}
