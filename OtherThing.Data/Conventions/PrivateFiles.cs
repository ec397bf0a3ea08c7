using System.Text;

namespace OtherThing.Data.Conventions;

/// <summary>Folders and files that only the server's own account reads: 0700 and 0600. On Windows they inherit from the folder above.</summary>
public static class PrivateFiles
{
    private const UnixFileMode OwnFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes a folder, and those above that are missing.</summary>
    public static DirectoryInfo CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows() || Directory.Exists(path))
        {
            return Directory.CreateDirectory(path);
        }

        // The mode is given to the last of the folders only.
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } above && !Directory.Exists(above))
        {
            CreateFolder(above);
        }

        return Directory.CreateDirectory(path, OwnFolder);
    }

    /// <summary>Opens a new file to write.</summary>
    public static FileStream CreateFile(string path, FileOptions options = FileOptions.None)
    {
        var how = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            BufferSize = 0,
            Options = options,
        };
        if (!OperatingSystem.IsWindows())
        {
            how.UnixCreateMode = OwnFile;
        }

        return new FileStream(path, how);
    }

    /// <summary>Puts a text in a file's place: it is whole, old or new, at any moment.</summary>
    public static void Replace(string path, string text)
    {
        var beside = $"{path}.{Guid.NewGuid():N}.part";
        using (var stream = CreateFile(beside))
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
            stream.Flush(flushToDisk: true);
        }

        File.Move(beside, path, overwrite: true);
    }

    /// <summary>Takes everybody else's access from a file; one that is not there, or is a link, is left.</summary>
    public static void CloseFile(string path)
    {
        if (!OperatingSystem.IsWindows() && new FileInfo(path) is { Exists: true, LinkTarget: null } file && file.UnixFileMode != OwnFile)
        {
            file.UnixFileMode = OwnFile;
        }
    }

    /// <summary>
    /// Takes everybody else's access from a folder and what is in it, links left alone. Of the folders in it only those that stand open
    /// are walked through: what lies in a closed one was made closed.
    /// </summary>
    /// <param name="path">The folder.</param>
    /// <param name="except">Names of folders in it that keep what they have.</param>
    public static void CloseFolder(string path, params ReadOnlySpan<string> except)
    {
        if (OperatingSystem.IsWindows() || new DirectoryInfo(path) is not { Exists: true, LinkTarget: null } folder)
        {
            return;
        }

        foreach (var inner in folder.EnumerateDirectories())
        {
            if (!except.Contains(inner.Name) && inner.LinkTarget is null && inner.UnixFileMode != OwnFolder)
            {
                CloseFolder(inner.FullName);
            }
        }

        foreach (var file in folder.EnumerateFiles())
        {
            CloseFile(file.FullName);
        }

        folder.UnixFileMode = OwnFolder;
    }
}
