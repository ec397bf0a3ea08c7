using System.Text;

namespace OtherThing.Tests.Web.Access;

/// <summary>Counts what an event stream says.</summary>
internal sealed class StreamListener
{
    private readonly StringBuilder _text = new();
    private readonly Task _reading;
    private long _bytes;

    public StreamListener(Stream stream) => _reading = ReadAsync(stream);

    public long Bytes => Interlocked.Read(ref _bytes);

    public bool HasEnded => _reading.IsCompleted;

    public string Text
    {
        get
        {
            lock (_text)
            {
                return _text.ToString();
            }
        }
    }

    public Task EndAsync() => _reading.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

    private async Task ReadAsync(Stream stream)
    {
        var buffer = new byte[64 * 1024];
        while (await stream.ReadAsync(buffer, TestContext.Current.CancellationToken) is var read and > 0)
        {
            Interlocked.Add(ref _bytes, read);
            lock (_text)
            {
                _text.Append(Encoding.UTF8.GetString(buffer, 0, read));
                if (_text.Length > 100_000)
                {
                    _text.Remove(0, _text.Length - 50_000);
                }
            }
        }
    }
}
