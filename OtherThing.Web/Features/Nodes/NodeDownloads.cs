using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace OtherThing.Web.Features.Nodes;

/// <summary>The published agents: what <c>eng/publish-node</c> left in <c>artifacts/node</c>, or what lies in <c>node</c> beside a published server.</summary>
public sealed class NodeDownloads(IHostEnvironment environment)
{
    private static readonly string[] s_systems = ["linux-x64", "linux-arm64", "win-x64", "osx-arm64"];
    private readonly ConcurrentDictionary<(string Path, DateTime WrittenAt), string> _hashes = new();

    /// <summary>What can be downloaded now: the program of each system first, then its packages.</summary>
    public IReadOnlyList<NodeDownload> List() =>
    [
        .. s_systems.SelectMany(system => Enum.GetValues<NodePackage>().Select(package => Find(system, package))).OfType<NodeDownload>(),
    ];

    /// <summary>The agent for a system; null when it is not published so or the name is no system.</summary>
    public NodeDownload? Find(string system, NodePackage package = NodePackage.Program)
    {
        if (!s_systems.Contains(system))
        {
            return null;
        }

        var suffix = package switch
        {
            NodePackage.Deb => ".deb",
            NodePackage.Tar => ".tar.gz",
            _ => system.StartsWith("win", StringComparison.Ordinal) ? ".exe" : "",
        };
        var file = Directories()
            .SelectMany(directory =>
                new[] { Path.Combine(directory, $"otherthing-node-{system}{suffix}"), Path.Combine(directory, system, $"otherthing-node{suffix}") })
            .Select(path => new FileInfo(path))
            .FirstOrDefault(info => info.Exists);
        return file is null ? null : new NodeDownload(system, package, "otherthing-node" + suffix, file.FullName, file.Length, Hash(file));
    }

    private IEnumerable<string> Directories()
    {
        yield return Path.Combine(AppContext.BaseDirectory, "node");
        for (var directory = new DirectoryInfo(environment.ContentRootPath); directory is not null; directory = directory.Parent)
        {
            var artifacts = Path.Combine(directory.FullName, "artifacts", "node");
            if (Directory.Exists(artifacts))
            {
                yield return artifacts;
                yield break;
            }
        }
    }

    private string Hash(FileInfo file) => _hashes.GetOrAdd((file.FullName, file.LastWriteTimeUtc), key =>
    {
        using var stream = File.OpenRead(key.Path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    });
}

/// <summary>One published agent.</summary>
/// <param name="System">The system it is for: <c>linux-x64</c>.</param>
/// <param name="Package">What the file is.</param>
/// <param name="FileName">The name it gets on the visitor's machine.</param>
/// <param name="Path">Where it lies.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Its checksum.</param>
public sealed record NodeDownload(string System, NodePackage Package, string FileName, string Path, long Bytes, string Sha256);

/// <summary>What the agent comes as.</summary>
public enum NodePackage
{
    /// <summary>The program itself.</summary>
    Program,

    /// <summary>A Debian package, which brings a service and a user of its own.</summary>
    Deb,

    /// <summary>A tar with an install script, for a Linux without Debian packages.</summary>
    Tar,
}
