using CsCheck;
using OtherThing.Core.Jobs;
using OtherThing.Core.Jobs.Machine;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Core.Jobs.Machine;

/// <summary>
/// Random conversations of one owner with three nodes over several jobs, with words that come twice, late, out of order, from others and under
/// old fences, with cuts, reboots, commits that lag and crashes; against a plain interpreter and against what really ran.
/// </summary>
public class JobMachineModelTests
{
    [Fact]
    public void RandomConversations_WithCrashes_AgreeWithTheReferenceAndWithWhatRan() => Gen.Int[0, int.MaxValue - 1].Array[5, 200].Sample(
        script =>
        {
            var world = new JobWorld();
            foreach (var dice in script)
            {
                world.Play(dice);
            }

            world.Settle();
        },
        iter: Effort.Of(3_000, 60_000));

    [Fact]
    public void Job_ThatHasEnded_RefusesEveryTransition()
    {
        var now = DateTime.UtcNow;
        var ended = NewJob().Queue().Assign(Guid.NewGuid(), Guid.NewGuid(), null, now).End(JobStatus.Failed, AttemptStatus.Failed, "x", "no", now);

        Assert.All(
            new Func<Job>[]
            {
                ended.Queue,
                ended.Disconnect,
                () => ended.Assign(Guid.NewGuid(), Guid.NewGuid(), null, now),
                () => ended.Accept(now),
                () => ended.Resume(now),
                () => ended.Cancel("no", now),
                () => ended.TimeOut(now),
                () => ended.Requeue(AttemptStatus.Lost, now),
                () => ended.End(JobStatus.Succeeded, AttemptStatus.Succeeded, null, null, now),
                () => ended.Measure(0, 1),
                () => ended.Note("bubblewrap", "none"),
            },
            change => Assert.Throws<InvalidOperationException>(change));
    }

    [Fact]
    public void Recover_BeatsCouldNotCome_NothingIsLostBeforeTwiceTheLease()
    {
        var (machine, began) = (new JobMachine(JobWorld.Terms), DateTime.UtcNow);
        var running = NewJob().Queue().Assign(Guid.NewGuid(), Guid.NewGuid(), null, began).Accept(began);
        var state = machine.Recover(running, default, new JobTime(began, TimeSpan.Zero));

        JobStep At(double leases) => machine.Apply(state, JobEvent.Tick.WithoutNode, new JobTime(began, JobWorld.Terms.Lease * leases));

        Assert.Null(At(1.99).Write);
        Assert.Equal(AttemptStatus.Disconnected, At(2).State.Job.AttemptStatus);
    }

    internal static Job NewJob(JobEffects effects = JobEffects.Safe, JobKind kind = JobKind.Command, DateTime? at = null) => new()
    {
        Id = Guid.CreateVersion7(),
        WorkspaceId = Guid.NewGuid(),
        UserId = Guid.NewGuid(),
        Kind = kind,
        Effects = effects,
        Spec = new JobSpec { Command = ["true"], TimeoutSeconds = 60 },
        CreatedAt = at ?? DateTime.UtcNow,
    };
}
