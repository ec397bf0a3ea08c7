using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OtherThing.Core.Access;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Journal;
using OtherThing.Core.Steps;
using OtherThing.Core.Triggers;
using OtherThing.Core.Usage;

namespace OtherThing.Tests.Core.Runs;

/// <summary>What goes wrong with one commit of a run.</summary>
internal enum CommitFault
{
    None,

    /// <summary>Another owner was faster.</summary>
    Taken,

    /// <summary>It fails and nothing is written: the owner died before it.</summary>
    Lost,

    /// <summary>It is written, and nobody hears of it: the owner died after it.</summary>
    Unheard,

    /// <summary>The database cannot keep it.</summary>
    Refused,

    /// <summary>It cannot even be made: a fault of our own.</summary>
    Broken,
}

/// <summary>
/// Runs and their journal in memory, by the rules of the database: fences, final rows, one entry per sequence. Commits fail as a test
/// plans it, run by run, with an <see cref="IOException"/>.
/// </summary>
internal sealed class MemoryRuns : IRunStore, IRunJournalStore
{
    private readonly ConcurrentDictionary<Guid, Row> _rows = new();
    private readonly ConcurrentDictionary<Guid, Queue<CommitFault>> _plans = new();

    /// <summary>Plans what becomes of a run's commits, in order; those after go well.</summary>
    public void Plan(Guid runId, IEnumerable<CommitFault> faults) => _plans[runId] = new(faults);

    /// <summary>Takes a run out of memory.</summary>
    public (Run Run, IReadOnlyList<RunJournalEntry> Journal) Take(Guid runId)
    {
        _plans.TryRemove(runId, out _);
        return _rows.TryRemove(runId, out var row) ? (row.Run, row.Journal) : throw new InvalidOperationException("There is no such run.");
    }

    public IReadOnlyList<RunJournalEntry> JournalOf(Guid runId) => _rows[runId].Journal;

    public Run? Find(Guid runId) => _rows.TryGetValue(runId, out var row) ? row.Run : null;

    public Task<bool[]> CommitAsync(IReadOnlyList<RunWrite> writes, CancellationToken cancellationToken)
    {
        if (writes.Count > 1 && writes.Any(write => Next(write) is CommitFault.Lost or CommitFault.Unheard or CommitFault.Refused or CommitFault.Broken))
        {
            throw new IOException("One of the group will fail."); // all or nothing; the journal tries them one by one
        }

        return Task.FromResult(writes.Select(Commit).ToArray());
    }

    /// <summary>What was put aside.</summary>
    public ConcurrentQueue<RefusedRow> Aside { get; } = new();

    public Task PutAsideAsync(RefusedRow row, CancellationToken cancellationToken)
    {
        Aside.Enqueue(row);
        return Task.CompletedTask;
    }

    /// <summary>The entries that were written, by call.</summary>
    public ConcurrentDictionary<string, UsageEntry> Used { get; } = new(StringComparer.Ordinal);

    /// <summary>How often the database does not answer when usage of these runs is written by itself.</summary>
    public ConcurrentDictionary<Guid, int> UsageFaults { get; } = new();

    public Task AddUsageAsync(IReadOnlyList<UsageEntry> entries, CancellationToken cancellationToken)
    {
        foreach (var runId in entries.Select(entry => entry.RunId!.Value).Distinct())
        {
            if (UsageFaults.AddOrUpdate(runId, -1, static (_, left) => left - 1) >= 0)
            {
                throw new IOException("No answer.");
            }
        }

        Add(entries);
        return Task.CompletedTask;
    }

    public Task<Run?> FindAsync(Guid workspaceId, Guid runId, CancellationToken cancellationToken) => Task.FromResult(Find(runId));

    public Task<Run?> FindAsync(Guid runId, CancellationToken cancellationToken) => Task.FromResult(Find(runId));

    public Task<Run?> FindBriefAsync(Guid workspaceId, Guid runId, CancellationToken cancellationToken) => Task.FromResult(Find(runId));

    public Task<Run?> TakeOwnershipAsync(Guid runId, CancellationToken cancellationToken) =>
        Task.FromResult(_rows.TryGetValue(runId, out var row) ? row.Own() : null);

    public Task<bool> HasBlobAsync(Guid workspaceId, Guid runId, string hash, CancellationToken cancellationToken) => Task.FromResult(false);

    public Task<Page<Run>> ListAsync(Guid workspaceId, RunFilter filter, PageRequest page, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<IReadOnlyList<FlowRunRecord>> ListRecordsAsync(Guid workspaceId, IReadOnlyCollection<Guid> flowIds, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<IReadOnlyList<RunJournalEntry>> ReadJournalAsync(
        Guid runId, int afterSequence, CancellationToken cancellationToken, long mostBytes = long.MaxValue) =>
        Task.FromResult<IReadOnlyList<RunJournalEntry>>([.. _rows[runId].Journal.Where(entry => entry.Sequence > afterSequence)]);

    public Task<RunsKept> CountKeptAsync(Guid workspaceId, CancellationToken cancellationToken)
    {
        var runs = _rows.Values.Where(row => row.Run.WorkspaceId == workspaceId).Select(row => row.Run).ToList();
        return Task.FromResult(new RunsKept(runs.Count, runs.Count == 0 ? null : runs.Min(run => run.CreatedAt)));
    }

    public Task<int> CountLiveAsync(Guid workspaceId, CancellationToken cancellationToken) =>
        Task.FromResult(_rows.Values.Count(row => row.Run.WorkspaceId == workspaceId && row.Run.WakeAt is not null));

    public Task<int> CountCalledAsync(Guid rootRunId, CancellationToken cancellationToken) =>
        Task.FromResult(_rows.Values.Count(row => row.Run.RootRunId == rootRunId));

    public Task<IReadOnlyList<Guid>> FindDueAsync(DateTime utcNow, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Guid>>(
            [.. _rows.Values.Select(row => row.Run).Where(run => run.WakeAt <= utcNow).OrderBy(run => run.WakeAt).Select(run => run.Id).Take(limit)]);

    private void Add(IReadOnlyList<UsageEntry> entries)
    {
        foreach (var entry in entries)
        {
            Used.TryAdd(entry.CallId, entry);
        }
    }

    public Task<IReadOnlyList<Guid>> FindWaitingAsync(Guid? before, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Guid>>([.. _rows.Values.Select(row => row.Run).Where(run => run is { WakeAt: not null, Status: RunStatus.Waiting })
            .Select(run => run.Id).Where(id => before is null || id.CompareTo(before.Value) < 0).OrderDescending().Take(limit)]);

    private CommitFault Next(RunWrite write) => _plans.TryGetValue(write.Run.Id, out var plan) && plan.TryPeek(out var fault) ? fault : CommitFault.None;

    private bool Commit(RunWrite write)
    {
        var fault = Next(write);
        if (_plans.TryGetValue(write.Run.Id, out var plan))
        {
            plan.TryDequeue(out _);
        }

        if (fault == CommitFault.Lost)
        {
            throw new IOException("Nothing was written.");
        }

        if (fault == CommitFault.Broken)
        {
            throw new InvalidOperationException("A value in it cannot be written.");
        }

        if (fault == CommitFault.Refused)
        {
            throw new RowRefusedException("UsageEntries", "Model", "Model of UsageEntries cannot keep it.");
        }

        if (fault == CommitFault.Taken && _rows.TryGetValue(write.Run.Id, out var taken))
        {
            taken.Own();
        }

        var applied = write.IsNew
            ? _rows.TryAdd(write.Run.Id, new Row(write)) ? true : throw new InvalidOperationException("The run is written already.")
            : _rows.TryGetValue(write.Run.Id, out var row) && row.Apply(write);
        Add(applied ? write.Usage : []);
        return fault == CommitFault.Unheard ? throw new IOException("It was written.") : applied;
    }

    private sealed class Row
    {
        private readonly Lock _gate = new();
        private RunJournalEntry[] _journal;

        public Row(RunWrite write) => (Run, _journal) = (write.Run, write.Entry is { } entry ? [entry] : []);

        public Run Run { get; private set; }

        public IReadOnlyList<RunJournalEntry> Journal => _journal;

        public bool Apply(RunWrite write)
        {
            lock (_gate)
            {
                if (Run.Fence != write.Run.Fence || Run.WakeAt is null)
                {
                    return false;
                }

                if (write.Entry is { } entry)
                {
                    _journal = entry.Sequence == Run.LastSequence + 1 ? [.. _journal, entry] : throw new InvalidOperationException("The sequence is taken.");
                }

                Run = write.Run;
                return true;
            }
        }

        public Run? Own()
        {
            lock (_gate)
            {
                return Run.WakeAt is null ? null : Run = Run with { Fence = Run.Fence + 1 };
            }
        }
    }
}

/// <summary>Keeps versions in memory; a run needs nothing else of flows.</summary>
internal sealed class MemoryVersions : IFlowStore
{
    private readonly ConcurrentDictionary<Guid, FlowVersion> _versions = new();

    public Task KeepVersionAsync(FlowVersion version, CancellationToken cancellationToken)
    {
        _versions[version.FlowId] = version;
        return Task.CompletedTask;
    }

    public Task<FlowVersion?> FindVersionAsync(Guid flowId, int number, CancellationToken cancellationToken) =>
        Task.FromResult(_versions.GetValueOrDefault(flowId));

    public Task<bool> DeleteAsync(Guid workspaceId, Guid flowId, CancellationToken cancellationToken) => Task.FromResult(_versions.TryRemove(flowId, out _));

    public Task AddAsync(Flow flow, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Flow?> FindAsync(Guid workspaceId, Guid flowId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<FlowHead?> FindHeadAsync(Guid workspaceId, Guid flowId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Page<FlowSummary>> ListAsync(Guid workspaceId, string? text, PageRequest page, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<bool> TrySaveAsync(Flow flow, int expectedRevision, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> TryPublishAsync(Flow flow, FlowVersion version, IReadOnlyList<Trigger> triggers, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<bool> ChangeSettingsAsync(Guid workspaceId, Guid flowId, FlowSettingsChange change, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<Page<FlowVersionSummary>> ListVersionsAsync(Guid workspaceId, Guid flowId, PageRequest page, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}

internal static class MemoryRunsSetup
{
    /// <summary>Puts runs and versions into memory and leaves the HTTP step without its executor.</summary>
    public static void KeepRunsInMemory(this IServiceCollection services)
    {
        var runs = new MemoryRuns();
        services.Replace(ServiceDescriptor.Singleton<IRunStore>(runs)).Replace(ServiceDescriptor.Singleton<IRunJournalStore>(runs));
        services.Replace(ServiceDescriptor.Singleton<IFlowStore>(new MemoryVersions()));
        services.Replace(ServiceDescriptor.Singleton<IMembershipStore, EverybodyIsOwner>()); // what is in memory belongs to no workspace
        services.Remove(services.Single(service => service.ImplementationType == typeof(HttpRequestExecutor)));
    }
}

/// <summary>Whoever a run acts for may run it.</summary>
internal sealed class EverybodyIsOwner : IMembershipStore
{
    public Task<Role?> FindRoleAsync(Guid workspaceId, Guid userId, CancellationToken cancellationToken) => Task.FromResult<Role?>(Role.Owner);
}
