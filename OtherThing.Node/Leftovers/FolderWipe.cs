using System.ComponentModel;
using System.Runtime.InteropServices;
using OtherThing.Agent.Native;

namespace OtherThing.Agent.Leftovers;

/// <summary>
/// Removes a folder with all that a job may have left in it. Works from descriptor to name, so that no path is too long, no name
/// too strange and no link leads out; a folder inside a folder is first carried up, so that depth costs neither stack nor descriptors.
/// </summary>
internal sealed unsafe class FolderWipe
{
    private const int DetachMount = 2;
    private const int UnmountNoFollow = 8;
    private const int MostMounts = 64;
    private const nuint GetFlags = 0x80086601;
    private const nuint SetFlags = 0x40086602;
    private const int Immutable = 0x10;
    private const int AppendOnly = 0x20;
    private readonly Folder _top;
    private readonly string _prefix = $".{Guid.NewGuid():n}-";
    private long _moved;
    private int _error;

    private FolderWipe(Folder top) => _top = top;

    /// <summary>Null when nothing of it is left; else what the system said about what resists.</summary>
    internal static string? Remove(string path, CancellationToken cancellationToken = default)
    {
        if (!OperatingSystem.IsLinux())
        {
            return RemoveByPath(path);
        }

        var name = FileDescriptor.ToCString(Path.GetFileName(path));
        using var parent = Folder.Open(Path.GetDirectoryName(path)!);
        if (parent is null)
        {
            return Directory.Exists(path) ? "The folder that holds it cannot be opened." : null;
        }

        if (FileFacts.Of(parent.Descriptor, name) is not { IsFolder: true })
        {
            return Unlink(parent, name, isFolder: false) is var left and not 0 ? new Win32Exception(left).Message : null;
        }

        using var top = OpenFolder(parent, name, out var error);
        if (top is null)
        {
            return new Win32Exception(error).Message;
        }

        var wipe = new FolderWipe(top);
        wipe.Empty(cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        var rest = Unlink(parent, name, isFolder: true);
        return rest == 0 ? null : new Win32Exception(wipe._error != 0 ? wipe._error : rest).Message;
    }

    /// <summary>Moves a folder within its file system, also one that its owner shut.</summary>
    internal static bool TryMove(string path, string target)
    {
        fixed (byte* from = FileDescriptor.ToCString(path))
        fixed (byte* to = FileDescriptor.ToCString(target))
        {
            return Libc.renameat(Libc.AtCurrent, from, Libc.AtCurrent, to) == 0
                || (Folder.Unlock(Libc.AtCurrent, FileDescriptor.ToCString(path)) && Libc.renameat(Libc.AtCurrent, from, Libc.AtCurrent, to) == 0);
        }
    }

    private static string? RemoveByPath(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }

            return null;
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            return ex.Message;
        }
    }

    private void Empty(CancellationToken cancellationToken)
    {
        // What is carried up is met by a later round; a round that achieves nothing is the last.
        for (var progress = true; progress && !cancellationToken.IsCancellationRequested;)
        {
            progress = false;
            _top.Rewind();
            while (_top.ReadSome() is { Count: > 0 } some && !cancellationToken.IsCancellationRequested)
            {
                foreach (var entry in some)
                {
                    progress |= Take(entry);
                }
            }
        }
    }

    /// <summary>Whether anything of it went away.</summary>
    private bool Take(FolderEntry entry)
    {
        if (IsFolder(_top, entry) is false)
        {
            return Note(Unlink(_top, entry.Name, isFolder: false));
        }

        if (Unlink(_top, entry.Name, isFolder: true) is 0 or Libc.NoEntry)
        {
            return true;
        }

        using var inner = OpenFolder(_top, entry.Name, out var error);
        if (inner is null)
        {
            return Note(error);
        }

        var progress = false;
        while (inner.ReadSome() is { Count: > 0 } some)
        {
            foreach (var below in some)
            {
                progress |= IsFolder(inner, below) is false ? Note(Unlink(inner, below.Name, isFolder: false)) : CarryUp(inner, below.Name);
            }
        }

        return Note(Unlink(_top, entry.Name, isFolder: true)) || progress;
    }

    private static bool IsFolder(Folder folder, FolderEntry entry) =>
        entry.IsFolder ?? FileFacts.Of(folder.Descriptor, entry.Name) is { IsFolder: true };

    private bool CarryUp(Folder from, byte[] name)
    {
        if (Unlink(from, name, isFolder: true) is 0 or Libc.NoEntry)
        {
            return true;
        }

        var target = FileDescriptor.ToCString(_prefix + _moved++);
        for (var again = false; ; again = true)
        {
            fixed (byte* old = name)
            fixed (byte* fresh = target)
            {
                if (Libc.renameat(from.Descriptor, old, _top.Descriptor, fresh) == 0)
                {
                    return true;
                }
            }

            // A folder's own rights and marks keep it where it is, too.
            var error = Marshal.GetLastPInvokeError();
            if (again || !Loosen(from, name, error))
            {
                return Note(error);
            }
        }
    }

    private bool Note(int error)
    {
        _error = error is 0 or Libc.NoEntry or Libc.NotEmpty ? _error : error;
        return error is 0 or Libc.NoEntry;
    }

    private static Folder? OpenFolder(Folder parent, byte[] name, out int error)
    {
        for (var tries = 0; ; tries++)
        {
            if (Folder.Open(parent.Descriptor, name, out error) is { } folder)
            {
                folder.Unlock();
                return folder;
            }

            if (tries == MostMounts || !Loosen(parent, name, error))
            {
                return null;
            }
        }
    }

    /// <summary>0, or the system's number when it stays.</summary>
    private static int Unlink(Folder parent, byte[] name, bool isFolder)
    {
        for (var tries = 0; ; tries++)
        {
            fixed (byte* path = name)
            {
                if (Libc.unlinkat(parent.Descriptor, path, isFolder ? Libc.AtRemoveDirectory : 0) == 0)
                {
                    return 0;
                }
            }

            var error = Marshal.GetLastPInvokeError();
            if (error is Libc.NoEntry)
            {
                return 0;
            }

            if (error is Libc.NotEmpty || tries == MostMounts || !Loosen(parent, name, error))
            {
                return error;
            }
        }
    }

    /// <summary>Takes away what keeps an entry from being opened, moved or removed; false when it is something else.</summary>
    private static bool Loosen(Folder parent, byte[] name, int error) => error switch
    {
        Libc.AccessDenied => Folder.Unlock(parent.Descriptor, name),
        Libc.NotPermitted => ClearMarks(parent.Descriptor, name) | ClearMarks(parent.Descriptor, ".\0"u8.ToArray()),
        Libc.Busy or Libc.CrossDevice => Unmount(parent, name),
        _ => false,
    };

    private static bool Unmount(Folder parent, byte[] name)
    {
        byte[] path = [.. System.Text.Encoding.UTF8.GetBytes($"/proc/self/fd/{parent.Descriptor}/"), .. name];
        fixed (byte* start = path)
        {
            return Libc.umount2(start, DetachMount | UnmountNoFollow) == 0;
        }
    }

    /// <summary>Clears the marks that make a file unchangeable; whether there were any.</summary>
    private static bool ClearMarks(int directory, byte[] name)
    {
        if (FileFacts.Of(directory, name) is not ({ IsFile: true } or { IsFolder: true }))
        {
            return false;
        }

        int fd;
        fixed (byte* path = name)
        {
            fd = Libc.openat(directory, path, Libc.OpenNoFollow | Libc.OpenNonBlock | Libc.OpenCloseOnExec, 0);
        }

        if (fd < 0)
        {
            return false;
        }

        var flags = 0L;
        var cleared = Libc.ioctl(fd, GetFlags, &flags) == 0 && (flags & (Immutable | AppendOnly)) != 0;
        if (cleared)
        {
            flags &= ~(Immutable | AppendOnly);
            cleared = Libc.ioctl(fd, SetFlags, &flags) == 0;
        }

        FileDescriptor.Close(fd);
        return cleared;
    }
}
