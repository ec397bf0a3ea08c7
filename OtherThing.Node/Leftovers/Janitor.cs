using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using OtherThing.Agent.ControlGroups;
using OtherThing.Agent.Machine;
using OtherThing.Agent.Platforms;

namespace OtherThing.Agent.Leftovers;

/// <summary>
/// Takes away what attempts leave, behind everybody's back: a directory is moved aside at once and emptied later, however much is in
/// it. What resists goes to quarantine, is told to the owner, and is tried again; it holds up nothing and nobody.
/// </summary>
internal sealed partial class Janitor(DataDirectory data, TimeProvider clock, ILogger logger)
{
    private const string NoteEnding = ".txt";
    private static readonly TimeSpan s_tryAgain = TimeSpan.FromMinutes(10);
    private readonly Channel<string> _rubbish = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<string, bool> _groups = [];
    private readonly ILogger _logger = logger;
    private int _waiting;

    /// <summary>Removes a directory, or says what the system said: see <see cref="Platform.RemoveFolder"/>.</summary>
    internal Func<string, CancellationToken, string?> Remove { get; init; } = Platform.Current.RemoveFolder;

    /// <summary>How many directories could not be removed so far.</summary>
    internal static int CountQuarantined(DataDirectory data) => Names(data.Quarantine).Count;

    /// <summary>Whether all that was given away has been dealt with.</summary>
    internal bool IsIdle => Volatile.Read(ref _waiting) == 0;

    /// <summary>Takes a directory, or whatever stands in its place, away from where it is.</summary>
    internal void Discard(string path)
    {
        try
        {
            DataDirectory.CreatePrivate(data.Trash);
            Enqueue(MoveAside(path, data.Trash) ?? path);
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            LogNotWiped(path, ex.Message);
        }
    }

    /// <summary>Ends what still runs in a job's control group, and takes it away: now, or when the kernel lets go of it.</summary>
    internal void EndGroup(string path)
    {
        if (!JobGroup.TryRemove(path, patienceMs: 0))
        {
            _groups[path] = true;
        }
    }

    /// <summary>Takes up what an earlier agent did not finish, and tries once more what resisted.</summary>
    internal void TakeUp()
    {
        foreach (var name in Names(data.Trash))
        {
            Enqueue(Path.Combine(data.Trash, name));
        }

        foreach (var name in Names(data.Quarantine))
        {
            Enqueue(Path.Combine(data.Quarantine, name));
        }
    }

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        var retrying = RetryAsync(cancellationToken);
        try
        {
            await foreach (var path in _rubbish.Reader.ReadAllAsync(cancellationToken))
            {
                // Millions of files take their time; nobody's thread waits for them.
                await Task.Run(() => Wipe(path, cancellationToken), cancellationToken);
                Interlocked.Decrement(ref _waiting);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The next agent goes on with it.
        }

        await retrying;
    }

    private async Task RetryAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(s_tryAgain, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                foreach (var group in _groups.Keys.Where(path => JobGroup.TryRemove(path, patienceMs: 0)).ToArray())
                {
                    _groups.TryRemove(group, out _);
                }

                foreach (var name in Names(data.Quarantine))
                {
                    Enqueue(Path.Combine(data.Quarantine, name));
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The agent ends.
        }
    }

    private void Enqueue(string path)
    {
        Interlocked.Increment(ref _waiting);
        _rubbish.Writer.TryWrite(path);
    }

    private void Wipe(string item, CancellationToken cancellationToken)
    {
        var path = item;
        try
        {
            // A note says where something else lies, and stays for as long as that does.
            path = IsNote(item) ? File.ReadAllText(item) : item;
            if (Remove(path, cancellationToken) is not { } problem)
            {
                ForgetNote(path, item);
                return;
            }

            DataDirectory.CreatePrivate(data.Quarantine);
            var kept = Path.GetDirectoryName(path) == data.Quarantine ? path : MoveAside(path, data.Quarantine);
            if (kept is null)
            {
                // What cannot even be moved has a note there.
                WriteNote(path);
            }
            else
            {
                ForgetNote(path, item);
            }

            LogNotWiped(kept ?? path, problem);
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            LogNotWiped(path, ex.Message);
        }
    }

    /// <summary>What is moved there ends with a number: only notes end so.</summary>
    private bool IsNote(string item) =>
        Path.GetDirectoryName(item) == data.Quarantine && item.EndsWith(NoteEnding, StringComparison.Ordinal) && File.Exists(item);

    private void WriteNote(string path)
    {
        var note = NoteOf(path);
        if (!File.Exists(note))
        {
            // Whole or not at all: half a path is another one.
            File.WriteAllText(note + ".new", path);
            File.Move(note + ".new", note, overwrite: true);
        }
    }

    /// <param name="path">What is gone, or lies in quarantine itself.</param>
    /// <param name="item">The note that spoke of it, perhaps by an older name; else the same.</param>
    private void ForgetNote(string path, string item)
    {
        foreach (var note in (string[])(item == path ? [NoteOf(path)] : [NoteOf(path), item]))
        {
            if (File.Exists(note))
            {
                File.Delete(note);
            }
        }
    }

    private string NoteOf(string path) => Path.Combine(
        data.Quarantine, $"{Path.GetFileName(path)}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..16]}{NoteEnding}");

    /// <summary>Where it is now; null when it stays where it was.</summary>
    private static string? MoveAside(string path, string folder)
    {
        var target = Path.Combine(folder, $"{Path.GetFileName(path)}-{Guid.NewGuid():n}");
        return Platform.Current.TryMove(path, target) ? target : null;
    }

    private static List<string> Names(string folder)
    {
        try
        {
            return Directory.Exists(folder) ? [.. Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path))] : [];
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Directory} could not be removed: {Reason} It is tried again every ten minutes.")]
    private partial void LogNotWiped(string directory, string reason);
}
