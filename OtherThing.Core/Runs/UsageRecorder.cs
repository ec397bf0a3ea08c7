using OtherThing.Core.Usage;

namespace OtherThing.Core.Runs;

/// <summary>Turns what an attempt used into entries of the workspace's ledger.</summary>
internal sealed class UsageRecorder(IRunJournalStore store)
{
    public IReadOnlyList<UsageEntry> Entries(Run run, string path, IReadOnlyList<UsageDraft> drafts, DateTime utcNow) =>
        drafts.Count == 0
            ? []
            : [.. drafts.Select(draft => UsageEntry.From(draft, run.WorkspaceId, run.FlowId, run.FlowName, run.Id, path, run.StartedBy, utcNow))];

    /// <summary>For what was used by an attempt whose run has ended meanwhile.</summary>
    public Task AddLateAsync(IReadOnlyList<UsageEntry> entries) =>
        entries.Count == 0 ? Task.CompletedTask : store.AddUsageAsync(entries, CancellationToken.None);
}
