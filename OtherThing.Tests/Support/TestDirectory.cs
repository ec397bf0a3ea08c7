namespace OtherThing.Tests.Support;

/// <summary>A directory of a test's own, gone afterwards.</summary>
public sealed class TestDirectory : IDisposable
{
    public TestDirectory() => Path = Directory.CreateTempSubdirectory("otherthing-test-").FullName;

    public string Path { get; }

    /// <summary>Deletes what processes that are just ending may still write to, once they have.</summary>
    public static Task DeleteAsync(string path) => Patience.UntilAsync(() => TryDelete(path), $"{path} can be deleted");

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A process that is just ending may still write; the system cleans its temporary files.
        }
    }

    private static bool TryDelete(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception exception) when (exception is IOException or ArgumentException)
        {
            // The runtime complains of an empty path when what it is about to delete has just gone.
            return false;
        }
    }
}
