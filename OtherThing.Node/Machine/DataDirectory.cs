using OtherThing.Agent.Native;

namespace OtherThing.Agent.Machine;

/// <summary>Where the agent keeps its key, its policy and the work of its jobs; only its own user may look in.</summary>
internal sealed class DataDirectory
{
    internal DataDirectory(string? path)
    {
        Root = Path.GetFullPath(path ?? Default());
        CreatePrivate(Root);
    }

    internal string Root { get; }

    internal string Identity => Path.Combine(Root, "identity.json");

    internal string Key => Path.Combine(Root, "node.key");

    internal string Journal => Path.Combine(Root, "journal");

    internal string Attempts => Path.Combine(Root, "ws");

    internal string Scratch => Path.Combine(Root, "scratch");

    /// <summary>What attempts left and nobody needs, until it is gone.</summary>
    internal string Trash => Path.Combine(Path.GetDirectoryName(Attempts)!, "trash");

    /// <summary>What of it would not go.</summary>
    internal string Quarantine => Path.Combine(Path.GetDirectoryName(Attempts)!, "quarantine");

    internal string Status => Path.Combine(Root, "status.json");

    internal string BootId => Path.Combine(Root, "boot_id");

    internal string Attempt(string workspaceId, string attemptId) => Path.Combine(Attempts, workspaceId, attemptId);

    /// <summary>Held while an agent runs: two on one directory would run every job twice. Null when another holds it.</summary>
    internal FileStream? TryLock()
    {
        try
        {
            return new FileStream(Path.Combine(Root, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    internal static void CreatePrivate(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
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
