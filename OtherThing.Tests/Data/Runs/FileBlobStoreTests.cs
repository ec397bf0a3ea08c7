using System.Text;
using OtherThing.Core.Runs.Values;
using OtherThing.Data.Runs;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Data.Runs;

public sealed class FileBlobStoreTests : IDisposable
{
    private readonly TestDirectory _directory = new();
    private readonly FileBlobStore _blobs;
    private readonly Guid _workspace = Guid.CreateVersion7();

    public FileBlobStoreTests() => _blobs = new FileBlobStore(Path.Combine(_directory.Path, "blobs"));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static DateTime Later => DateTime.UtcNow.AddHours(1);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Keep_TheSameTwice_IsOneFileThatReadsBackWhole()
    {
        var first = await KeepAsync("a large value");
        var second = await KeepAsync("a large value");

        Assert.Equal(first, second);
        Assert.Equal(("a large value", 13), (await ReadAsync(_workspace, first.Hash), first.Bytes));
        Assert.Single(Directory.EnumerateFiles(_directory.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Open_FromAnotherWorkspace_IsNotThere()
    {
        var kept = await KeepAsync("secret of ours");

        Assert.Null(await _blobs.OpenAsync(Guid.CreateVersion7(), kept.Hash, Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => _blobs.OpenAsync(_workspace, "../../otherthing.db", Cancel));
    }

    [Fact]
    public async Task DeleteIdle_KeptMeanwhile_LeavesIt()
    {
        var (young, old) = (await KeepAsync("young"), await KeepAsync("old"));
        var before = DateTime.UtcNow.AddMinutes(-10);
        Age(old.Hash);

        Assert.Equal([old.Hash], _blobs.ListIdle(_workspace, before));
        Assert.False(_blobs.DeleteIdle(_workspace, young.Hash, before));
        Assert.True(_blobs.DeleteIdle(_workspace, old.Hash, before));

        Assert.Equal("young", await ReadAsync(_workspace, young.Hash));
        Assert.Null(await _blobs.OpenAsync(_workspace, old.Hash, Cancel));
    }

    [Fact]
    public async Task Keep_AnIdleValue_CountsAsUsedAgain()
    {
        var kept = await KeepAsync("value");
        Age(kept.Hash);

        await KeepAsync("value");

        Assert.Empty(_blobs.ListIdle(_workspace, DateTime.UtcNow.AddMinutes(-10)));
    }

    [Fact]
    public async Task Keep_AFileCutShort_IsWrittenAnew()
    {
        var kept = await KeepAsync("value");
        await File.WriteAllTextAsync(FileOf(kept.Hash), "val", Cancel);

        await KeepAsync("value");

        Assert.Equal("value", await ReadAsync(_workspace, kept.Hash));
    }

    [Fact]
    public async Task ListIdle_LeftoversOfACutOffWrite_AreRemoved()
    {
        var kept = await KeepAsync("value");
        var leftover = FileOf(kept.Hash) + ".1234.part";
        await File.WriteAllTextAsync(leftover, "va", Cancel);

        Assert.Equal([kept.Hash], _blobs.ListIdle(_workspace, Later));

        Assert.False(File.Exists(leftover));
        Assert.Equal([_workspace], _blobs.ListWorkspaces());
    }

    [Fact]
    public async Task KeepAndDelete_AtOnce_NeverLoseWhatWasKeptLast()
    {
        for (var round = 0; round < 50; round++)
        {
            var kept = await KeepAsync("contended");
            Age(kept.Hash);
            var before = DateTime.UtcNow.AddMinutes(-10);

            await Task.WhenAll(Task.Run(() => _blobs.DeleteIdle(_workspace, kept.Hash, before), Cancel), Task.Run(() => KeepAsync("contended"), Cancel));

            Assert.Equal("contended", await ReadAsync(_workspace, kept.Hash));
        }
    }

    private string FileOf(string hash) => Path.Combine(_directory.Path, "blobs", _workspace.ToString("N"), hash[..2], hash);

    private void Age(string hash) => File.SetLastWriteTimeUtc(FileOf(hash), DateTime.UtcNow.AddDays(-1));

    private Task<BlobRef> KeepAsync(string value) => _blobs.KeepAsync(_workspace, Encoding.UTF8.GetBytes(value), Cancel);

    private async Task<string> ReadAsync(Guid workspace, string hash)
    {
        await using var stream = await _blobs.OpenAsync(workspace, hash, Cancel);
        using var reader = new StreamReader(stream!);
        return await reader.ReadToEndAsync(Cancel);
    }
}
