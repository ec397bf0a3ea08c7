using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Threading.Channels;
using Google.Protobuf;
using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Attempts;

/// <summary>
/// What the agent has promised and not yet been released from, on disk. A record is on the disk, not in a cache, before
/// <see cref="AcceptAsync"/> returns; records that come together share one flush.
/// </summary>
internal sealed class AttemptJournal : IAsyncDisposable
{
    private const int HeaderLength = 9;
    private const byte Accepted = 1;
    private const byte Forgotten = 2;
    private readonly Channel<(byte[] Record, TaskCompletionSource? Done)> _queue =
        Channel.CreateUnbounded<(byte[], TaskCompletionSource?)>(new UnboundedChannelOptions { SingleReader = true });
    private readonly FileStream _file;
    private readonly Task _writer;

    private AttemptJournal(FileStream file)
    {
        _file = file;
        _writer = Task.Run(WriteAsync);
    }

    /// <summary>Opens the journal and drops from it what is settled; a torn last record, from a crash while writing, is cut off.</summary>
    internal static (AttemptJournal Journal, IReadOnlyList<Assign> Live) Open(string path)
    {
        var live = new Dictionary<string, Assign>();
        if (File.Exists(path))
        {
            foreach (var (kind, body) in Read(File.ReadAllBytes(path)))
            {
                if (kind == Accepted)
                {
                    var assign = Protocol.V1.Assign.Parser.ParseFrom(body);
                    live[assign.AttemptId] = assign;
                }
                else
                {
                    live.Remove(System.Text.Encoding.UTF8.GetString(body));
                }
            }
        }

        var fresh = path + ".new";
        using (var compact = new FileStream(fresh, FileMode.Create, FileAccess.Write))
        {
            foreach (var assign in live.Values)
            {
                compact.Write(Encode(Accepted, assign.ToByteArray()));
            }

            compact.Flush(flushToDisk: true);
        }

        File.Move(fresh, path, overwrite: true);
        var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        return (new AttemptJournal(file), [.. live.Values]);
    }

    /// <summary>Returns once the promise survives a power cut.</summary>
    internal Task AcceptAsync(Assign assign)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _queue.Writer.TryWrite((Encode(Accepted, assign.ToByteArray()), done))
            ? done.Task
            : Task.FromException(new ObjectDisposedException(nameof(AttemptJournal)));
    }

    /// <summary>Need not survive: a forgotten attempt that comes back is answered with FORGET again.</summary>
    internal void Forget(string attemptId) =>
        _queue.Writer.TryWrite((Encode(Forgotten, System.Text.Encoding.UTF8.GetBytes(attemptId)), null));

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _writer;
        await _file.DisposeAsync();
    }

    private async Task WriteAsync()
    {
        var batch = new List<TaskCompletionSource>();
        while (await _queue.Reader.WaitToReadAsync())
        {
            batch.Clear();
            try
            {
                using var bytes = new MemoryStream();
                while (bytes.Length < 1 << 20 && _queue.Reader.TryRead(out var item))
                {
                    bytes.Write(item.Record);
                    if (item.Done is not null)
                    {
                        batch.Add(item.Done);
                    }
                }

                await _file.WriteAsync(bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
                if (batch.Count > 0)
                {
                    _file.Flush(flushToDisk: true);
                }

                batch.ForEach(done => done.TrySetResult());
            }
            catch (IOException ex)
            {
                // A full disk: these attempts are refused, later ones are tried again.
                batch.ForEach(done => done.TrySetException(ex));
            }
        }
    }

    private static byte[] Encode(byte kind, byte[] body)
    {
        var record = new byte[HeaderLength + body.Length];
        record[0] = kind;
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(1), body.Length);
        body.CopyTo(record, HeaderLength);
        Checksum(body).CopyTo(record.AsSpan(5));
        return record;
    }

    private static IEnumerable<(byte Kind, byte[] Body)> Read(byte[] bytes)
    {
        for (var at = 0; at + HeaderLength <= bytes.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at + 1));
            if (length < 0 || length > bytes.Length - at - HeaderLength)
            {
                yield break;
            }

            var body = bytes.AsSpan(at + HeaderLength, length).ToArray();
            if (!Checksum(body).SequenceEqual(bytes.AsSpan(at + 5, 4)))
            {
                yield break;
            }

            yield return (bytes[at], body);
            at += HeaderLength + length;
        }
    }

    private static ReadOnlySpan<byte> Checksum(byte[] body) => SHA256.HashData(body).AsSpan(0, 4);
}
