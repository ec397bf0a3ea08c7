namespace OtherThing.Tests.Support;

/// <summary>A directory of a test's own, gone afterwards.</summary>
public sealed class TestDirectory : IDisposable
{
    public TestDirectory() => Path = Directory.CreateTempSubdirectory("otherthing-test-").FullName;

    public string Path { get; }

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
}
