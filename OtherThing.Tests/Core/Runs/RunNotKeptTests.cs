using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Grains;
using OtherThing.Core.Runs.Journal;
using OtherThing.Core.Runs.Values;
using OtherThing.Core.Usage;

namespace OtherThing.Tests.Core.Runs;

/// <summary>A row that the database cannot keep ends its own run by name; it is tried twice and no lane waits for it.</summary>
public sealed class RunNotKeptTests(MemoryServer server) : IClassFixture<MemoryServer>
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_AWriteIsRefusedTwice_FailsByNameAndIsPutAside()
    {
        var (runId, run) = await RunAsync(CommitFault.None, CommitFault.Refused, CommitFault.Refused);

        Assert.Equal(RunStatus.Failed, run.Status);
        Assert.Null(run.WakeAt); // nobody has to look at it again
        var error = JsonSerializer.Deserialize<StepError>(run.Error!, Json.Options)!;
        Assert.Equal("run.not_kept", error.Code);
        Assert.Contains("Model of UsageEntries", error.Message, StringComparison.Ordinal);
        var aside = Assert.Single(server.Runs.Aside, row => row.SubjectId == runId);
        Assert.Equal(("UsageEntries", "Model"), (aside.Table, aside.Column));
    }

    [Fact]
    public async Task Run_TheFirstWriteIsRefusedTwice_IsThereFailedByName()
    {
        var (runId, run) = await RunAsync(CommitFault.Refused, CommitFault.Refused);

        Assert.Equal((RunStatus.Failed, (DateTime?)null), (run.Status, run.WakeAt));
        Assert.Equal("run.not_kept", JsonSerializer.Deserialize<StepError>(run.Error!, Json.Options)!.Code);
        Assert.Single(server.Runs.Aside, row => row.SubjectId == runId);
    }

    [Fact]
    public async Task Begin_TheRunsOwnRowIsRefused_IsANamedErrorAndNoRun()
    {
        var flow = await KeepFlowAsync();
        var (runId, starter) = (Guid.CreateVersion7(), server.Services.GetRequiredService<RunStarter>());
        var start = StartOf(flow);
        server.Runs.Plan(runId, Enumerable.Repeat(CommitFault.Refused, 12)); // whole, with the reason, and without its steps: each twice
        server.Executor.Succeeding[runId] = true;

        var begun = await starter.BeginAsync(start, null, runId);
        var waited = await starter.BeginAndWaitAsync(start, null, runId, s_patience);

        Assert.Equal("run.not_kept", begun.Error?.Code);
        Assert.Contains("Model of UsageEntries", begun.Error!.Message, StringComparison.Ordinal);
        Assert.Equal(begun.Error.ToString(), waited.Error?.ToString());
        Assert.Null(server.Runs.Find(runId));
        Assert.Contains(server.Runs.Aside, row => row.SubjectId == runId);
        Assert.Equal(
            RunStatus.Succeeded, (await starter.BeginAndWaitAsync(start, null, runId, s_patience)).Value.Status); // nothing stands in the way of the next try
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Run_AnEntryCannotBeWrittenForAnyReason_FailsWithIt(int broken)
    {
        var (_, run) = await RunAsync([CommitFault.None, .. Enumerable.Repeat(CommitFault.Broken, broken)]);

        Assert.Equal((RunStatus.Failed, (DateTime?)null), (run.Status, run.WakeAt));
        var error = JsonSerializer.Deserialize<StepError>(run.Error!, Json.Options)!;
        Assert.Equal("run.not_kept", error.Code);
        Assert.Contains("A value in it cannot be written.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_AWriteIsRefusedOnce_GoesOn()
    {
        var (runId, run) = await RunAsync(CommitFault.None, CommitFault.Refused);

        Assert.Equal(RunStatus.Succeeded, run.Status);
        Assert.DoesNotContain(server.Runs.Aside, row => row.SubjectId == runId);
    }

    [Theory]
    [InlineData("Lost")]
    [InlineData("Unheard")]
    [InlineData("Taken")]
    [InlineData("Refused")]
    public async Task Run_TheCommitOfACallFails_WhatItCostIsWrittenAllTheSame(string fault)
    {
        var planned = Enum.Parse<CommitFault>(fault);

        var (runId, _) = await RunAsync(usageFaults: 1, CommitFault.None, planned, planned == CommitFault.Refused ? planned : CommitFault.None);

        await Lab.Processes.Until.HoldsAsync(
            () => Task.FromResult(server.Runs.Used.ContainsKey($"{runId}:1")), "the usage of the first call is written", Cancel);
        Assert.Equal(7, server.Runs.Used[$"{runId}:1"].CostUnits);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(33)]
    [InlineData(64)]
    public async Task Commit_OneOfSixtyFourRefused_TheOthersAreWritten(int bad)
    {
        var store = new GatheringStore();
        using var journal = new RunJournal(store, server.Services.GetRequiredService<RunValues>(), TimeProvider.System, NullLogger<RunJournal>.Instance);
        // Gathered before the lane begins, so that they come as one group.
        var commits = Enumerable.Range(1, 64).Select(number => journal.CommitAsync(new RunWrite { Run = NewRun(number), IsNew = true })).ToArray();
        store.Refuses = bad;

        await journal.StartAsync(Cancel);
        var refused = await Assert.ThrowsAsync<RowRefusedException>(() => commits[bad - 1]);
        var others = await Task.WhenAll(commits.Where((_, i) => i != bad - 1));
        await journal.StopAsync(Cancel);

        Assert.Equal("ParentPath", refused.Column);
        Assert.All(others, Assert.True);
        Assert.Single(store.Aside);
        Assert.Equal(2, store.AloneTries);
        Assert.InRange(store.Commits, 2, 16); // halves, and not one by one
    }

    [Fact]
    public async Task Commit_TheDatabaseIsAway_EachOwnerHearsItAtOnce()
    {
        var store = new GatheringStore { Away = true };
        using var journal = new RunJournal(store, server.Services.GetRequiredService<RunValues>(), TimeProvider.System, NullLogger<RunJournal>.Instance);
        var commits = Enumerable.Range(1, 64).Select(number => journal.CommitAsync(new RunWrite { Run = NewRun(number), IsNew = true })).ToArray();

        await journal.StartAsync(Cancel);
        foreach (var commit in commits)
        {
            await Assert.ThrowsAsync<StoreUnavailableException>(() => commit);
        }

        await journal.StopAsync(Cancel);
        Assert.Equal(1, store.Commits);
        Assert.Empty(store.Aside);
    }

    private Task<(Guid Id, Run Run)> RunAsync(params CommitFault[] faults) => RunAsync(0, faults);

    private async Task<(Guid Id, Run Run)> RunAsync(int usageFaults, params CommitFault[] faults)
    {
        var flow = await KeepFlowAsync();
        var runId = Guid.CreateVersion7();
        server.Runs.Plan(runId, faults);
        server.Runs.UsageFaults[runId] = usageFaults;
        server.Executor.Succeeding[runId] = true;
        var grain = server.Services.GetRequiredService<IGrainFactory>().GetGrain<IRunGrain>(runId);
        await grain.StartAsync(StartOf(flow));
        Assert.True(await grain.WaitAsync(s_patience));
        return (runId, server.Runs.Find(runId)!);
    }

    private async Task<Flow> KeepFlowAsync()
    {
        var definition = JsonSerializer.Deserialize<FlowDocument>(
            """{"schema":1,"steps":[{"id":"start","type":"trigger.manual","config":{}},{"id":"call","type":"http.request","config":{"url":"http://x/2"}},{"id":"again","type":"http.request","config":{"url":"http://x/2"}}],"connections":[{"from":"start","to":"call"},{"from":"call","to":"again"}],"notes":[]}""",
            Json.Options)!;
        var flow = new Flow(Guid.CreateVersion7(), "Kept", "", definition, Guid.Empty, DateTime.UnixEpoch);
        await server.Versions.KeepVersionAsync(new FlowVersion(flow, Guid.Empty, DateTime.UnixEpoch), Cancel);
        return flow;
    }

    private static StartRun StartOf(Flow flow) => new()
    {
        WorkspaceId = flow.WorkspaceId,
        FlowId = flow.Id,
        FlowName = flow.Name,
        FlowVersion = flow.Revision,
        Trigger = RunTrigger.Manual,
        StartedBy = Guid.Empty,
        Input = "{}",
    };

    private static Run NewRun(int number) => new()
    {
        Id = Guid.CreateVersion7(),
        WorkspaceId = Guid.CreateVersion7(),
        FlowId = Guid.CreateVersion7(),
        FlowName = "Flow",
        FlowVersion = number,
        Status = RunStatus.Running,
        Trigger = RunTrigger.Manual,
        StartedBy = Guid.CreateVersion7(),
        Input = RunValue.Of("{}"),
        CreatedAt = DateTime.UnixEpoch,
        WakeAt = DateTime.UnixEpoch,
        Fence = 1,
    };

    /// <summary>Refuses the run with a number, wherever it comes.</summary>
    private sealed class GatheringStore : IRunJournalStore
    {
        public int Refuses { get; set; }

        public bool Away { get; set; }

        public int Commits { get; private set; }

        public int AloneTries { get; private set; }

        public List<RefusedRow> Aside { get; } = [];

        public Task<bool[]> CommitAsync(IReadOnlyList<RunWrite> writes, CancellationToken cancellationToken)
        {
            Commits++;
            if (Away)
            {
                throw new StoreUnavailableException(new TimeoutException("No answer."));
            }

            if (writes.Any(write => write.Run.FlowVersion == Refuses))
            {
                AloneTries += writes.Count == 1 ? 1 : 0;
                throw new RowRefusedException("Runs", "ParentPath", "ParentPath of Runs cannot keep it.");
            }

            return Task.FromResult(writes.Select(_ => true).ToArray());
        }

        public Task AddUsageAsync(IReadOnlyList<UsageEntry> entries, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task PutAsideAsync(RefusedRow row, CancellationToken cancellationToken)
        {
            Aside.Add(row);
            return Task.CompletedTask;
        }
    }
}
