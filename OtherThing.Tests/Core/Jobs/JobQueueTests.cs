using OtherThing.Core.Jobs;
using OtherThing.Core.Jobs.Dispatch;

namespace OtherThing.Tests.Core.Jobs;

public sealed class JobQueueTests
{
    [Fact]
    public void Place_TwoWorkspaces_TakeTurnsByWhatTheyHaveRunning()
    {
        var (queue, big, small) = (new JobQueue((_, _) => { }), Guid.NewGuid(), Guid.NewGuid());
        for (var count = 0; count < 100; count++)
        {
            queue.Add(JobIn(big));
        }

        queue.Add(JobIn(small));
        queue.Add(JobIn(small));
        var order = new List<Guid>();

        queue.Place(job =>
        {
            if (order.Count == 4)
            {
                return false;
            }

            order.Add(job.Row.WorkspaceId);
            queue.Began(job.Row.WorkspaceId);
            return true;
        });

        Assert.Equal(2, order.Count(workspace => workspace == small));
        Assert.Equal(98, queue.Count);
    }

    [Fact]
    public void Place_FirstFitsNowhere_DoesNotHoldUpTheRest()
    {
        var (queue, workspace) = (new JobQueue((_, _) => { }), Guid.NewGuid());
        var stuck = JobIn(workspace);
        var free = JobIn(workspace);
        queue.Add(stuck);
        queue.Add(free);
        var placed = new List<LiveJob>();

        queue.Place(job =>
        {
            if (job == stuck)
            {
                return false;
            }

            placed.Add(job);
            return true;
        });

        Assert.Equal([free], placed);
        Assert.Equal(1, queue.Count);
    }

    private static LiveJob JobIn(Guid workspaceId) => new(new Job
    {
        Id = Guid.NewGuid(),
        WorkspaceId = workspaceId,
        UserId = Guid.NewGuid(),
        Kind = JobKind.Command,
        Effects = JobEffects.Safe,
        Spec = new JobSpec(),
        CreatedAt = DateTime.UtcNow,
    });
}
