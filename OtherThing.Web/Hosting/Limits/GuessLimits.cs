using System.Net;
using System.Threading.RateLimiting;
using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Web.Hosting.Requests;

namespace OtherThing.Web.Hosting.Limits;

/// <summary>
/// Counts tries of secrets per purpose, by address and by account: those of requests, and those of open pages, which send none.
/// </summary>
internal sealed class GuessLimits : IDisposable
{
    private readonly PartitionedRateLimiter<Guess> _limiter;

    public GuessLimits(RateLimitOptions limits)
    {
        _limiter = PartitionedRateLimiter.CreateChained(
            By(guess => guess.Sender, limits.GuessesPerMinute), By(guess => guess.Account, limits.GuessesPerAccountPerMinute));
    }

    public void Dispose() => _limiter.Dispose();

    /// <summary>The limiter of requests; only endpoints that name a purpose are counted.</summary>
    public PartitionedRateLimiter<HttpContext> OfRequests() => _limiter.WithTranslatedKey<HttpContext>(
        context => context.GetEndpoint()?.Metadata.GetMetadata<GuessesAttribute>() is { } guesses
            ? Of(guesses.Purpose, context.Connection.RemoteIpAddress, CurrentActor.From(context.User))
            : default,
        leaveOpen: true);

    /// <summary>Counts a try on an open page.</summary>
    /// <returns>Null, or <c>request.too_many</c>.</returns>
    public Error? Count(GuessPurpose purpose, Actor actor)
    {
        var address = IPAddress.TryParse(RequestOrigin.Current?.Address, out var parsed) ? parsed : null;
        using var lease = _limiter.AttemptAcquire(Of(purpose, address, actor));
        return lease.IsAcquired ? null : Refuse(lease);
    }

    public static Error Refuse(RateLimitLease lease) =>
        new(ErrorKind.TooMany, "request.too_many", "Too many tries from this address or by this account. Wait a little, then try again.")
        {
            RetryAfter = lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromSeconds(10),
        };

    private static Guess Of(GuessPurpose purpose, IPAddress? address, Actor actor) =>
        new(purpose, SenderNetwork.Of(address).ToString(), actor.UserId?.ToString("N"));

    private static PartitionedRateLimiter<Guess> By(Func<Guess, string?> who, int perMinute) =>
        PartitionedRateLimiter.Create<Guess, string>(guess => guess.Purpose is { } purpose && who(guess) is { } key
            ? RateLimitPartition.GetSlidingWindowLimiter(
                $"{purpose}:{key}",
                _ => new SlidingWindowRateLimiterOptions
                {
                    PermitLimit = perMinute,
                    Window = TimeSpan.FromMinutes(1),
                    SegmentsPerWindow = 6,
                    AutoReplenishment = true,
                })
            : RateLimitPartition.GetNoLimiter(""));

    /// <summary>One try; without a purpose it is none.</summary>
    private readonly record struct Guess(GuessPurpose? Purpose, string? Sender, string? Account);
}
