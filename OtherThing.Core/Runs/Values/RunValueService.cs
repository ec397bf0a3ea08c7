using OtherThing.Core.Access;
using OtherThing.Core.Results;

namespace OtherThing.Core.Runs.Values;

/// <summary>Hands out large values of runs one at a time.</summary>
public sealed class RunValueService(IRunStore runs, IBlobStore blobs, Door door)
{
    /// <summary>Opens a value that a run refers to (A39).</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="workspaceId">The workspace.</param>
    /// <param name="runId">The run.</param>
    /// <param name="hash">The hash of its reference.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The value's UTF-8 text, or <c>run.value_not_found</c>.</returns>
    public async Task<Result<Stream>> OpenAsync(Actor actor, Guid workspaceId, Guid runId, string hash, CancellationToken cancellationToken)
    {
        if ((await door.EnterAsync(actor, workspaceId, Operations.RunRead, cancellationToken)).Error is { } refusal)
        {
            return refusal;
        }

        return BlobRef.IsHash(hash)
            && await runs.HasBlobAsync(workspaceId, runId, hash, cancellationToken)
            && await blobs.OpenAsync(workspaceId, hash, cancellationToken) is { } value
            ? value
            : RunErrors.ValueNotFound;
    }
}
