namespace OtherThing.Agent.Native;

/// <summary>What a new process gets. Values go over as they are: no shell ever sees them.</summary>
internal sealed record SpawnRequest
{
    internal required string Path { get; init; }

    internal required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The whole environment, <c>NAME=value</c>; nothing is inherited.</summary>
    internal IReadOnlyList<string> Environment { get; init; } = [];

    internal string? WorkingDirectory { get; init; }

    /// <summary>Descriptors of this process and the numbers they have in the child.</summary>
    internal required IReadOnlyList<(int Source, int Target)> Descriptors { get; init; }

    /// <summary>Set for a job: what of the agent's rights it does not get. Null: a part of the agent itself.</summary>
    internal JobRights? Rights { get; init; }
}

/// <summary>How far a job's process is kept from the agent's rights, from its first instruction.</summary>
/// <param name="User">The user (and group) it runs as; null: the agent's own, which is never root.</param>
/// <param name="NoNewPrivileges">Whether setuid programs raise nothing. Bubblewrap says that itself, and may need to be one.</param>
internal sealed record JobRights(uint? User, bool NoNewPrivileges);

/// <summary>Starts processes by <c>posix_spawn</c>, each as the leader of its own session, with default signals.</summary>
internal static unsafe class Spawn
{
    private const int AttributesSize = 1024;
    private const short SetSignalDefault = 0x04;
    private const short SetSignalMask = 0x08;
    private const int NotPermitted = 1;

    /// <summary>The process id, or the system's error number.</summary>
    internal static (int Pid, int Error) Start(SpawnRequest request)
    {
        if (request.Rights is not { } rights || !OperatingSystem.IsLinux())
        {
            return StartHere(request);
        }

        if (rights.User is null && Libc.geteuid() == 0)
        {
            return (0, NotPermitted);
        }

        if (!rights.NoNewPrivileges)
        {
            // On this very thread: bubblewrap ends with the thread that started it.
            return StartAs(request, rights);
        }

        (int, int) started = default;
        var leaving = new Thread(() =>
        {
            ThreadUser.RenouncePrivileges();
            started = StartAs(request, rights);
        });
        leaving.Start();
        leaving.Join();
        return started;
    }

    private static (int Pid, int Error) StartAs(SpawnRequest request, JobRights rights)
    {
        (int, int) Apart()
        {
            ThreadUser.LeaveKeyring();
            return StartHere(request);
        }

        try
        {
            return rights.User is { } user ? ThreadUser.Be(user, Apart) : Apart();
        }
        catch (System.ComponentModel.Win32Exception refused)
        {
            return (0, refused.NativeErrorCode);
        }
    }

    private static (int Pid, int Error) StartHere(SpawnRequest request)
    {
        var moved = new List<int>();
        var actions = stackalloc byte[AttributesSize];
        var attributes = stackalloc byte[AttributesSize];
        var signals = stackalloc byte[AttributesSize];
        _ = Libc.posix_spawn_file_actions_init(actions);
        _ = Libc.posix_spawnattr_init(attributes);
        try
        {
            // A number that an earlier line takes in the child is lost to a later one: what lies on one goes out of the way first.
            var taken = request.Descriptors.Select(line => line.Target).ToHashSet();
            foreach (var (source, target) in request.Descriptors)
            {
                var from = source;
                if (source != target && taken.Contains(source))
                {
                    from = FileDescriptor.MoveAbove(taken.Max(), source);
                    moved.Add(from);
                }

                _ = Libc.posix_spawn_file_actions_adddup2(actions, from, target);
            }

            if (request.WorkingDirectory is not null)
            {
                fixed (byte* directory = FileDescriptor.ToCString(request.WorkingDirectory))
                {
                    _ = Libc.posix_spawn_file_actions_addchdir_np(actions, directory);
                }
            }

            // .NET ignores SIGPIPE and may block others; a job must not inherit that.
            _ = Libc.sigfillset(signals);
            _ = Libc.posix_spawnattr_setsigdefault(attributes, signals);
            _ = Libc.sigemptyset(signals);
            _ = Libc.posix_spawnattr_setsigmask(attributes, signals);
            var newSession = (short)(OperatingSystem.IsMacOS() ? 0x400 : 0x80);
            _ = Libc.posix_spawnattr_setflags(attributes, (short)(newSession | SetSignalDefault | SetSignalMask));

            using var argv = new CStringArray(request.Arguments);
            using var envp = new CStringArray(request.Environment);
            var pid = 0;
            fixed (byte* path = FileDescriptor.ToCString(request.Path))
            {
                var error = Libc.posix_spawn(&pid, path, actions, attributes, argv.Pointer, envp.Pointer);
                return error == 0 ? (pid, 0) : (0, error);
            }
        }
        finally
        {
            moved.ForEach(FileDescriptor.Close);
            _ = Libc.posix_spawnattr_destroy(attributes);
            _ = Libc.posix_spawn_file_actions_destroy(actions);
        }
    }
}
