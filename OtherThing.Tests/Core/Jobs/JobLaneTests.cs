using System.Reflection;
using OtherThing.Core.Jobs;
using OtherThing.Core.Nodes;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Core.Jobs;

/// <summary>The dispatcher's loop waits for no query, and takes over only what is its own.</summary>
public sealed class JobLaneTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task NodesAreReadSlowly_WhatRunsGoesOnAndWhatWaitsIsPlacedAfterwards()
    {
        var slow = new TaskCompletionSource();
        var nodes = new[] { (SlowNodes?)null };
        await using var bench = await DispatchBench.StartAsync(wrapNodes: store => (nodes[0] = SlowNodes.Around(store)).Store);
        using var release = new Releasing(slow); // whatever becomes of this test, the dispatcher has to be able to stop
        var node = await bench.AddNodeAsync();
        var running = await bench.SubmitAsync(bench.NewJob());
        var assigned = await node.AssignedAsync();
        nodes[0]!.Wait = slow.Task;
        bench.Dispatcher.NodesChanged();

        // A job that needs to know its nodes waits for them, and nobody else with it.
        var waiting = bench.SubmitAsync(bench.NewJob());
        var accepted = await node.AckAsync(assigned, AttemptEventKind.Accepted, 1);
        await node.AckAsync(assigned, AttemptEventKind.Finished, 2);
        var ended = await DispatchBench.EndOf(running);
        var waits = !waiting.IsCompleted;
        release.Dispose();
        var placed = await waiting.WithPatience();

        Assert.False(accepted.NotYours);
        Assert.Equal(JobStatus.Succeeded, ended.Status);
        Assert.True(waits);
        Assert.Equal(placed.Row.Id, (await node.AssignedAsync()).Id);
    }

    [Fact]
    public async Task NodesCannotBeRead_JobsWaitAndArePlacedWhenTheyCanAgain()
    {
        var nodes = new[] { (SlowNodes?)null };
        await using var bench = await DispatchBench.StartAsync(wrapNodes: store => (nodes[0] = SlowNodes.Around(store)).Store);
        var node = await bench.AddNodeAsync();
        nodes[0]!.Wait = Task.FromException(new IOException("The database is away."));

        var job = await bench.SubmitAsync(bench.NewJob());
        var status = (await bench.ReadAsync(job.Row.Id)).Status;
        nodes[0]!.Wait = Task.CompletedTask;
        bench.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(JobStatus.Queued, status);
        Assert.Equal(job.Row.Id, (await node.AssignedAsync()).Id);
    }

    [Fact]
    public async Task Restart_OfOneOwnerAmongSeveral_TakesOverItsShareAlone()
    {
        await using var bench = await DispatchBench.StartAsync();
        var (mine, others) = (await bench.AddNodeAsync(cores: 0.25), await bench.AddNodeAsync(cores: 0.25));
        await bench.SubmitAsync(bench.NewJob());
        await bench.SubmitAsync(bench.NewJob());
        var (own, foreign) = (await mine.AssignedAsync(), await others.AssignedAsync());
        await mine.AckAsync(own, AttemptEventKind.Accepted, 1);
        await others.AckAsync(foreign, AttemptEventKind.Accepted, 1);
        var queued = await bench.SubmitAsync(bench.NewJob());

        await bench.RestartAsync(new JobShare { NodeIds = [mine.NodeId], WithQueue = false });
        await bench.Dispatcher.UnwrittenLogAsync(own.Id); // it is past its recovery
        bench.Clock.Advance(TimeSpan.FromSeconds(181));
        await Patience.UntilAsync(
            () => bench.ReadAsync(own.Id), row => row.AttemptStatus == AttemptStatus.Disconnected, "the lease of its own job is over");

        Assert.Equal(1, bench.Dispatcher.OpenCount);
        Assert.Equal(AttemptStatus.Running, (await bench.ReadAsync(foreign.Id)).AttemptStatus);
        Assert.Null(bench.Dispatcher.Find(queued.Row.Id));
        Assert.Equal(
            [queued.Row.Id], (await bench.Store.ListOpenAsync(new JobShare { NodeIds = [] }, Cancellation)).Select(job => job.Id));
    }

    private sealed class Releasing(TaskCompletionSource held) : IDisposable
    {
        public void Dispose() => held.TrySetResult();
    }

    /// <summary>What the database says of nodes, late or never.</summary>
    public class SlowNodes : DispatchProxy
    {
        private INodeStore _store = null!;

        public Task Wait { get; set; } = Task.CompletedTask;

        public static SlowNodes Around(INodeStore store)
        {
            var slow = (SlowNodes)(object)Create<INodeStore, SlowNodes>();
            slow._store = store;
            return slow;
        }

        public INodeStore Store => (INodeStore)(object)this;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name == nameof(INodeStore.ListServingIdsAsync)
            ? LateAsync((Guid)args![0]!, (CancellationToken)args[1]!)
            : targetMethod.Invoke(_store, args);

        private async Task<IReadOnlyList<Guid>> LateAsync(Guid workspaceId, CancellationToken cancellationToken)
        {
            await Wait;
            return await _store.ListServingIdsAsync(workspaceId, cancellationToken);
        }
    }
}
