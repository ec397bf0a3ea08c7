namespace OtherThing.Core.Nodes;

/// <summary>Who registered first: in Development the server's own machine becomes that person's node.</summary>
public interface IFirstAccount
{
    /// <summary>The person; null while nobody has registered.</summary>
    Task<Guid?> FindAsync(CancellationToken cancellationToken);
}
