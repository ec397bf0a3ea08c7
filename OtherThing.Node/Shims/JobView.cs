using OtherThing.Agent.Native;

namespace OtherThing.Agent.Shims;

/// <summary>The processes of a job as one look sees them. Each look has a view of its own: they read at the same time.</summary>
internal sealed class JobView(JobTree tree) : IDisposable
{
    /// <summary>Where to read of them; null until its sandbox stands.</summary>
    internal ProcFiles? Proc { get; private set; }

    internal List<int> Processes()
    {
        if (!tree.IsBoxed)
        {
            Proc ??= new ProcFiles("/proc");
            return [.. tree.Members().Select(entry => entry.Pid)];
        }

        Proc ??= tree.Inside is { } inside ? ProcFiles.SeenBy(inside) : null;
        // The first process of a sandbox is bubblewrap's own.
        var processes = Proc?.Processes() ?? [];
        processes.Remove(1);
        return processes;
    }

    public void Dispose() => Proc?.Dispose();
}
