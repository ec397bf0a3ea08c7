using OtherThing.Core.Jobs;
using OtherThing.Core.Jobs.Dispatch;
using OtherThing.Core.Nodes;

namespace OtherThing.Tests.Core.Jobs;

public sealed class PlacementTests
{
    public static TheoryData<JobRequirements, string?> Demands => new()
    {
        { new JobRequirements(), null },
        { new JobRequirements { CpuCores = 3 }, "it lends 2 cores, the job needs 3" },
        { new JobRequirements { MemoryMb = 4097 }, "it lends 4096 MiB of memory, the job needs 4097" },
        { new JobRequirements { GpuCount = 1 }, null },
        { new JobRequirements { VramMb = 20_000 }, null },
        { new JobRequirements { GpuCount = 2 }, "it lends 1 GPUs of that size, the job needs 2" },
        { new JobRequirements { VramMb = 40_000 }, "it lends 0 GPUs of that size, the job needs 1" },
        { new JobRequirements { Os = "windows" }, "it runs linux, the job needs windows" },
        { new JobRequirements { Labels = ["fast", "quiet"] }, "it lacks the label quiet" },
        { new JobRequirements { NodeId = Guid.NewGuid() }, "the job names another machine" },
    };

    [Theory]
    [MemberData(nameof(Demands))]
    public void Unfit_Demand_SaysWhy(JobRequirements demand, string? reason) =>
        Assert.Equal(reason, Placement.Unfit(Profile(), JobOf(demand), leastSandbox: null));

    [Fact]
    public void Unfit_KindTheOwnerDoesNotAllow_SaysHowToAllowIt()
    {
        var profile = Profile();

        var reason = Placement.Unfit(profile with { Facts = profile.Facts with { Kinds = ["script"] } }, JobOf(new JobRequirements()), leastSandbox: null);

        Assert.Contains("--allow command", reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bubblewrap", "bubblewrap", null)]
    [InlineData("bubblewrap", "container", null)]
    [InlineData("process", "process", null)]
    [InlineData("process", "container", "the workspace asks for container at least, it has process")]
    [InlineData("jobobject", "bubblewrap", "the workspace asks for bubblewrap at least, it has jobobject")]
    [InlineData("something newer", "container", "the workspace asks for container at least, it has something newer")]
    [InlineData("none", null, "no sandbox works on it and its owner does not let jobs run without one: bubblewrap (bwrap) is not installed.")]
    public void N09_Unfit_Sandbox_MustBeWhatTheWorkspaceAsks(string sandbox, string? least, string? reason)
    {
        var profile = Profile();
        var facts = profile.Facts with { Sandbox = sandbox, SandboxProblem = "bubblewrap (bwrap) is not installed." };

        Assert.Equal(reason, Placement.Unfit(profile with { Facts = facts }, JobOf(new JobRequirements()), least));
    }

    [Fact]
    public void N09_Unfit_ProcessForOtherWorkspacesOnly_SaysHowToAllowThisOne()
    {
        var profile = Profile();
        var job = JobOf(new JobRequirements());
        NodeProfile For(params Guid[] named) => profile with { Facts = profile.Facts with { Sandbox = "process", Unsandboxed = named } };

        Assert.Null(Placement.Unfit(For(job.WorkspaceId), job, leastSandbox: null));
        Assert.Contains($"--allow-unsandboxed {job.WorkspaceId}", Placement.Unfit(For(Guid.NewGuid()), job, leastSandbox: null), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none", "full", "the job needs the network, it lends none")]
    [InlineData("none", "none", null)]
    [InlineData("full", "full", null)]
    [InlineData("host", "full", null)]
    public void N05_Unfit_Network_MustBeLent(string lent, string? asked, string? reason)
    {
        var profile = Profile();

        Assert.Equal(reason, Placement.Unfit(
            profile with { Facts = profile.Facts with { Network = lent } }, JobOf(new JobRequirements { Network = asked }), leastSandbox: null));
    }

    [Fact]
    public void Full_ReservedCores_LeaveNoRoom()
    {
        var slot = new NodeSlot(Profile());
        var whole = JobOf(new JobRequirements { CpuCores = 1.5 });
        slot.Reserve(new LiveJob(whole));

        var (second, small) = (Placement.Full(slot, JobOf(new JobRequirements { CpuCores = 1 })), Placement.Full(slot, JobOf(new JobRequirements())));
        slot.Release(new LiveJob(whole));

        Assert.Equal("1.5 of its 2 cores are taken", second);
        Assert.Null(small);
        Assert.Null(Placement.Full(slot, JobOf(new JobRequirements { CpuCores = 2 })));
    }

    [Fact]
    public void Score_WorkWithoutGpu_PrefersTheMachineWithoutOne()
    {
        var profile = Profile();
        var plain = new NodeSlot(profile with { Lent = profile.Lent with { Gpus = [] } });

        Assert.True(Placement.Score(plain, JobOf(new JobRequirements())) < Placement.Score(new NodeSlot(profile), JobOf(new JobRequirements())));
    }

    private static NodeProfile Profile()
    {
        var facts = new NodeFacts
        {
            Os = "linux",
            Kinds = ["command"],
            Labels = ["fast"],
            Resources = new NodeResources { CpuCores = 8, MemoryMb = 8192, Gpus = [new NodeGpu("A", 24_000), new NodeGpu("B", 8_000)] },
            Policy = new NodeLimits { MemoryMb = 4096 },
        };
        return new NodeProfile(
            Guid.NewGuid(), "bench", Guid.NewGuid(), facts, LentResources.Of(facts, new NodeLimits { CpuCores = 2, GpuCount = 1 }), Closed: null);
    }

    private static Job JobOf(JobRequirements demand) => new()
    {
        Id = Guid.NewGuid(),
        WorkspaceId = Guid.NewGuid(),
        UserId = Guid.NewGuid(),
        Kind = JobKind.Command,
        Effects = JobEffects.Safe,
        Spec = new JobSpec { Command = ["true"], Requirements = demand },
        CreatedAt = DateTime.UtcNow,
    };
}
