using OtherThing.Agent.Shims;

namespace OtherThing.Agent.Sandboxes;

/// <summary>The walls that bubblewrap puts up for an attempt.</summary>
internal static class Bubblewrap
{
    internal const string WorkDirectory = "/work";
    internal const string ScriptDirectory = "/script";
    internal const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private static readonly string[] s_topLevel = ["/bin", "/sbin", "/lib", "/lib32", "/lib64"];

    // What programs need from /etc to find libraries, names and certificates; nothing that is this machine's secret.
    private static readonly string[] s_settings =
    [
        "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/ssl", "/etc/pki", "/etc/ca-certificates",
        "/etc/localtime", "/etc/nsswitch.conf", "/etc/passwd", "/etc/group", "/etc/protocols", "/etc/services", "/etc/mime.types",
    ];

    // The kernel's switches. Most belong to root, whom no job is: for those this is the second wall. Everybody may set up pressure alarms.
    private static readonly string[] s_switches = ["/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/pressure"];

    // It names the keys of everything else that runs as the same user.
    private const string KeyList = "/proc/keys";

    internal static string? Find() =>
        OperatingSystem.IsLinux() ? DefaultPath.Split(':').Select(folder => Path.Combine(folder, "bwrap")).FirstOrDefault(File.Exists) : null;

    /// <summary>
    /// All arguments before the command. They travel through a pipe, not the command line: the environment of a job is nobody
    /// else's business, and bubblewrap itself runs with none, so that nothing of the agent's can be read from inside.
    /// </summary>
    internal static IEnumerable<string> Arguments(ShimSpec spec, int statusDescriptor, int filterDescriptor, int nothingDescriptor, int resolverDescriptor)
    {
        string[] walls =
        [
            "--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try",
            "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--uid", "1000", "--gid", "1000", "--hostname", "job",
            "--seccomp", $"{filterDescriptor}", "--json-status-fd", $"{statusDescriptor}",
        ];
        string[] places =
        [
            "--dev", "/dev", .. MemoryPlaces.Arguments(spec.MemoryBytes), "--dir", "/var", "--symlink", "/tmp", "/var/tmp",
            "--bind", spec.WorkDirectory, WorkDirectory, "--chdir", WorkDirectory,
        ];
        return walls
            .Concat(spec.ClosesNamespaces ? ["--disable-userns"] : [])
            .Concat(SystemFolders())
            .Concat(s_settings.SelectMany(ReadOnly))
            .Concat(spec.HasNetwork ? ["--ro-bind-data", $"{resolverDescriptor}", "/etc/resolv.conf"] : [])
            .Concat(["--proc", "/proc"])
            .Concat(s_switches.SelectMany(ReadOnly))
            .Concat(File.Exists(KeyList) ? ["--ro-bind-data", $"{nothingDescriptor}", KeyList] : [])
            .Concat(places)
            .Concat(Directory.Exists(spec.ScriptDirectory) ? ["--ro-bind", spec.ScriptDirectory, ScriptDirectory] : [])
            .Concat(spec.Devices.SelectMany(device => new[] { "--dev-bind", device, device }))
            .Concat(MemoryPlaces.Closing)
            .Concat(spec.Env.SelectMany(pair => new[] { "--setenv", pair.Key, pair.Value }));
    }

    private static IEnumerable<string> SystemFolders()
    {
        yield return "--ro-bind";
        yield return "/usr";
        yield return "/usr";
        foreach (var folder in s_topLevel)
        {
            var info = new DirectoryInfo(folder);
            if (!info.Exists)
            {
                continue;
            }

            yield return info.LinkTarget is null ? "--ro-bind" : "--symlink";
            yield return info.LinkTarget ?? folder;
            yield return folder;
        }
    }

    private static string[] ReadOnly(string path) => ["--ro-bind-try", path, path];
}
