using System.Globalization;
using OtherThing.Agent.Native;
using OtherThing.Agent.Sandboxes;
using OtherThing.Agent.Shims;

namespace OtherThing.Agent.ControlGroups;

/// <summary>
/// The control group of one job, in which the kernel keeps its memory (all of it: files in memory and shared memory of every kind too) and its
/// processes to their limits. The job is in it before its program starts, and nothing it starts gets out.
/// </summary>
internal sealed class JobGroup : IDisposable
{
    private const string Kill = "cgroup.kill";
    private const string Events = "cgroup.events";
    private const string SwapMax = "memory.swap.max";

    /// <summary>Bubblewrap's own two processes are in it too.</summary>
    private const int OwnOfSandbox = 2;
    private const int PatienceMs = 1_000;
    private readonly ShimSpec _spec;
    private readonly string _path;
    private readonly bool _boxed;

    private JobGroup(ShimSpec spec, string path) => (_spec, _path, _boxed) = (spec, path, SandboxClass.IsBoxed(spec.Sandbox));

    /// <summary>Makes the group of a job with its limit of memory; null when the job is to have none.</summary>
    /// <exception cref="IOException">It cannot be made, or the kernel would not keep the limit.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not for this user to make.</exception>
    internal static JobGroup? Make(ShimSpec spec)
    {
        if (spec.ControlGroup is not { } path)
        {
            return null;
        }

        Directory.CreateDirectory(path);
        var group = new JobGroup(spec, path);
        try
        {
            group.LimitMemory();
            return group;
        }
        catch
        {
            group.Dispose();
            throw;
        }
    }

    /// <summary>The same; says for people why it could not be made.</summary>
    internal static JobGroup? TryMake(ShimSpec spec, out string? problem)
    {
        problem = null;
        try
        {
            return Make(spec);
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            problem = $"Its control group could not be made: {ex.Message}";
            return null;
        }
    }

    /// <summary>Starts the job in it, and gives it its limit of processes.</summary>
    /// <param name="start">Starts it, or bubblewrap, which makes no process before it is told to.</param>
    /// <exception cref="IOException">It could not be put there: then nothing of it must go on.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    internal (int Pid, int Error) Start(Func<(int Pid, int Error)> start)
    {
        var started = (Pid: 0, Error: 0);
        try
        {
            // A program that runs at once must be born there: whoever starts it is there for that moment.
            var home = Home();
            if (!_boxed)
            {
                Enter(Environment.ProcessId);
            }

            try
            {
                started = start();
            }
            finally
            {
                if (!_boxed)
                {
                    GroupFiles.Write(home, GroupFiles.Processes, Text(Environment.ProcessId));
                }
            }

            if (_boxed && started.Error == 0)
            {
                Enter(started.Pid);
            }

            if (_spec.MaxProcesses > 0)
            {
                GroupFiles.Write(_path, "pids.max", Text(_spec.MaxProcesses + (_boxed ? OwnOfSandbox : 0)));
            }

            return started;
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            if (started.Pid > 0)
            {
                _ = Libc.kill(-started.Pid, Libc.Sigkill);
                _ = Libc.kill(started.Pid, Libc.Sigkill);
                _ = ChildExit.TryReap(started.Pid, block: true);
            }

            throw;
        }
    }

    /// <summary>The limit that the kernel held it to, with words for people; null when it did not have to.</summary>
    internal (string Code, string Words)? Struck() =>
        // Both: the machine itself may run out of memory, too, and so may the group that all jobs are in.
        _spec.MemoryBytes > 0 && GroupFiles.Count(_path, "memory.events", "oom") > 0 && GroupFiles.Count(_path, "memory.events", "oom_kill") > 0
            ? (LimitCodes.Memory, $"It used more than {_spec.MemoryBytes >> 20} MiB of memory.") :
        _spec.MaxProcesses > 0 && GroupFiles.Count(_path, "pids.events", "max") > 0
            ? (LimitCodes.Processes, $"It wanted more than {_spec.MaxProcesses} processes, threads included.") :
        null;

    /// <summary>The most memory it ever had; null where the kernel does not say.</summary>
    internal long? PeakBytes => long.TryParse(GroupFiles.Read(_path, "memory.peak"), CultureInfo.InvariantCulture, out var bytes) ? bytes : null;

    /// <summary>Ends all that is in it at once: nothing can fork away meanwhile.</summary>
    internal void End() => End(_path);

    /// <summary>Takes it away; what the kernel still holds then is taken away by the agent later.</summary>
    public void Dispose() => TryRemove(_path, PatienceMs);

    /// <summary>Ends all that is in a group and takes it away.</summary>
    /// <param name="path">The group, there or not.</param>
    /// <param name="patienceMs">How long its processes may take to end.</param>
    /// <returns>Whether it is gone.</returns>
    internal static bool TryRemove(string path, int patienceMs)
    {
        var until = Environment.TickCount64 + patienceMs;
        while (Directory.Exists(path))
        {
            End(path);
            try
            {
                Directory.Delete(path);
            }
            catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
            {
                if (Environment.TickCount64 >= until)
                {
                    return !Directory.Exists(path);
                }

                Thread.Sleep(1);
            }
        }

        return true;
    }

    private static void End(string path)
    {
        if (GroupFiles.Count(path, Events, "populated") == 0)
        {
            return;
        }

        try
        {
            GroupFiles.Write(path, Kill, "1");
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            // A kernel before 5.14: one by one, and again until there are none.
            foreach (var line in (GroupFiles.Read(path, GroupFiles.Processes) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                if (int.TryParse(line, CultureInfo.InvariantCulture, out var pid) && pid > 0)
                {
                    _ = Libc.kill(pid, Libc.Sigkill);
                }
            }
        }
    }

    private void LimitMemory()
    {
        if (_spec.MemoryBytes <= 0)
        {
            return;
        }

        GroupFiles.Write(_path, "memory.max", _spec.MemoryBytes.ToString(CultureInfo.InvariantCulture));
        if (GroupFiles.Has(_path, SwapMax))
        {
            GroupFiles.Write(_path, SwapMax, "0");
        }
        else if (HasSwap())
        {
            throw new IOException("This machine has swap space, and its kernel does not count who uses it.");
        }

        if (GroupFiles.Has(_path, "memory.oom.group"))
        {
            GroupFiles.Write(_path, "memory.oom.group", "1");
        }
    }

    private static bool HasSwap() => File.ReadLines("/proc/swaps").Skip(1).Any();

    private void Enter(int pid) => GroupFiles.Write(_path, GroupFiles.Processes, Text(pid));

    /// <summary>Where this process belongs.</summary>
    private string Home() => GroupPlace.Agent(Path.GetDirectoryName(_path)!);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
