namespace OtherThing.Core.Usage;

/// <summary>Measures what workspaces keep.</summary>
public interface IStorageMeter
{
    /// <summary>The bytes each workspace keeps for its runs: inputs, outputs, journals and blobs; workspaces that keep nothing are left out.</summary>
    Task<IReadOnlyDictionary<Guid, long>> MeasureAsync(CancellationToken cancellationToken);
}
