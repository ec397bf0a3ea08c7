using System.Text;
using CsCheck;
using OtherThing.Agent.Attempts;
using OtherThing.Agent.Identity;
using OtherThing.Agent.Link;
using OtherThing.Agent.Machine;
using OtherThing.Agent.Native;
using OtherThing.Agent.Policies;
using OtherThing.Agent.Shims;
using OtherThing.Protocol.V1;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Agent;

/// <summary>The agent's parts, one by one, without a server.</summary>
public sealed class PieceTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Backoff_GrowsToThirtySecondsAndStaysUnderItsBound()
    {
        var backoff = new Backoff(new Random(1));

        var waits = Enumerable.Range(0, 20).Select(_ => (Bound: backoff.Bound, Wait: backoff.Next())).ToArray();
        var bounds = waits.Select(step => step.Bound.TotalSeconds).ToArray();
        backoff.Reset();

        Assert.Equal([1, 2, 4, 8, 16, 30, 30], bounds[..7]);
        Assert.All(waits, step => Assert.InRange(step.Wait, TimeSpan.Zero, step.Bound));
        Assert.Equal(TimeSpan.FromSeconds(1), backoff.Bound);
    }

    [Theory]
    [InlineData("http://localhost:5080", true)]
    [InlineData("http://127.0.0.1:5080", true)]
    [InlineData("http://[::1]:5080", true)]
    [InlineData("https://ot.example.org", true)]
    [InlineData("http://ot.example.org", false)]
    [InlineData("http://192.168.0.7:5080", false)]
    [InlineData("http://localhost.example.org", false)]
    [InlineData("ftp://localhost", false)]
    [InlineData("ot.example.org", false)]
    public void ServerAddress_PlainHttp_OnlyToThisMachine(string address, bool accepted) =>
        Assert.Equal(accepted, ServerAddress.Problem(address) is null);

    [Fact]
    public void NodeKey_IsReadableByItsOwnerOnly()
    {
        var path = Path.Combine(_directory.Path, "node.key");

        using var key = NodeKey.Create(path);

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }

        Assert.Equal(64, key.ProvePoll("x").Length);
        using var again = NodeKey.Load(path);
        Assert.Equal(key.PublicKey, again.PublicKey);
    }

    [Fact]
    public async Task Journal_Reopened_HoldsWhatWasPromisedAndNotForgotten()
    {
        var path = Path.Combine(_directory.Path, "journal");
        var (journal, none) = AttemptJournal.Open(path);
        var assigns = Enumerable.Range(0, 50).Select(_ => NewAssign()).ToArray();
        await Task.WhenAll(assigns.Select(journal.AcceptAsync));
        foreach (var assign in assigns[..49])
        {
            journal.Forget(assign.AttemptId);
        }

        await journal.DisposeAsync();
        var (again, live) = AttemptJournal.Open(path);
        await again.DisposeAsync();

        Assert.Empty(none);
        Assert.Equal(assigns[49], Assert.Single(live));
    }

    [Fact]
    public async Task Journal_TornOrDamagedTail_KeepsEverythingBeforeIt()
    {
        var path = Path.Combine(_directory.Path, "journal");
        var (journal, _) = AttemptJournal.Open(path);
        var (first, second) = (NewAssign(), NewAssign());
        await journal.AcceptAsync(first);
        var whole = new FileInfo(path).Length;
        await journal.AcceptAsync(second);
        await journal.DisposeAsync();
        var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);

        for (var length = (int)whole; length < bytes.Length; length += 7)
        {
            await File.WriteAllBytesAsync(path, bytes[..length], TestContext.Current.CancellationToken);
            var (torn, live) = AttemptJournal.Open(path);
            await torn.DisposeAsync();
            Assert.Equal([first], live);
        }
    }

    [Fact]
    public void LogKeeper_AnyWrites_KeepsHeadAndTailExactly() => Gen.Select(Gen.Int[2, 200], Gen.Int[0, 120].Array[0, 12]).Sample((limit, sizes) =>
    {
        var path = Path.Combine(_directory.Path, Guid.NewGuid().ToString("n"));
        var written = new List<byte>();
        using var keeper = new LogKeeper(path, limit);
        foreach (var size in sizes)
        {
            var piece = Enumerable.Range(written.Count, size).Select(number => (byte)number).ToArray();
            written.AddRange(piece);
            keeper.Append(piece);
        }

        var extent = keeper.Finish();
        var kept = File.Exists(path) ? File.ReadAllBytes(path) : [];

        Assert.Equal(written.Count, extent.Total);
        Assert.Equal(Math.Min(written.Count, limit), kept.Length);
        Assert.Equal(written.Take((int)extent.Head).Concat(written.Skip((int)extent.TailStart)), kept);
        if (written.Count <= limit)
        {
            Assert.Equal(extent.Head, extent.TailStart);
        }
    });

    [Fact]
    public void ShimFrames_CutAnywhere_ComeOutWhole() => Gen.Byte.Array[0, 50].Array[1, 6].Select(Gen.Int[1, 20]).Sample((bodies, step) =>
    {
        var stream = bodies.SelectMany(body => ShimFrame.Encode(ShimFrameKind.Run, body)).ToArray();
        var buffer = new ShimFrameBuffer();
        var taken = new List<byte[]>();
        foreach (var piece in stream.Chunk(step))
        {
            buffer.Append(piece);
            while (buffer.TryTake(out _, out var body))
            {
                taken.Add(body);
            }
        }

        Assert.Equal(bodies, taken);
    });

    [Fact]
    public void GpuProbe_ReadsWhatTheToolPrints()
    {
        const string list = "GPU-aa, NVIDIA H100 80GB HBM3, 81559, 550.54.15\nGPU-bb, NVIDIA GeForce RTX 3090, 24576, 550.54.15\n";
        const string load = "GPU-aa, 80994, 17, 41\nGPU-bb, 24000, [N/A], [Not Supported]\n";

        var broken = GpuProbe.Read(
            "GPU-aa, NVIDIA A10G, [Unknown Error], 525.89\nUnable to determine the device handle for GPU0000:17:00.0: Unknown Error\n", "", 1_000);

        var found = GpuProbe.Read(list, "", 1_000);
        Assert.Equal(
            [("GPU-aa", "NVIDIA H100 80GB HBM3", 81559ul), ("GPU-bb", "NVIDIA GeForce RTX 3090", 24576ul)],
            found.Gpus.Select(gpu => (gpu.Id, gpu.Name, gpu.VramMb)));
        Assert.Null(found.Problem);
        Assert.Equal(
            [(80994ul, 0.17, 41.0), (24000ul, 0.0, 0.0)], GpuProbe.ParseLoad(load, 500).Select(gpu => (gpu.VramFreeMb, gpu.Utilization, gpu.TemperatureC)));
        Assert.Equal(500ul, Assert.Single(GpuProbe.ParseLoad("GPU-cc, [N/A], 3, 40\nGPU-dd, [GPU is lost], [GPU is lost], [GPU is lost]\n", 500)).VramFreeMb);
        Assert.Empty(broken.Gpus);
        Assert.Equal("GPU-aa: [Unknown Error] Unable to determine the device handle for GPU0000:17:00.0: Unknown Error", broken.Problem);
    }

    [Fact]
    public void Capacity_AsksBeyondTheOwnersCaps_AreRefusedUntilSomethingEnds()
    {
        var capacity =
            new Capacity(() => new Facts { CpuCores = 8, MemoryMb = 16_000, DiskFreeMb = 100_000, Gpus = { new Gpu { Id = "GPU-a", VramMb = 24_000 } } });
        var caps = Capacity.Caps(new LocalPolicy { CpuCores = 4, MemoryMb = 9_000 }, new Policy { Limits = new Limits { CpuMilli = 6_000, MemoryMb = 8_000 } });

        var first = capacity.TryReserve(new Limits { CpuMilli = 3_000, MemoryMb = 4_000, Gpus = 1, VramMb = 20_000 }, caps, gpusAllowed: true);
        var cpu = capacity.TryReserve(new Limits { CpuMilli = 1_500 }, caps, gpusAllowed: true);
        var memory = capacity.TryReserve(new Limits { MemoryMb = 4_001 }, caps, gpusAllowed: true);
        var gpu = capacity.TryReserve(new Limits { Gpus = 1 }, caps, gpusAllowed: true);
        capacity.Release(first.Reservation);
        var later = capacity.TryReserve(new Limits { CpuMilli = 4_000, Gpus = 1 }, caps, gpusAllowed: true);
        var none = capacity.TryReserve(new Limits { Gpus = 1 }, caps, gpusAllowed: false);

        Assert.Equal(["GPU-a"], first.Reservation!.Gpus);
        Assert.All([cpu, memory, gpu, none], refused => Assert.NotNull(refused.Problem));
        Assert.NotNull(later.Reservation);
    }

    [Fact]
    public void N09_Capacity_JobsThatAskForNothing_StayWithinTheCapsTogether()
    {
        var capacity = new Capacity(() => new Facts { CpuCores = 2, MemoryMb = 8_000, DiskMb = 100_000, DiskFreeMb = 50_000 });
        var caps = Capacity.Caps(new LocalPolicy { MemoryMb = 1_000, StorageMb = 2_000 }, server: null);

        var taken =
            Enumerable.Range(0, 300).Select(_ => capacity.TryReserve(new Limits(), caps, gpusAllowed: true).Reservation).OfType<Reservation>().ToArray();
        var asked = capacity.TryReserve(new Limits { MemoryMb = 500 }, caps, gpusAllowed: true);
        var held = capacity.Hold(new Limits { MemoryMb = 500 }, caps, gpusAllowed: true);

        Assert.InRange(taken.Length, 4, 20);
        Assert.InRange(taken.Sum(one => (long)one.MemoryMb), 500, 1_000);
        Assert.InRange(taken.Sum(one => (long)one.DiskMb), 500, 2_000);
        Assert.All(taken, one => Assert.True(one is { MemoryMb: >= 64, DiskMb: >= 64 }));
        Assert.NotNull(asked.Problem);
        Assert.Equal(500ul, held.MemoryMb);
    }

    [Fact]
    public void N09_Capacity_DiskAskedForTogether_StaysWithinTheCap()
    {
        var capacity = new Capacity(() => new Facts { CpuCores = 8, MemoryMb = 8_000, DiskMb = 100_000, DiskFreeMb = 50_000 });
        var caps = Capacity.Caps(new LocalPolicy { StorageMb = 10_000 }, server: null);

        var (first, second) = (capacity.TryReserve(new Limits { DiskMb = 6_000 }, caps, true), capacity.TryReserve(new Limits { DiskMb = 6_000 }, caps, true));

        Assert.NotNull(first.Reservation);
        Assert.Contains("4000 MiB are free of the 10000 MiB lent", second.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void N09_Facts_WorkOnAnotherDisk_WeighThatDisk()
    {
        const string other = "/dev/shm";
        Assert.SkipUnless(OperatingSystem.IsLinux() && Directory.Exists(other), "There is no second file system that everybody may use.");
        var work = Path.Combine(other, $"ot-work-{Guid.NewGuid():n}");
        Directory.CreateDirectory(work);
        try
        {
            var data = new DataDirectory(_directory.Path);
            Directory.CreateSymbolicLink(data.Attempts, work);
            Assert.SkipUnless(new DriveInfo(other).TotalSize >> 20 != new DriveInfo(data.Root).TotalSize >> 20, "Both are of the same size.");

            Assert.Equal((ulong)(new DriveInfo(other).TotalSize >> 20), new MachineFacts(data).Read().DiskMb);
        }
        finally
        {
            Directory.Delete(work);
        }
    }

    [Fact]
    public void N09_Facts_DataThatJobsCannotReach_WeighWhereTheyWork()
    {
        Assert.SkipUnless(DataDirectory.IsRoot && Directory.Exists("/dev/shm"), "Only the jobs of root's agent work elsewhere.");
        var shut = Path.Combine("/dev/shm", $"ot-shut-{Guid.NewGuid():n}");
        Directory.CreateDirectory(shut, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var data = new DataDirectory(Path.Combine(shut, "agent"));
        try
        {
            Assert.StartsWith("/var/tmp/", data.Attempts, StringComparison.Ordinal);
            Assert.Equal((ulong)(new DriveInfo("/var/tmp").TotalSize >> 20), new MachineFacts(data).Read().DiskMb);
        }
        finally
        {
            Directory.Delete(shut, recursive: true);
            Directory.Delete(Path.GetDirectoryName(data.Attempts)!, recursive: true);
        }
    }

    public static TheoryData<Action<Assign>, string> OutOfRange => new()
    {
        { assign => assign.Spec.Limits.MemoryMb = ulong.MaxValue, "limits.memoryMb" },
        { assign => assign.Spec.Limits.MemoryMb = 1UL << 44, "limits.memoryMb" },
        { assign => assign.Spec.Limits.DiskMb = ulong.MaxValue, "limits.diskMb" },
        { assign => assign.Spec.Limits.DiskMb = 1UL << 43, "limits.diskMb" },
        { assign => assign.Spec.Limits.CpuMilli = uint.MaxValue, "limits.cpuMilli" },
        { assign => assign.Spec.Limits.Pids = uint.MaxValue, "limits.pids" },
        { assign => assign.Spec.Limits.WallS = uint.MaxValue, "limits.wallS" },
        { assign => assign.Spec.Limits.Gpus = uint.MaxValue, "limits.gpus" },
        { assign => assign.Spec.Limits.VramMb = ulong.MaxValue, "limits.vramMb" },
        { assign => assign.LeaseS = uint.MaxValue, "leaseS" },
        { assign => assign.Fence = ulong.MaxValue, "fence" },
        { assign => assign.Spec.Argv.Add(Enumerable.Repeat("x", 5_000)), "argv" },
        { assign => assign.Spec.Script = new string('x', 4 << 20), "spec" },
    };

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void N05_Assign_NumberOutOfRange_IsRefusedByItsName(Action<Assign> change, string field)
    {
        var assign = NewAssign();
        assign.Fence = 1;
        assign.WorkspaceId = Guid.NewGuid().ToString();
        assign.Spec = new JobSpec { Kind = JobKind.Command, Argv = { "true" }, Limits = new Limits() };
        var fine = Ranges.Check(assign);
        change(assign);

        var refusal = Ranges.Check(assign);

        Assert.Null(fine);
        Assert.Equal("invalid", refusal?.Code);
        Assert.StartsWith(field + ":", refusal?.Words, StringComparison.Ordinal);
    }

    [Fact]
    public void Cores_KernelList_IsReadWhole() => Assert.Equal([0, 1, 2, 3, 8, 10, 11], MachineFacts.ParseCores("\t0-3,8,10-11\n"));

    private static Assign NewAssign() => new()
    {
        AttemptId = Guid.CreateVersion7().ToString(),
        Fence = 3,
        Spec = new JobSpec { Kind = JobKind.Command, Argv = { "true" }, Script = Encoding.UTF8.GetString(new byte[100]) },
    };

    [Fact]
    public void PolicyFile_WithFieldsLeftOut_KeepsTheirDefaults()
    {
        var file = new PolicyFile(_directory.Path);
        File.WriteAllText(file.Path, """{"kinds":["command"]}""");

        var (policy, problem) = file.Read();

        Assert.Null(problem);
        Assert.Equal(["command"], policy.Kinds);
        Assert.Equal(("none", 0, 0, 0), (policy.Network, policy.Workspaces.Count, policy.Labels.Count, policy.Unsandboxed.Count));
    }

    [Theory]
    [InlineData("""{"kinds":null}""")]
    [InlineData("""{"workspaces":null}""")]
    [InlineData("""{"kinds":["everything"]}""")]
    [InlineData("""{"unsandboxed":["everybody"]}""")]
    [InlineData("""{"jobUsers":"0-65535"}""")]
    [InlineData("""{"network":"host"}""")]
    [InlineData("null")]
    [InlineData("")]
    public void PolicyFile_NotAPolicy_AllowsNothingAndSaysWhy(string text)
    {
        var file = new PolicyFile(_directory.Path);
        File.WriteAllText(file.Path, text);

        var (policy, problem) = file.Read();

        Assert.NotNull(problem);
        Assert.True(policy.Paused);
        Assert.Empty(policy.Kinds);
    }

    [Fact]
    public void N09_ProcUse_HugePages_AreItsMemory()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has /proc.");
        Directory.CreateDirectory(Path.Combine(_directory.Path, "7"));
        File.WriteAllText(
            Path.Combine(_directory.Path, "7", "status"),
            "Name:\tjob\nRssAnon:\t    100 kB\nRssShmem:\t      8 kB\nVmSwap:\t      20 kB\nHugetlbPages:\t    2048 kB\nThreads:\t3\n");
        File.WriteAllText(
            Path.Combine(_directory.Path, "7", "smaps_rollup"),
            "Rss: 2168 kB\nPss_Anon:     100 kB\nPss_Shmem:      4 kB\nShared_Hugetlb:        1024 kB\nPrivate_Hugetlb:       1024 kB\nSwapPss:       20 kB\n");
        using var proc = new ProcFiles(_directory.Path);

        Assert.Equal(new ProcessUse(2168 << 10, 8 << 10, 3), proc.Use(7));
        Assert.Equal((2168L << 10, 4L << 10), proc.Proportional(7));
    }

    [Fact]
    public void ProcSeenBy_ProcessWhoseSandboxDoesNotStandYet_IsNone()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has /proc.");

        // It sees the machine's own: to count that would be to count everybody's processes as the job's.
        Assert.Null(ProcFiles.SeenBy(Environment.ProcessId));
    }
}
