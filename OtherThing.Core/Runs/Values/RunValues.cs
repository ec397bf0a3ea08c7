using System.Text;
using System.Text.Json;
using OtherThing.Core.Results;
using OtherThing.Core.Runs.Journal;

namespace OtherThing.Core.Runs.Values;

/// <summary>Moves large values out of what is written to the journal, and back in when it is read.</summary>
public sealed class RunValues(IBlobStore blobs)
{
    /// <summary>A value of more bytes than this goes to the blob store.</summary>
    public const int Limit = 256 * 1024;

    /// <summary>The same write with its large values kept apart, which is done and on disk when this returns.</summary>
    public ValueTask<RunWrite> ShrinkAsync(RunWrite write, CancellationToken cancellationToken) =>
        // A small entry cannot hold a large value, and nearly all are small.
        write.Entry is { Steps.Length: > Limit } || write.Run.Output?.Inline is { Length: > Limit / 3 }
            || (write.IsNew && write.Run.Input.Inline is { Length: > Limit / 3 })
            ? new ValueTask<RunWrite>(ShrinkLargeAsync(write, cancellationToken))
            : ValueTask.FromResult(write);

    /// <summary>The same value with its JSON, wherever it lies.</summary>
    /// <exception cref="InvalidDataException">The blob is not there.</exception>
    public async ValueTask<RunValue> FillAsync(Guid workspaceId, RunValue value, CancellationToken cancellationToken) =>
        value.Large is { } large ? RunValue.Of(Encoding.UTF8.GetString(await ReadAsync(workspaceId, large, cancellationToken))) : value;

    /// <summary>The same entries with their blobs put back in, oldest first, as long as they fit into a number of bytes.</summary>
    /// <exception cref="InvalidDataException">A blob is not there.</exception>
    public async Task<IReadOnlyList<RunJournalEntry>> FillAsync(
        Guid workspaceId, IReadOnlyList<RunJournalEntry> entries, long mostBytes, CancellationToken cancellationToken)
    {
        var filled = new List<RunJournalEntry>(entries.Count);
        foreach (var entry in entries)
        {
            if (!MayHoldBlobs(entry))
            {
                filled.Add(entry);
                continue;
            }

            var steps = new List<StepRun>();
            foreach (var step in RunHistory.Read(entry))
            {
                var next = await FillAsync(workspaceId, step, mostBytes, cancellationToken);
                mostBytes -= BytesOf(step) - BytesOf(next);
                steps.Add(next);
            }

            filled.Add(entry with { Steps = JsonSerializer.SerializeToUtf8Bytes(steps, Json.Options) });
        }

        return filled;
    }

    /// <summary>True when an entry may hold references; searching is far cheaper than reading it.</summary>
    public static bool MayHoldBlobs(RunJournalEntry entry) => entry.Steps.AsSpan().IndexOf("Blob\":{\"blob\":"u8) >= 0;

    private async Task<RunWrite> ShrinkLargeAsync(RunWrite write, CancellationToken cancellationToken)
    {
        var (run, entry, kept) = (write.Run, write.Entry, new HashSet<BlobRef>(write.Blobs));
        if (write.IsNew)
        {
            run = run with { Input = await ShrinkAsync(run.WorkspaceId, run.Input, kept, cancellationToken) };
        }

        if (run.Output is { } output)
        {
            run = run with { Output = await ShrinkAsync(run.WorkspaceId, output, kept, cancellationToken) };
        }

        if (entry is { Steps.Length: > Limit })
        {
            var steps = new List<StepRun>();
            foreach (var step in RunHistory.Read(entry))
            {
                steps.Add(await ShrinkAsync(run.WorkspaceId, step, kept, cancellationToken));
            }

            entry = entry with { Steps = JsonSerializer.SerializeToUtf8Bytes(steps, Json.Options) };
        }

        return write with { Run = run, Entry = entry, Blobs = [.. kept] };
    }

    private async Task<StepRun> ShrinkAsync(Guid workspaceId, StepRun step, HashSet<BlobRef> kept, CancellationToken cancellationToken)
    {
        if (step.Input is { } input && await KeepAsync(workspaceId, input.GetRawText(), kept, cancellationToken) is { } inputBlob)
        {
            step = step with { Input = null, InputBlob = inputBlob };
        }

        if (step.Output is { } output && await KeepAsync(workspaceId, output.GetRawText(), kept, cancellationToken) is { } outputBlob)
        {
            step = step with { Output = null, OutputBlob = outputBlob };
        }

        return step.Log is { } log && await KeepAsync(workspaceId, log, kept, cancellationToken) is { } logBlob
            ? step with { Log = null, LogBlob = logBlob }
            : step;
    }

    private async Task<RunValue> ShrinkAsync(Guid workspaceId, RunValue value, HashSet<BlobRef> kept, CancellationToken cancellationToken) =>
        value.Inline is { } json && await KeepAsync(workspaceId, json, kept, cancellationToken) is { } large ? RunValue.Of(large) : value;

    private async Task<BlobRef?> KeepAsync(Guid workspaceId, string text, HashSet<BlobRef> kept, CancellationToken cancellationToken)
    {
        if (Encoding.UTF8.GetByteCount(text) <= Limit)
        {
            return null;
        }

        var reference = await blobs.KeepAsync(workspaceId, Encoding.UTF8.GetBytes(text), cancellationToken);
        kept.Add(reference);
        return reference;
    }

    private async Task<StepRun> FillAsync(Guid workspaceId, StepRun step, long mostBytes, CancellationToken cancellationToken)
    {
        if (step.OutputBlob is { } output && (mostBytes -= output.Bytes) >= 0)
        {
            step = step with { Output = Json.Parse(await ReadAsync(workspaceId, output, cancellationToken)), OutputBlob = null };
        }

        if (step.InputBlob is { } input && (mostBytes -= input.Bytes) >= 0)
        {
            step = step with { Input = Json.Parse(await ReadAsync(workspaceId, input, cancellationToken)), InputBlob = null };
        }

        return step.LogBlob is { } log && mostBytes - log.Bytes >= 0
            ? step with { Log = Encoding.UTF8.GetString(await ReadAsync(workspaceId, log, cancellationToken)), LogBlob = null }
            : step;
    }

    private static long BytesOf(StepRun step) => (step.InputBlob?.Bytes ?? 0) + (step.OutputBlob?.Bytes ?? 0) + (step.LogBlob?.Bytes ?? 0);

    private async Task<byte[]> ReadAsync(Guid workspaceId, BlobRef reference, CancellationToken cancellationToken)
    {
        await using var stream = await blobs.OpenAsync(workspaceId, reference.Hash, cancellationToken)
            ?? throw new InvalidDataException($"The value {reference.Hash} of workspace {workspaceId} is missing from the blob store.");
        var value = new byte[reference.Bytes];
        await stream.ReadExactlyAsync(value, cancellationToken);
        return value;
    }
}
