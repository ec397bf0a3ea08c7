using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace OtherThing.Agent.Native;

/// <summary>Pipes and plain reads and writes on Unix file descriptors; none of them is inherited by a child unless handed over.</summary>
internal static unsafe class FileDescriptor
{
    private const int SetFd = 2;
    private const int GetFlags = 3;
    private const int SetFlags = 4;
    private const int CloseOnExec = 1;

    internal static (int Read, int Write) CreatePipe()
    {
        var fds = stackalloc int[2];
        if (OperatingSystem.IsLinux())
        {
            const int linuxCloseOnExec = 0x80000;
            Check(Libc.pipe2(fds, linuxCloseOnExec));
        }
        else
        {
            Check(Libc.pipe(fds));
            Check(Libc.fcntl(fds[0], SetFd, CloseOnExec));
            Check(Libc.fcntl(fds[1], SetFd, CloseOnExec));
        }

        return (fds[0], fds[1]);
    }

    /// <summary>Two ends that talk both ways.</summary>
    internal static (int Ours, int Theirs) CreateSocketPair()
    {
        const int unix = 1;
        // At once where the system can: between two calls another thread's child could inherit an end and keep it open.
        var stream = OperatingSystem.IsLinux() ? 1 | 0x80000 : 1;
        var fds = stackalloc int[2];
        Check(Libc.socketpair(unix, stream, 0, fds));
        Check(Libc.fcntl(fds[0], SetFd, CloseOnExec));
        Check(Libc.fcntl(fds[1], SetFd, CloseOnExec));
        return (fds[0], fds[1]);
    }

    /// <summary>The same once more, by a number above that one.</summary>
    internal static int MoveAbove(int number, int fd)
    {
        var duplicateCloseOnExec = OperatingSystem.IsMacOS() ? 67 : 1030;
        var copy = Libc.fcntl(fd, duplicateCloseOnExec, number + 1);
        Check(copy);
        return copy;
    }

    internal static void SetNonBlocking(int fd)
    {
        var nonBlocking = OperatingSystem.IsLinux() ? 0x800 : 0x4;
        Check(Libc.fcntl(fd, SetFlags, Libc.fcntl(fd, GetFlags, 0) | nonBlocking));
    }

    /// <summary>Bytes read, 0 at the end, -1 when there is nothing now.</summary>
    internal static int Read(int fd, Span<byte> buffer)
    {
        while (true)
        {
            nint count;
            fixed (byte* start = buffer)
            {
                count = Libc.read(fd, start, buffer.Length);
            }

            if (count >= 0)
            {
                return (int)count;
            }

            var error = Marshal.GetLastPInvokeError();
            if (error != Libc.Eintr)
            {
                // A vanished other end reads like its end.
                return error == Libc.Eagain || (OperatingSystem.IsMacOS() && error == 35) ? -1 : 0;
            }
        }
    }

    /// <summary>Writes all of it to a blocking descriptor; false when the other end is gone.</summary>
    internal static bool Write(int fd, ReadOnlySpan<byte> data)
    {
        while (data.Length > 0)
        {
            nint count;
            fixed (byte* start = data)
            {
                count = Libc.write(fd, start, data.Length);
            }

            if (count >= 0)
            {
                data = data[(int)count..];
            }
            else if (Marshal.GetLastPInvokeError() != Libc.Eintr)
            {
                return false;
            }
        }

        return true;
    }

    internal static void Close(int fd)
    {
        if (fd >= 0)
        {
            _ = Libc.close(fd);
        }
    }

    /// <summary>The text as the system's calls take it, ended by a NUL.</summary>
    /// <exception cref="ArgumentException">It holds one itself: what comes after that would be lost, or be taken for a text of its own.</exception>
    internal static byte[] ToCString(string text) => text.Contains('\0', StringComparison.Ordinal)
        ? throw new ArgumentException("A text for the system holds a NUL character.", nameof(text))
        : Encoding.UTF8.GetBytes(text + '\0');

    private static void Check(int result)
    {
        if (result < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }
}
