using System.ComponentModel.DataAnnotations;
using System.Threading.RateLimiting;
using OtherThing.Core.Access;
using OtherThing.Core.Results;

namespace OtherThing.Web.Hosting;

/// <summary>How fast secrets may be tried; section <c>RateLimits</c>.</summary>
public sealed class RateLimitOptions
{
    public const string Section = "RateLimits";

    /// <summary>Tries of one purpose from one address (of version 6: one /64) in a minute.</summary>
    [Range(1, int.MaxValue)]
    public int GuessesPerMinute { get; set; } = 600;

    /// <summary>Tries of one purpose by one person who is signed in, in a minute.</summary>
    [Range(1, int.MaxValue)]
    public int GuessesPerAccountPerMinute { get; set; } = 120;
}

/// <summary>
/// Guessing passwords, codes and tokens is slow work: each page and endpoint that takes a secret names its purpose, and tries are
/// counted per purpose, by address and by account. Wrong passwords and codes lock their address beside that.
/// </summary>
internal static class RateLimits
{
    public static WebApplicationBuilder AddRateLimits(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<RateLimitOptions>().BindConfiguration(RateLimitOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        var limits = builder.Configuration.GetSection(RateLimitOptions.Section).Get<RateLimitOptions>() ?? new RateLimitOptions();
        builder.Services.AddRateLimiter(options =>
        {
            options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            options.OnRejected = (context, _) => new ValueTask(Refuse(context.Lease).ToProblem().ExecuteAsync(context.HttpContext));
            options.GlobalLimiter = PartitionedRateLimiter.CreateChained(
                By(context => SenderNetwork.Of(context.Connection.RemoteIpAddress).ToString(), limits.GuessesPerMinute),
                By(context => CurrentActor.From(context.User).UserId?.ToString("N"), limits.GuessesPerAccountPerMinute));
        });
        return builder;
    }

    private static PartitionedRateLimiter<HttpContext> By(Func<HttpContext, string?> who, int perMinute) =>
        PartitionedRateLimiter.Create<HttpContext, string>(context =>
            context.GetEndpoint()?.Metadata.GetMetadata<GuessesAttribute>() is { } guesses && who(context) is { } key
                ? RateLimitPartition.GetSlidingWindowLimiter(
                    $"{guesses.Purpose}:{key}",
                    _ => new SlidingWindowRateLimiterOptions
                    {
                        PermitLimit = perMinute,
                        Window = TimeSpan.FromMinutes(1),
                        SegmentsPerWindow = 6,
                        AutoReplenishment = true,
                    })
                : RateLimitPartition.GetNoLimiter(""));

    private static Error Refuse(RateLimitLease lease) =>
        new(ErrorKind.TooMany, "request.too_many", "Too many tries from this address or by this account. Wait a little, then try again.")
        {
            RetryAfter = lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromSeconds(10),
        };
}
