using OtherThing.Core.Jobs;
using OtherThing.Core.Results;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Core.Jobs;

/// <summary>A value longer than its column ends its own job by name, and nobody else's.</summary>
public sealed class JobNotKeptTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Submit_StepPathTooLong_IsRefusedByNameAndTheOthersGoOn()
    {
        await using var bench = await DispatchBench.StartAsync();
        var node = await bench.AddNodeAsync();
        var bad = bench.NewJob() with { StepPath = new string('p', Job.MaxStepPath + 1) };

        var refused = bench.SubmitAsync(bad);
        var good = await bench.SubmitAsync(bench.NewJob());

        Assert.Equal("StepPath", (await Assert.ThrowsAsync<RowRefusedException>(() => refused)).Column);
        Assert.Equal(good.Row.Id, (await node.AssignedAsync()).Id);
        Assert.Null(await bench.Store.FindAsync(bad.Id, Cancellation));
        await Patience.UntilAsync(() => bench.Dispatcher.Find(bad.Id) is null, "the refused job is let go");
    }

    [Fact]
    public async Task Event_ItsEndIsRefused_FailsTheJobByNameAndTheNextOneRuns()
    {
        await using var bench = await DispatchBench.StartAsync(store => new RefusingStore(store));
        var node = await bench.AddNodeAsync();
        var job = await bench.SubmitAsync(bench.NewJob());
        var assigned = await node.AssignedAsync();

        node.Say(assigned, AttemptEventKind.Finished, 1);
        var result = await DispatchBench.EndOf(job);
        var row = await bench.ReadAsync(job.Row.Id);
        var next = await bench.SubmitAsync(bench.NewJob());

        Assert.Equal((JobStatus.Failed, "job.not_kept"), (row.Status, row.ErrorCode));
        Assert.Equal(JobStatus.Failed, result.Status);
        Assert.Contains("Sandbox of Jobs", result.Error, StringComparison.Ordinal);
        Assert.Equal(next.Row.Id, (await node.AssignedAsync()).Id);
    }

    [Fact]
    public async Task Event_AReasonLongerThanItsColumn_EndsTheJobWithTheReasonCut()
    {
        await using var bench = await DispatchBench.StartAsync();
        var node = await bench.AddNodeAsync();
        var job = await bench.SubmitAsync(bench.NewJob());
        var assigned = await node.AssignedAsync();

        node.Say(assigned, AttemptEventKind.Lost, 1, end => end with { Reason = new string('r', 1_500) });
        await DispatchBench.EndOf(job);
        var row = await bench.ReadAsync(job.Row.Id);

        Assert.Equal((JobStatus.Unknown, "job.unknown"), (row.Status, row.ErrorCode));
        Assert.Equal(Job.MaxError, row.Error!.Length);
        Assert.EndsWith("…", row.Error, StringComparison.Ordinal);
    }

    /// <summary>Refuses the end of every first job.</summary>
    private sealed class RefusingStore(IJobStore store) : IJobStore
    {
        private Guid _bad;

        public Task<bool[]> CommitAsync(IReadOnlyList<JobWrite> writes, CancellationToken cancellationToken)
        {
            foreach (var update in writes.OfType<JobWrite.Update>().Where(update => update.Job.Status == JobStatus.Succeeded))
            {
                _bad = _bad == Guid.Empty ? update.Job.Id : _bad;
                if (_bad == update.Job.Id)
                {
                    throw new RowRefusedException("Jobs", "Sandbox", "Sandbox of Jobs takes 20 characters, and there were 21.");
                }
            }

            return store.CommitAsync(writes, cancellationToken);
        }

        public Task PutAsideAsync(RefusedRow row, CancellationToken cancellationToken) => store.PutAsideAsync(row, cancellationToken);

        public Task<Job?> FindAsync(Guid workspaceId, Guid jobId, CancellationToken cancellationToken) =>
            store.FindAsync(workspaceId, jobId, cancellationToken);

        public Task<Job?> FindAsync(Guid jobId, CancellationToken cancellationToken) => store.FindAsync(jobId, cancellationToken);

        public Task<Page<Job>> ListAsync(Guid workspaceId, JobStatus? status, PageRequest page, CancellationToken cancellationToken) =>
            store.ListAsync(workspaceId, status, page, cancellationToken);

        public Task<IReadOnlyList<Job>> ListOnNodeAsync(
            Guid nodeId, IReadOnlyCollection<Guid>? workspaceIds, int limit, CancellationToken cancellationToken) =>
            store.ListOnNodeAsync(nodeId, workspaceIds, limit, cancellationToken);

        public Task<IReadOnlyList<Job>> ListOpenAsync(JobShare share, CancellationToken cancellationToken) => store.ListOpenAsync(share, cancellationToken);

        public Task<IReadOnlyList<StoredLog>> ReadLogAsync(Guid attemptId, CancellationToken cancellationToken) =>
            store.ReadLogAsync(attemptId, cancellationToken);

        public Task<JobBatch?> FindBatchAsync(Guid workspaceId, Guid batchId, CancellationToken cancellationToken) =>
            store.FindBatchAsync(workspaceId, batchId, cancellationToken);
    }
}
