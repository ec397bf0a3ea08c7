namespace OtherThing.Core.Access;

/// <summary>Stops what goes on in somebody's name who may not have it go on any more.</summary>
public interface IAccessSweep
{
    /// <summary>Looks once and stops what it finds; called at once when access changes, and each second.</summary>
    /// <returns>How much was stopped.</returns>
    Task<int> SweepAsync(CancellationToken cancellationToken);
}
