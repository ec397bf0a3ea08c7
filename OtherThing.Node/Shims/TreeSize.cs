using OtherThing.Agent.Native;

namespace OtherThing.Agent.Shims;

/// <summary>
/// What a folder and all below it take of the disk, counted while a job still works in it. Holds two descriptors however deep it is,
/// and goes back up only where it came from: what is moved meanwhile ends the count instead of leading it astray.
/// </summary>
internal sealed class TreeSize
{
    /// <summary>What a name and its inode cost, beside the content.</summary>
    private const long EntryBytes = 512;
    private readonly HashSet<ulong> _linked = [];
    private readonly Stack<(ulong Node, Queue<byte[]> Below)> _above = [];
    private readonly long _enough;
    private readonly CancellationToken _cancelled;
    private long _bytes;

    private TreeSize(long enough, CancellationToken cancelled) => (_enough, _cancelled) = (enough, cancelled);

    private bool GoesOn => _bytes <= _enough && !_cancelled.IsCancellationRequested;

    /// <summary>
    /// Bytes; stops counting at more than <paramref name="enough"/>, or when nobody wants to know any more. Whole is false when it changed too
    /// much to be counted to its end.
    /// </summary>
    internal static (long Bytes, bool Whole) Of(string path, long enough, CancellationToken cancellationToken)
    {
        var top = Folder.Open(path);
        return top is null ? (0, !Directory.Exists(path)) : new TreeSize(enough, cancellationToken).Count(top);
    }

    private (long, bool) Count(Folder here)
    {
        try
        {
            if (!Enter(here))
            {
                return (_bytes, false);
            }

            while (GoesOn)
            {
                var (_, below) = _above.Peek();
                if (below.TryDequeue(out var name))
                {
                    // It may be gone again.
                    if ((Folder.Open(here.Descriptor, name, out var error) ?? OpenShut(here, name, error)) is { } inner)
                    {
                        here.Dispose();
                        here = inner;
                        if (!Enter(here))
                        {
                            return (_bytes, false);
                        }
                    }

                    continue;
                }

                _above.Pop();
                if (_above.Count == 0)
                {
                    return (_bytes, true);
                }

                var up = Folder.Open(here.Descriptor, "..\0"u8.ToArray(), out _);
                if (up is null || FileFacts.Of(up.Descriptor)?.Node != _above.Peek().Node)
                {
                    up?.Dispose();
                    return (_bytes, false);
                }

                here.Dispose();
                here = up;
            }

            return (_bytes, true);
        }
        finally
        {
            here.Dispose();
        }
    }

    /// <summary>Counts what is in a folder and notes the folders below for later.</summary>
    private bool Enter(Folder folder)
    {
        if (FileFacts.Of(folder.Descriptor) is not { } own)
        {
            return false;
        }

        _bytes += own.Used;
        var below = new Queue<byte[]>();
        _above.Push((own.Node, below));
        while (GoesOn && folder.ReadSome() is { Count: > 0 } some)
        {
            foreach (var entry in some)
            {
                _bytes += EntryBytes;
                if (entry.IsFolder is true)
                {
                    below.Enqueue(entry.Name);
                }
                else if (FileFacts.Of(folder.Descriptor, entry.Name) is { } facts)
                {
                    Add(facts, entry.Name, below);
                }
            }
        }

        return true;
    }

    private void Add(FileFacts facts, byte[] name, Queue<byte[]> below)
    {
        if (facts.IsFolder)
        {
            below.Enqueue(name);
        }
        else if (facts.Links <= 1 || _linked.Add(facts.Node))
        {
            _bytes += facts.Used;
        }
    }

    /// <summary>Looks into a folder that its owner shut, and leaves it as it was.</summary>
    private static unsafe Folder? OpenShut(Folder parent, byte[] name, int error)
    {
        if (error != Libc.AccessDenied || FileFacts.Of(parent.Descriptor, name) is not { IsFolder: true } facts || !Folder.Unlock(parent.Descriptor, name))
        {
            return null;
        }

        var folder = Folder.Open(parent.Descriptor, name, out _);
        if (folder is not null)
        {
            _ = Libc.fchmod(folder.Descriptor, (uint)facts.Mode & 0xfff);
        }

        return folder;
    }
}
