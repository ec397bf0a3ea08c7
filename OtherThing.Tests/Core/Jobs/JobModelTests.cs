using CsCheck;
using OtherThing.Core.Jobs;
using OtherThing.Core.Nodes;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Core.Jobs;

/// <summary>Random conversations (duplicates, stale fences, strangers, cuts, cancels, time) against what must always hold.</summary>
public sealed class JobModelTests
{
    private enum Act
    {
        Accept,
        Finish,
        FinishOld,
        FinishByStranger,
        Cancel,
        Cut,
        Return,
        Lease,
        Window,
    }

    [Fact]
    public async Task Job_AnyConversation_EndsOnceAndOnlyByItsOwnAttempt()
    {
        await using var bench = await DispatchBench.StartAsync();
        var node = await bench.AddNodeAsync(cores: 64);
        var stranger = await bench.AddNodeAsync(cores: 0.01);

        await Gen.Select(Gen.Enum<Act>().List[1, 12], Gen.Enum<JobEffects>()).SampleAsync(
            (acts, effects) => PlayAsync(bench, node, stranger, acts, effects), iter: Effort.Of(60, 600), threads: 1);
    }

    private static async Task PlayAsync(DispatchBench bench, BenchNode node, BenchNode stranger, List<Act> acts, JobEffects effects)
    {
        await node.ConnectAsync();
        var live = await bench.SubmitAsync(bench.NewJob(effects));
        var (assigned, finishedBy, cancelled, runs) = (await node.AssignedAsync(), (AttemptRef?)null, false, 0);
        Job? ended = null;
        foreach (var act in acts)
        {
            var now = await bench.ReadAsync(live.Row.Id);
            switch (act)
            {
                case Act.Accept:
                    runs += (await node.AckAsync(assigned, AttemptEventKind.Accepted, 1)).NotYours ? 0 : 1;
                    break;
                case Act.Finish:
                    if (!(await node.AckAsync(assigned, AttemptEventKind.Finished, 2)).NotYours)
                    {
                        finishedBy ??= BenchNode.Ref(assigned);
                    }

                    break;
                case Act.FinishOld:
                    await node.AckAsync(
                        assigned, AttemptEventKind.Finished, 2, old => old with { Attempt = old.Attempt with { Fence = old.Attempt.Fence - 1 } });
                    break;
                case Act.FinishByStranger:
                    await stranger.AckAsync(assigned, AttemptEventKind.Finished, 2);
                    break;
                case Act.Cancel:
                    cancelled |= await bench.Dispatcher.CancelAsync(live.Row.Id, "Enough.");
                    break;
                case Act.Cut:
                    node.Disconnect();
                    break;
                case Act.Return:
                    await node.ConnectAsync(new HeldAttempt(BenchNode.Ref(assigned), HeldState.Running, null));
                    break;
                case Act.Lease:
                    bench.Clock.Advance(TimeSpan.FromSeconds(91));
                    break;
                case Act.Window:
                    bench.Clock.Advance(TimeSpan.FromSeconds(601));
                    break;
            }

            foreach (var command in node.Unread().OfType<NodeCommand.Assign>().Where(assign => assign.Job.Id == live.Row.Id))
            {
                assigned = command.Job;
            }

            var after = await bench.ReadAsync(live.Row.Id);
            Assert.True(after.Fence >= now.Fence, "a fence went back");
            Assert.True(after.Revision >= now.Revision, "a revision went back");
            if (ended is not null)
            {
                Assert.Equal((ended.Status, ended.Revision, ended.ExitCode), (after.Status, after.Revision, after.ExitCode));
            }

            ended = after.Status.IsFinal() ? after : null;
            Assert.False(after.Status == JobStatus.Succeeded && cancelled && ended?.CancelRequestedAt is not null, "a cancelled job succeeded");
            Assert.False(after.Status == JobStatus.Succeeded && finishedBy is null, "a success that its own attempt never reported");
            Assert.False(effects == JobEffects.Once && after.EarlierAttempts.Any(attempt => attempt.Status == AttemptStatus.Lost), "a once job was repeated");
        }

        await bench.Dispatcher.CancelAsync(live.Row.Id, "The end of the play.");
        node.Say(assigned, AttemptEventKind.Killed, 3);
        bench.Clock.Advance(TimeSpan.FromSeconds(3));
        await DispatchBench.EndOf(live);
        node.Unread();
        stranger.Unread();
    }
}
