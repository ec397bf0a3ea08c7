using System.ComponentModel;
using System.Runtime.InteropServices;

namespace OtherThing.Agent.Native;

/// <summary>
/// Makes the calling thread another user while it starts a child. Linux keeps users by thread (only the C library's wrappers hide that),
/// so the rest of the process stays what it is. The thread keeps root as its saved user to come back by; a child loses that with exec.
/// </summary>
internal static unsafe class ThreadUser
{
    private const int AmbientCapabilities = 47;
    private const int ClearAll = 4;
    private const int NoNewPrivilegesOption = 38;
    private const int JoinSessionKeyring = 1;
    private const int MostGroups = 1024;
    private const int NotPermitted = 1;

    private static readonly bool s_arm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    private static nint GetEffectiveUser => s_arm ? 175 : 107;

    private static nint SetGroups => s_arm ? 159 : 116;

    private static nint SetUsers => s_arm ? 147 : 117;

    private static nint SetGroupIds => s_arm ? 149 : 119;

    private static nint KeyControl => s_arm ? 219 : 250;

    /// <summary>Does something as the user and the group of that number, with no other group and no right of root.</summary>
    /// <exception cref="Win32Exception">The user cannot be taken: the agent lacks the right, or the number is not mapped here.</exception>
    internal static T Be<T>(uint user, Func<T> act)
    {
        var groups = stackalloc uint[MostGroups];
        var count = Libc.getgroups(MostGroups, groups);
        var group = (nint)Libc.getegid();
        if (user == 0 || count < 0)
        {
            throw new Win32Exception(NotPermitted);
        }

        var changed = 0;
        try
        {
            _ = Libc.prctl(AmbientCapabilities, ClearAll, 0, 0, 0);
            Change(Libc.syscall(SetGroups, 0, 0));
            Change(Libc.syscall(SetGroupIds, (nint)user, (nint)user, (nint)user));
            Change(Libc.syscall(SetUsers, (nint)user, (nint)user, 0));
            return act();
        }
        finally
        {
            // To go on as somebody's job, or half of it, would be worse than to end.
            if ((changed > 2 && Libc.syscall(SetUsers, 0, 0, 0) != 0)
                || (changed > 1 && Libc.syscall(SetGroupIds, group, group, group) != 0)
                || (changed > 0 && Libc.syscall(SetGroups, count, (nint)groups) != 0))
            {
                Environment.FailFast("The thread could not become root again.");
            }
        }

        void Change(nint result)
        {
            if (result != 0)
            {
                throw new Win32Exception(Marshal.GetLastPInvokeError());
            }

            changed++;
        }
    }

    /// <summary>Ends every process of that user, at once: none can start another one meanwhile.</summary>
    internal static void KillAll(uint user) => Be(user, () =>
        // Everybody whom this thread may signal: that must not be root.
        Libc.syscall(GetEffectiveUser, 0, 0) == (nint)user && user != 0 ? Libc.kill(-1, Libc.Sigkill) : 0);

    /// <summary>Whether a process of that user lives.</summary>
    internal static bool HasProcesses(uint user)
    {
        const int byUser = 2;
        Marshal.SetLastSystemError(0);
        return Libc.getpriority(byUser, user) != -1 || Marshal.GetLastPInvokeError() == 0;
    }

    /// <summary>
    /// Gives the thread, and so the children it starts, a session keyring of their own. Where the kernel has none to give, or the user has
    /// used up what he may have, things stay as they are: a sandboxed job can use none anyway.
    /// </summary>
    internal static void LeaveKeyring() => _ = Libc.syscall(KeyControl, JoinSessionKeyring, 0);

    /// <summary>Whether a thread that leaves its keyring really has another one then, or the kernel has no keys at all.</summary>
    internal static bool CanLeaveKeyring()
    {
        const int noSuchCall = 38;
        const int tellId = 0;
        const int session = -3;
        var left = false;
        var trial = new Thread(() =>
        {
            var before = Libc.syscall(KeyControl, tellId, session);
            left = (before < 0 && Marshal.GetLastPInvokeError() == noSuchCall)
                || (Libc.syscall(KeyControl, JoinSessionKeyring, 0) is > 0 and var after && after != before);
        });
        trial.Start();
        trial.Join();
        return left;
    }

    /// <summary>No program that the thread or its children start can raise its rights. There is no way back for the thread.</summary>
    internal static void RenouncePrivileges() => _ = Libc.prctl(NoNewPrivilegesOption, 1, 0, 0, 0);
}
