namespace OtherThing.Core.Results;

/// <summary>Something two people can edit: a save with an older version is refused. The store renews it on every save.</summary>
public interface IVersioned
{
    /// <summary>Changes with every save.</summary>
    Guid Version { get; }
}
