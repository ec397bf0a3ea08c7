using OtherThing.Agent.Machine;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Agent;

/// <summary>Where the agent keeps its files and where jobs work: whose it may be, and what it closes to whom.</summary>
public sealed class DataDirectoryTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public DataDirectoryTests()
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_directory.Path, (UnixFileMode)Convert.ToInt32("711", 8));
        }
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void DataDirectory_OfRootBelowAClosedOne_LetsJobsWorkElsewhere()
    {
        Assert.SkipUnless(DataDirectory.IsRoot, "Others' jobs are themselves.");
        var closed = Path.Combine(_directory.Path, "closed");
        DataDirectory.CreatePrivate(closed);

        var data = new DataDirectory(Path.Combine(closed, "agent"));
        var open = new DataDirectory(Path.Combine(_directory.Path, "agent"));
        var elsewhere = Path.GetDirectoryName(data.Attempts)!;
        DataDirectory.CreateForAttempt(data.Attempt("w", "a"));
        var mode = File.GetUnixFileMode(data.Attempt("w", "a"));
        Directory.Delete(elsewhere, recursive: true);
        Directory.CreateSymbolicLink(elsewhere, _directory.Path);
        var taken = Record.Exception(() => new DataDirectory(Path.Combine(closed, "agent")));
        File.Delete(elsewhere);

        Assert.StartsWith("/var/tmp/otherthing-node-", elsewhere, StringComparison.Ordinal);
        Assert.Equal(Path.Combine(open.Root, "ws"), open.Attempts);
        Assert.StartsWith(closed, data.Key, StringComparison.Ordinal);
        Assert.Equal(Convert.ToInt32("711", 8), (int)mode);
        Assert.Contains("belongs to somebody else", Assert.IsType<IOException>(taken).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void N03_DataDirectory_OfSomebodyElse_IsRefusedAndLeftAsItIs()
    {
        Assert.SkipUnless(DataDirectory.IsRoot, "Only root changes the rights of a directory.");
        var (folder, file) = (Path.Combine(_directory.Path, "etc"), Path.Combine(_directory.Path, "etc", "passwd"));
        Directory.CreateDirectory(folder, (UnixFileMode)Convert.ToInt32("755", 8));
        File.WriteAllText(file, "words");
        File.SetUnixFileMode(file, (UnixFileMode)Convert.ToInt32("644", 8));

        var refused = Record.Exception(() => new DataDirectory(folder));

        Assert.Equal(("755", "644"), (Mode(folder), Mode(file)));
        Assert.Contains($"{folder} holds 'passwd', which is not the agent's.", Assert.IsType<IOException>(refused).Message, StringComparison.Ordinal);
        Assert.Equal(["passwd"], Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName));
    }

    [Fact]
    public void N03_DataDirectory_OfTheAgent_ClosesItsOwnFilesOnly()
    {
        Assert.SkipUnless(DataDirectory.IsRoot, "Only root changes the rights of a directory.");
        var (data, outside) = (Path.Combine(_directory.Path, "agent"), Path.Combine(_directory.Path, "outside"));
        _ = new DataDirectory(data);
        foreach (var path in (string[])[outside, Path.Combine(data, "node.key"), Path.Combine(data, "notes")])
        {
            File.WriteAllText(path, "words");
            File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32("644", 8));
        }

        File.CreateSymbolicLink(Path.Combine(data, "status.json"), outside);
        _ = new DataDirectory(data);

        Assert.Equal(("711", "600", "644", "644"), (Mode(data), Mode(Path.Combine(data, "node.key")), Mode(Path.Combine(data, "notes")), Mode(outside)));
    }

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private static string Mode(string path) => Convert.ToString((int)File.GetUnixFileMode(path), 8);
}
