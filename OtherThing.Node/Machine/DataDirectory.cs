using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using OtherThing.Agent.Native;
using OtherThing.Agent.Platforms;

namespace OtherThing.Agent.Machine;

/// <summary>
/// Where the agent keeps its key, its policy and the work of its jobs; only its own user may look in. Where that is root, jobs have users
/// of their own: those may pass through to what is theirs, and see nothing on the way.
/// </summary>
internal sealed class DataDirectory
{
    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OthersMayWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const string LockName = "lock";

    /// <summary>The file that tells other commands what the agent does.</summary>
    internal const string StatusName = "status.json";

    // What the agent keeps there; the first of them say that a directory is an agent's.
    private static readonly string[] s_files = ["identity.json", LockName, "node.key", "journal", StatusName, "boot_id", "policy.json"];
    private static readonly string[] s_folders = ["ws", "scratch", "trash", "quarantine"];
    private readonly string _jobs;

    internal DataDirectory(string? path)
    {
        Root = Path.GetFullPath(path ?? Default());
        CreatePrivate(Root);
        _jobs = Root;
        if (IsRoot)
        {
            Claim(Root);
            CreatePassable(Root);
            foreach (var name in s_files)
            {
                Close(Path.Combine(Root, name));
            }

            _jobs = IsReachable(Root) ? Root : CreateElsewhere(Root);
        }
    }

    /// <summary>Whether this process could be mistaken for the machine's owner by a job that got its user.</summary>
    [SupportedOSPlatformGuard("linux")]
    internal static bool IsRoot => OperatingSystem.IsLinux() && Libc.geteuid() == 0;

    internal string Root { get; }

    internal string Identity => Path.Combine(Root, "identity.json");

    internal string Key => Path.Combine(Root, "node.key");

    internal string Journal => Path.Combine(Root, "journal");

    internal string Attempts => Path.Combine(_jobs, "ws");

    /// <summary>A path on the file system that holds the work of jobs: it may be another than that of the agent's own files.</summary>
    internal string OnWorkDisk => Directory.Exists(Attempts) ? Attempts : _jobs;

    internal string Scratch => Path.Combine(_jobs, "scratch");

    /// <summary>What attempts left and nobody needs, until it is gone.</summary>
    internal string Trash => Path.Combine(Path.GetDirectoryName(Attempts)!, "trash");

    /// <summary>What of it would not go.</summary>
    internal string Quarantine => Path.Combine(Path.GetDirectoryName(Attempts)!, "quarantine");

    internal string Status => Path.Combine(Root, StatusName);

    internal string BootId => Path.Combine(Root, "boot_id");

    internal string Attempt(string workspaceId, string attemptId) => Path.Combine(Attempts, workspaceId, attemptId);

    /// <summary>Held while an agent runs: two on one directory would run every job twice. Null when another holds it.</summary>
    internal FileStream? TryLock()
    {
        try
        {
            return new FileStream(Path.Combine(Root, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    internal static void CreatePrivate(string path) => Platform.Current.CreatePrivate(path);

    /// <summary>The same, but for jobs' users, who may pass through it.</summary>
    internal static void CreatePassable(string path)
    {
        CreatePrivate(path);
        if (IsRoot)
        {
            File.SetUnixFileMode(path, Own | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        }
    }

    /// <summary>Makes the directory of an attempt and those above it.</summary>
    internal static void CreateForAttempt(string directory)
    {
        CreatePassable(Path.GetDirectoryName(Path.GetDirectoryName(directory))!);
        CreatePassable(Path.GetDirectoryName(directory)!);
        CreatePassable(directory);
    }

    /// <summary>
    /// Makes sure that a directory is the agent's before root changes whose it is to look into: one that is new, empty, or marked as an
    /// agent's. A slip of the hand in <c>--data</c> must not change the rights of somebody's files.
    /// </summary>
    /// <exception cref="IOException">It holds something else.</exception>
    private static void Claim(string root)
    {
        if (s_files[..2].Any(name => File.Exists(Path.Combine(root, name))))
        {
            return;
        }

        if (Directory.EnumerateFileSystemEntries(root).Select(Path.GetFileName).FirstOrDefault(name => !IsOwn(name!)) is { } foreign)
        {
            throw new IOException($"{root} holds '{foreign}', which is not the agent's. Give --data a directory of the agent's own.");
        }

        new FileStream(Path.Combine(root, LockName), FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite).Dispose();
    }

    /// <summary>By its name; some files are written beside themselves first.</summary>
    private static bool IsOwn(string name) => s_folders.Contains(name) || s_files.Contains(name.EndsWith(".new", StringComparison.Ordinal) ? name[..^4] : name);

    /// <summary>Keeps others out of a file of the agent's own: the file itself, not what a link in its place leads to, or another name of somebody's
    /// file.</summary>
    [SupportedOSPlatform("linux")]
    private static void Close(string path)
    {
        using var file = FileFacts.OpenFile(path);
        if (file is not null && FileFacts.Of((int)file.DangerousGetHandle()) is { Links: 1 })
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    /// <summary>Whether everybody may pass through all that lies above: a service's directory is so, root's own home is not.</summary>
    private static bool IsReachable(string path)
    {
        for (var above = new DirectoryInfo(path).Parent; above is not null; above = above.Parent)
        {
            if (!above.UnixFileMode.HasFlag(UnixFileMode.OtherExecute))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A place for the work of jobs that their users can reach, named after the directory they cannot.</summary>
    private static string CreateElsewhere(string root)
    {
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(root)))[..16];
        var place = $"/var/tmp/otherthing-node-{name}";
        CreatePrivate(place);
        // Everybody may make things there: it must be ours, and no link to something else.
        if (FileOwner.Of(place) is not { User: 0, Mode: var mode } || (mode & 0xf000) != 0x4000 || ((UnixFileMode)(mode & 0xfff) & OthersMayWrite) != 0)
        {
            throw new IOException($"{place} belongs to somebody else. Remove it, or give the agent a --data directory that everybody may pass through.");
        }

        CreatePassable(place);
        return place;
    }

    private static string Default()
    {
        if (OperatingSystem.IsLinux() && Libc.geteuid() == 0)
        {
            return "/var/lib/otherthing-node";
        }

        // ~/.local/share, ~/Library/Application Support or %LOCALAPPDATA%.
        var home = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return Path.Combine(home, "otherthing-node");
    }
}
