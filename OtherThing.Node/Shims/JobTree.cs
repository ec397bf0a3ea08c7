using OtherThing.Agent.ControlGroups;
using OtherThing.Agent.Native;
using OtherThing.Agent.Sandboxes;

namespace OtherThing.Agent.Shims;

/// <summary>How a job is ended.</summary>
internal interface IJobProcesses
{
    /// <summary>Asks nicely.</summary>
    void Terminate();

    /// <summary>Ends everything it started.</summary>
    void Kill();
}

/// <summary>The processes of one attempt, as its shim sees them, and how they are ended. The root is the job, or bubblewrap around it.</summary>
internal sealed class JobTree(int root, string sandbox) : IJobProcesses
{
    /// <summary>Whether it runs in a sandbox.</summary>
    internal bool IsBoxed { get; } = SandboxClass.IsBoxed(sandbox);

    /// <summary>The first process inside a sandbox, with which all others there end; null without one.</summary>
    internal int? Inside { get; init; }

    /// <summary>What all of it is in; null where it has none.</summary>
    internal JobGroup? Group { get; init; }

    /// <summary>Everything the job started; leaves out bubblewrap's own two processes.</summary>
    internal List<ProcessEntry> Members()
    {
        if (!IsBoxed)
        {
            return ProcessTable.Descendants(Environment.ProcessId);
        }

        var inside = ProcessTable.Descendants(root);
        inside.RemoveAll(entry => entry.ParentPid == root);
        return inside;
    }

    public void Terminate()
    {
        foreach (var entry in Members())
        {
            _ = Libc.kill(entry.Pid, Libc.Sigterm);
        }

        if (!IsBoxed)
        {
            _ = Libc.kill(-root, Libc.Sigterm);
        }
    }

    /// <summary>Ends everything, also what left the session: the PID namespace dies with its first process; without one, orphans come to the shim.</summary>
    public void Kill()
    {
        Group?.End();
        if (IsBoxed)
        {
            if (Inside is { } first)
            {
                _ = Libc.kill(first, Libc.Sigkill);
            }

            foreach (var entry in ProcessTable.Descendants(root))
            {
                _ = Libc.kill(entry.Pid, Libc.Sigkill);
            }

            _ = Libc.kill(root, Libc.Sigkill);
            return;
        }

        _ = Libc.kill(-root, Libc.Sigkill);
        KillOrphans();
    }

    /// <summary>Stops first, so that nothing forks away between being seen and being killed.</summary>
    internal static void KillOrphans()
    {
        var seen = new HashSet<int>();
        for (var quiet = 0; quiet < 2;)
        {
            var fresh = ProcessTable.Descendants(Environment.ProcessId).Where(entry => seen.Add(entry.Pid)).ToArray();
            foreach (var entry in fresh)
            {
                _ = Libc.kill(entry.Pid, Libc.Sigstop);
            }

            quiet = fresh.Length == 0 ? quiet + 1 : 0;
        }

        foreach (var pid in seen)
        {
            _ = Libc.kill(pid, Libc.Sigkill);
        }
    }
}
