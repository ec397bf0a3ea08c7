using System.Diagnostics;
using System.Security.Cryptography;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Agent;

/// <summary>
/// The agent for Windows, and <c>probe.exe</c> beside it, as folders that need nothing else. It is made once for the same sources and kept in
/// <c>artifacts</c>, whoever asks and however often.
/// </summary>
internal static class WindowsBuild
{
    private static readonly string s_kept = Path.Combine(Repository.Root, "artifacts", "tests", "win-x64");
    private static readonly string[] s_projects = ["OtherThing.Node", "OtherThing.Protocol", "OtherThing.Tests/Agent/Windows/Probe"];
    private static readonly string[] s_settings = ["Directory.Build.props", "Directory.Packages.props", "global.json", ".editorconfig"];
    private static readonly Lazy<Task<string>> s_made = new(MakeAsync);

    /// <summary>The folder that holds <c>otherthing-node.exe</c> and <c>probe.exe</c>.</summary>
    internal static Task<string> FolderAsync() => s_made.Value;

    private static async Task<string> MakeAsync()
    {
        Directory.CreateDirectory(s_kept);
        var folder = Path.Combine(s_kept, Fingerprint());
        // Tests of this working tree may run in several processes at once.
        await using var one = await LockAsync(Path.Combine(s_kept, "lock"));
        if (Directory.Exists(folder))
        {
            return folder;
        }

        foreach (var old in Directory.GetDirectories(s_kept))
        {
            Directory.Delete(old, recursive: true);
        }

        var work = Path.Combine(s_kept, "work");
        await PublishAsync("OtherThing.Node/OtherThing.Node.csproj", work);
        await PublishAsync("OtherThing.Tests/Agent/Windows/Probe/Probe.csproj", work);
        Directory.Move(Path.Combine(work, "out"), folder);
        Directory.Delete(work, recursive: true);
        return folder;
    }

    private static async Task PublishAsync(string project, string work)
    {
        using var publish = Process.Start(new ProcessStartInfo(
            "dotnet",
            [
                "publish", Path.Combine(Repository.Root, project), "-c", "Release", "-r", "win-x64", "-p:OneFolder=true", "--artifacts-path", work,
                "-o", Path.Combine(work, "out"), "-v", "quiet", "-nologo",
            ])
        { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Repository.Root })!;
        var (said, warned) = (publish.StandardOutput.ReadToEndAsync(), publish.StandardError.ReadToEndAsync());
        await publish.WaitForExitAsync();
        Assert.True(publish.ExitCode == 0, $"{await said}{await warned}");
    }

    private static string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var files = s_projects.SelectMany(project => Directory.EnumerateFiles(Path.Combine(Repository.Root, project), "*", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(Repository.Root, path))
            .Where(path => !path.Split('/').Any(part => part is "bin" or "obj"))
            .Concat(s_settings)
            .Order(StringComparer.Ordinal);
        foreach (var file in files)
        {
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(file));
            hash.AppendData(File.ReadAllBytes(Path.Combine(Repository.Root, file)));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..24];
    }

    private static async Task<FileStream> LockAsync(string path)
    {
        FileStream? one = null;
        await Patience.UntilAsync(
            () =>
            {
                try
                {
                    one = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                }
                catch (IOException)
                {
                    // Another process makes it.
                }

                return one is not null;
            },
            "the agent for Windows is made");
        return one!;
    }
}
