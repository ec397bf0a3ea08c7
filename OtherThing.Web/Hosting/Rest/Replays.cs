using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Web.Hosting.Requests;

namespace OtherThing.Web.Hosting.Rest;

/// <summary>That an endpoint's answer shows a secret once, so that it is never kept.</summary>
public sealed record ShownOnceMetadata;

/// <summary>That an endpoint's answer is never kept: a repeat reads anew what the first request made, with the caller's rights of now.</summary>
/// <param name="ReadAsync">Reads the thing with this id for whoever asks.</param>
public sealed record ReadAgainMetadata(Func<HttpContext, Guid, Task<Result<object>>> ReadAsync);

/// <summary>That an endpoint takes no <c>Idempotency-Key</c>, and why a repeat does no harm.</summary>
public sealed record NoKeyMetadata(string Reason);

/// <summary>How a POST answers a repeat with the same <c>Idempotency-Key</c>; without one of these the first answer is kept, sealed, for a day.</summary>
public static class Replays
{
    public static TBuilder ShowsASecretOnce<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new ShownOnceMetadata());

    public static TBuilder ReadsAgain<TBuilder>(this TBuilder endpoint, Func<HttpContext, Guid, Task<Result<object>>> readAsync)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new ReadAgainMetadata(readAsync));

    /// <summary>Whoever asks, also when the credential may write and not read: what it did is answered to it.</summary>
    public static Actor ReaderOf(HttpContext http)
    {
        var actor = CurrentActor.From(http.User);
        return actor with { Scopes = actor.Scopes | Scopes.Read };
    }

    public static TBuilder TakesNoKey<TBuilder>(this TBuilder endpoint, string reason)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new NoKeyMetadata(reason));
}
