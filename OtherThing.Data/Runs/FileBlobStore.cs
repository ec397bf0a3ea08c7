using System.Security.Cryptography;
using OtherThing.Core.Runs.Values;
using OtherThing.Data.Conventions;

namespace OtherThing.Data.Runs;

/// <summary>
/// Blobs as files, <c>{workspace}/{first two digits}/{hash}</c>: written beside, synced, renamed, so a file under its name is whole.
/// Servers that share the folder share the blobs.
/// </summary>
internal sealed class FileBlobStore(string root) : IBlobStore
{
    public async Task<BlobRef> KeepAsync(Guid workspaceId, ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(value.Span));
        var path = PathOf(workspaceId, hash);
        if (!TryTouch(path, value.Length))
        {
            await WriteAsync(path, value, cancellationToken);
        }

        // Also for a file that was there: whoever wrote it may not have come to this yet.
        DirectorySync.Sync(Path.GetDirectoryName(path)!);
        return new BlobRef(hash, value.Length);
    }

    public Task<Stream?> OpenAsync(Guid workspaceId, string hash, CancellationToken cancellationToken)
    {
        try
        {
            return Task.FromResult<Stream?>(new FileStream(
                PathOf(workspaceId, hash), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 81_920, FileOptions.Asynchronous));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult<Stream?>(null);
        }
    }

    public IReadOnlyList<Guid> ListWorkspaces() => !Directory.Exists(root) ? [] :
    [
        .. Directory.EnumerateDirectories(root)
            .Select(folder => Guid.TryParseExact(Path.GetFileName(folder), "N", out var id) ? id : Guid.Empty)
            .Where(id => id != Guid.Empty),
    ];

    public IEnumerable<string> ListIdle(Guid workspaceId, DateTime before)
    {
        var folder = new DirectoryInfo(Path.Combine(root, workspaceId.ToString("N")));
        if (!folder.Exists)
        {
            yield break;
        }

        foreach (var file in folder.EnumerateFiles("*", SearchOption.AllDirectories))
        {
            if (file.LastWriteTimeUtc >= before)
            {
                continue;
            }

            if (BlobRef.IsHash(file.Name))
            {
                yield return file.Name;
            }
            else
            {
                file.Delete(); // left over from a write that was cut off
            }
        }
    }

    public bool DeleteIdle(Guid workspaceId, string hash, DateTime before)
    {
        // Moved away first: who keeps the value meanwhile either renewed its time, which shows here, or finds it gone and writes it anew.
        var path = PathOf(workspaceId, hash);
        var away = $"{path}.{Guid.NewGuid():N}.gone";
        try
        {
            File.Move(path, away);
            if (File.GetLastWriteTimeUtc(away) >= before)
            {
                File.Move(away, path, overwrite: true);
                return false;
            }

            File.Delete(away);
            return true;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return true; // another server was faster
        }
    }

    public void DeleteAll(Guid workspaceId)
    {
        try
        {
            Directory.Delete(Path.Combine(root, workspaceId.ToString("N")), recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // It kept nothing large.
        }
    }

    private static bool TryTouch(string path, long length)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists || file.Length != length)
            {
                return false;
            }

            file.LastWriteTimeUtc = DateTime.UtcNow;
            return true;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return false; // deleted between the two
        }
    }

    private static async Task WriteAsync(string path, ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        PrivateFiles.CreateFolder(Path.GetDirectoryName(path)!);
        var beside = $"{path}.{Guid.NewGuid():N}.part";
        await using (var stream = PrivateFiles.CreateFile(beside, FileOptions.Asynchronous))
        {
            await stream.WriteAsync(value, cancellationToken);
            stream.Flush(flushToDisk: true);
        }

        File.Move(beside, path, overwrite: true);
    }

    private string PathOf(Guid workspaceId, string hash) => BlobRef.IsHash(hash)
        ? Path.Combine(root, workspaceId.ToString("N"), hash[..2], hash)
        : throw new ArgumentException("Not a SHA-256 in lower-case hexadecimal.", nameof(hash));
}
