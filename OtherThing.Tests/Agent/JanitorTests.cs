using Microsoft.Extensions.Logging.Abstractions;
using OtherThing.Agent.Leftovers;
using OtherThing.Agent.Machine;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Agent;

public sealed class JanitorTests : IDisposable
{
    private const string OtherDisk = "/dev/shm";
    private readonly TestDirectory _directory = new();
    private readonly string _elsewhere = Path.Combine(OtherDisk, $"ot-janitor-{Guid.NewGuid():n}");

    public void Dispose()
    {
        _directory.Dispose();
        if (Directory.Exists(_elsewhere))
        {
            Directory.Delete(_elsewhere, recursive: true);
        }
    }

    [Fact]
    public async Task N10_Janitor_WhatCanNeitherBeRemovedNorMoved_KeepsItsNoteUntilItIsGone()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Directory.Exists(OtherDisk), "Only between two file systems nothing can be moved.");
        Directory.CreateDirectory(_elsewhere);
        var data = new DataDirectory(_directory.Path);
        var tried = new List<string>();

        await RunAsync(data, Resist, janitor => janitor.Discard(_elsewhere));
        var first = (Janitor.CountQuarantined(data), tried.Count);
        await RunAsync(data, Resist, janitor => janitor.TakeUp());
        var second = (Janitor.CountQuarantined(data), tried.Count);
        await RunAsync(data, FolderWipe.Remove, janitor => janitor.TakeUp());

        Assert.Equal(((1, 1), (1, 2)), (first, second));
        Assert.All(tried, path => Assert.Equal(_elsewhere, path));
        Assert.False(Directory.Exists(_elsewhere));
        Assert.Equal(0, Janitor.CountQuarantined(data));

        string? Resist(string path, CancellationToken cancellationToken)
        {
            tried.Add(path);
            return "It resists.";
        }
    }

    private static async Task RunAsync(DataDirectory data, Func<string, CancellationToken, string?> remove, Action<Janitor> give)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var janitor = new Janitor(data, TimeProvider.System, NullLogger.Instance) { Remove = remove };
        give(janitor);
        var running = janitor.RunAsync(stop.Token);
        await Patience.UntilAsync(() => janitor.IsIdle, "all was dealt with");
        await stop.CancelAsync();
        await running.WithPatience();
    }
}
