namespace OtherThing.Core.Usage;

/// <summary>Measures what workspaces keep.</summary>
public interface IStorageMeter
{
    /// <summary>
    /// The bytes each workspace keeps for its runs: inputs, outputs, journals and blobs; workspaces that keep nothing are left out, and those
    /// that have an entry of this call already. To measure one reads all of its runs.
    /// </summary>
    Task<IReadOnlyDictionary<Guid, long>> MeasureAsync(string callId, CancellationToken cancellationToken);
}
