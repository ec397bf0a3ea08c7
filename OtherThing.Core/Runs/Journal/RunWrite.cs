using OtherThing.Core.Runs.Values;
using OtherThing.Core.Usage;

namespace OtherThing.Core.Runs.Journal;

/// <summary>One run's part of a group commit.</summary>
public sealed record RunWrite
{
    /// <summary>The row as it shall be.</summary>
    public required Run Run { get; init; }

    /// <summary>True for a run that is not in the database yet.</summary>
    public required bool IsNew { get; init; }

    /// <summary>The entry to append; null when only the row changes.</summary>
    public RunJournalEntry? Entry { get; init; }

    /// <summary>What was used.</summary>
    public IReadOnlyList<UsageEntry> Usage { get; init; } = [];

    /// <summary>The large values that run and entry refer to; they are in the blob store already.</summary>
    public IReadOnlyList<BlobRef> Blobs { get; init; } = [];

    /// <summary>Done once the commit is synced: true when it was applied, false when another owner or a final state was in the way.</summary>
    public TaskCompletionSource<bool> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
