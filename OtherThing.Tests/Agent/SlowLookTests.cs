using OtherThing.Agent.Machine;
using OtherThing.Agent.Native;
using OtherThing.Agent.Sandboxes;
using OtherThing.Agent.Shims;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Agent;

/// <summary>A look at what a job uses that does not come back: whoever ends the job does not wait for it.</summary>
public sealed class SlowLookTests : IDisposable
{
    private readonly TestDirectory _directory = new();
    private readonly ManualResetEventSlim _released = new();
    private readonly TaskCompletionSource _looking = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _atOnce;
    private int _mostAtOnce;

    public void Dispose()
    {
        _released.Set();
        _directory.Dispose();
        _released.Dispose();
    }

    [Theory]
    [InlineData("limit.time")]
    [InlineData("cancelled")]
    [InlineData("lease_ended")]
    public async Task N09_Supervision_LookThatDoesNotAnswer_JobIsEndedAllTheSame(string reason)
    {
        var spec = NewSpec("sleep 600") with { WallMs = reason == "limit.time" ? 5_000 : 600_000 };

        var running = RunAsync(spec);
        await Task.WhenAny(_looking.Task, running).WithPatience();
        if (reason != "limit.time")
        {
            new AttemptFiles(spec.Directory).WriteControl(reason == "cancelled"
                ? new ShimControl { Kill = reason, GraceMs = 0 }
                : new ShimControl { LeaseUntilMs = Environment.TickCount64 });
        }

        var exit = await running.WithPatience();

        Assert.False(_released.IsSet);
        Assert.Equal((true, reason), (exit.Started, exit.Killed));
        // On a machine that stands still the time of a job may be over before anybody looked.
        Assert.InRange(_mostAtOnce, reason == "limit.time" ? 0 : 1, 1);
    }

    [Fact]
    public async Task N09_Supervision_LastLookDoesNotAnswer_EndIsToldToWhoWantsItStopped()
    {
        var spec = NewSpec("exit 7") with { WallMs = 600_000 };
        var files = new AttemptFiles(spec.Directory);

        var running = RunAsync(spec);
        await _looking.Task.WithPatience();
        // Once it is nobody's child any more, nothing that is wished for can have ended it.
        await Patience.UntilAsync(() => files.ReadChild() is { } child && ProcessTable.Find(child.Pid) is null, "the job has ended");
        files.WriteControl(new ShimControl { Kill = "cancelled", GraceMs = 0 });
        var exit = await running.WithPatience();

        Assert.False(_released.IsSet);
        Assert.Equal((true, 7, null), (exit.Started, exit.ExitCode, exit.ReasonCode));
    }

    [Fact]
    public async Task N09_Supervision_LookAnswersLate_AnswerIsTaken()
    {
        var spec = NewSpec("sleep 600") with { WallMs = 600_000 };

        var running = RunAsync(spec);
        await _looking.Task.WithPatience();
        _released.Set();
        var exit = await running.WithPatience();

        Assert.Equal((true, "limit.disk"), (exit.Started, exit.ReasonCode));
    }

    [Fact]
    public async Task N10_Wire_AgentThatReadsNothing_HoldsUpNobody()
    {
        var (ours, theirs) = FileDescriptor.CreateSocketPair();
        var wire = new ShimWire(ours, ours);

        await Task.Run(
            () =>
            {
                for (var i = 0; i < 100_000; i++)
                {
                    wire.Poke();
                }
            },
            TestContext.Current.CancellationToken).WithPatience();

        FileDescriptor.Close(theirs);
        FileDescriptor.Close(ours);
    }

    private ShimSpec NewSpec(string script)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Bubblewrap.Find() is not null, "bubblewrap is not installed");
        var scratch = Path.Combine(_directory.Path, "attempt");
        if (DataDirectory.IsRoot)
        {
            File.SetUnixFileMode(_directory.Path, (UnixFileMode)Convert.ToInt32("711", 8));
        }

        DataDirectory.CreatePassable(scratch);
        var spec = new ShimSpec
        {
            AttemptId = "slow",
            Directory = scratch,
            Sandbox = SandboxClass.Bubblewrap,
            User = DataDirectory.IsRoot ? UserRange.Default.First + 14 : null,
            Argv = ["sh", "-c", script],
            Env = new Dictionary<string, string> { ["PATH"] = Bubblewrap.DefaultPath },
            DiskBytes = 16 << 20,
        };
        spec.CreateWorkDirectory();
        return spec;
    }

    private Task<ShimExit> RunAsync(ShimSpec spec) => Task.Factory.StartNew(
        () => new Supervision(spec, new ShimWire(input: -1, output: -1), ownsOrphans: false) { SizeOf = Look }.Run(),
        TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Does not answer until it is released, and then with more than there may be.</summary>
    private (long, bool) Look(string path, long enough, CancellationToken cancellationToken)
    {
        _mostAtOnce = Math.Max(_mostAtOnce, Interlocked.Increment(ref _atOnce));
        _looking.TrySetResult();
        _released.Wait(CancellationToken.None);
        Interlocked.Decrement(ref _atOnce);
        return (enough + 1, true);
    }
}
