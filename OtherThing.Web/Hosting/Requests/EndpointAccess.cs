using OtherThing.Core.Access;

namespace OtherThing.Web.Hosting.Requests;

/// <summary>The row of the table of rights that an endpoint's service checks.</summary>
public sealed record OperationMetadata(Operation Operation);

/// <summary>That an endpoint has no row, and why.</summary>
public sealed record NoOperationMetadata(string Reason);

/// <summary>Every endpoint under <c>/api</c> names its row; a test fails for one that does not.</summary>
public static class EndpointAccess
{
    /// <summary>Names the row of <see cref="Operations"/> that the service behind this endpoint checks.</summary>
    public static TBuilder Requires<TBuilder>(this TBuilder endpoint, Operation operation)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new OperationMetadata(operation));

    /// <summary>Says why this endpoint has no row: signing in, one's own account, a webhook's own secret.</summary>
    public static TBuilder RequiresNoRow<TBuilder>(this TBuilder endpoint, string reason)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new NoOperationMetadata(reason));
}
