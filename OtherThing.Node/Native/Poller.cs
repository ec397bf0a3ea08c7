namespace OtherThing.Agent.Native;

/// <summary>Waits on a handful of descriptors; negative ones are left out.</summary>
internal static unsafe class Poller
{
    /// <summary>Whether the first descriptor has something; the others only wake.</summary>
    internal static bool WaitFirst(int timeoutMs, params ReadOnlySpan<int> descriptors)
    {
        var fds = stackalloc Libc.PollFd[descriptors.Length];
        for (var i = 0; i < descriptors.Length; i++)
        {
            fds[i] = new Libc.PollFd { Fd = descriptors[i], Events = Libc.PollIn };
        }

        return Libc.poll(fds, (nuint)descriptors.Length, timeoutMs) > 0 && fds[0].Revents != 0;
    }

    /// <summary>Whether a few bytes can be written without waiting.</summary>
    internal static bool HasRoom(int descriptor)
    {
        var fd = new Libc.PollFd { Fd = descriptor, Events = Libc.PollOut };
        return Libc.poll(&fd, 1, 0) > 0 && (fd.Revents & Libc.PollOut) != 0;
    }
}
