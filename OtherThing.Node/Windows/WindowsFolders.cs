using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;

namespace OtherThing.Agent.Windows;

/// <summary>Folders and files that only the agent's user, the system and administrators may look into, and how they are removed.</summary>
[SupportedOSPlatform("windows")]
internal static class WindowsFolders
{
    private const string Exact = @"\\?\";
    private const InheritanceFlags AllBelow = InheritanceFlags.ContainerInherit | InheritanceFlags.ObjectInherit;

    /// <summary>Makes a folder, and those above it, with rights of its own; one that is there keeps its rights.</summary>
    internal static void CreatePrivate(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        if (Path.GetDirectoryName(path) is { Length: > 0 } above)
        {
            Directory.CreateDirectory(above);
        }

        var rights = new DirectorySecurity();
        rights.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        foreach (var who in (SecurityIdentifier[])[Self(), Known(WellKnownSidType.LocalSystemSid), Known(WellKnownSidType.BuiltinAdministratorsSid)])
        {
            rights.AddAccessRule(new FileSystemAccessRule(who, FileSystemRights.FullControl, AllBelow, PropagationFlags.None, AccessControlType.Allow));
        }

        new DirectoryInfo(path).Create(rights);
    }

    /// <summary>Makes a file of the agent's user alone.</summary>
    internal static FileStream CreateOwnFile(string path)
    {
        var rights = new FileSecurity();
        rights.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        rights.AddAccessRule(new FileSystemAccessRule(Self(), FileSystemRights.FullControl, AccessControlType.Allow));
        return new FileInfo(path).Create(FileMode.CreateNew, FileSystemRights.Write, FileShare.None, 4096, FileOptions.None, rights);
    }

    /// <summary>Null when nothing of it is left; else what the system said about what resists.</summary>
    internal static string? Remove(string path, CancellationToken cancellationToken)
    {
        var top = Literal(path);
        try
        {
            if (!Exists(top))
            {
                return null;
            }

            string? problem = null;
            var open = new Stack<string>([top]);
            var seen = new HashSet<string>(StringComparer.Ordinal);
            while (open.TryPeek(out var folder))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (IsRealFolder(folder) && seen.Add(folder))
                {
                    // What is below comes first; the folder itself is looked at once more when that is done.
                    problem = Enter(folder, open) ?? problem;
                    continue;
                }

                open.Pop();
                problem = Take(folder) ?? problem;
            }

            return Exists(top) ? problem ?? "Something in it stays." : null;
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            return ex.Message;
        }
    }

    private static string? Enter(string folder, Stack<string> open)
    {
        try
        {
            PushAll(folder, open);
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            TakeBack(folder);
        }
        catch (IOException ex)
        {
            return ex.Message;
        }

        try
        {
            PushAll(folder, open);
            return null;
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            return ex.Message;
        }
    }

    private static void PushAll(string folder, Stack<string> open)
    {
        foreach (var path in Directory.EnumerateFileSystemEntries(folder, "*", new EnumerationOptions { AttributesToSkip = 0 }).ToArray())
        {
            open.Push(path);
        }
    }

    private static string? Take(string path)
    {
        for (var again = false; ; again = true)
        {
            try
            {
                if (Exists(path))
                {
                    Delete(path);
                }

                return null;
            }
            catch (UnauthorizedAccessException) when (!again)
            {
                TakeBack(path);
            }
            catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
            {
                return ex.Message;
            }
        }
    }

    private static void Delete(string path)
    {
        var attributes = File.GetAttributes(path);
        if (attributes.HasFlag(FileAttributes.ReadOnly))
        {
            File.SetAttributes(path, attributes & ~FileAttributes.ReadOnly);
        }

        // A link to a folder is removed itself, never what it leads to.
        if (attributes.HasFlag(FileAttributes.Directory))
        {
            Directory.Delete(path, recursive: false);
        }
        else
        {
            File.Delete(path);
        }
    }

    /// <summary>Gives the agent's user its rights back to what is the user's own.</summary>
    private static void TakeBack(string path)
    {
        try
        {
            if (IsRealFolder(path))
            {
                var rights = new DirectorySecurity();
                rights.AddAccessRule(new FileSystemAccessRule(Self(), FileSystemRights.FullControl, AllBelow, PropagationFlags.None, AccessControlType.Allow));
                new DirectoryInfo(path).SetAccessControl(rights);
            }
            else
            {
                var rights = new FileSecurity();
                rights.AddAccessRule(new FileSystemAccessRule(Self(), FileSystemRights.FullControl, AccessControlType.Allow));
                new FileInfo(path).SetAccessControl(rights);
            }
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            // Then removing it says what is wrong.
        }
    }

    private static bool IsRealFolder(string path) =>
        Exists(path) && File.GetAttributes(path) is var attributes
        && attributes.HasFlag(FileAttributes.Directory) && !attributes.HasFlag(FileAttributes.ReparsePoint);

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);

    /// <summary>So that names are taken as they are: ones of devices, ones that end with a dot or a space, long ones.</summary>
    private static string Literal(string path) => path.StartsWith(@"\\", StringComparison.Ordinal) ? path : Exact + Path.GetFullPath(path);

    private static SecurityIdentifier Self()
    {
        using var self = WindowsIdentity.GetCurrent();
        return self.User!;
    }

    private static SecurityIdentifier Known(WellKnownSidType kind) => new(kind, null);
}
