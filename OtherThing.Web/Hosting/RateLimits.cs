using System.Threading.RateLimiting;
using OtherThing.Core.Results;

namespace OtherThing.Web.Hosting;

/// <summary>
/// Guessing passwords, codes and tokens is slow work: what takes a secret from somebody not yet known is counted per address. An account
/// locks by itself after five wrong passwords.
/// </summary>
internal static class RateLimits
{
    private const string Section = "RateLimits:GuessesPerMinute";
    private const int DefaultPerMinute = 600;

    private static readonly string[] s_guarded =
    [
        "/api/v1/auth", "/api/v1/workspaces/join", "/api/v1/nodes/claim", "/account/login", "/account/register", "/account/two-factor",
        "/account/confirm", "/account/forgot", "/account/reset", "/join",
    ];

    public static WebApplicationBuilder AddRateLimits(this WebApplicationBuilder builder)
    {
        var perMinute = builder.Configuration.GetValue(Section, DefaultPerMinute);
        builder.Services.AddRateLimiter(options =>
        {
            options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            options.OnRejected = (context, _) => new ValueTask(Refuse(context.Lease).ToProblem().ExecuteAsync(context.HttpContext));
            options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context => IsGuarded(context.Request.Path)
                ? RateLimitPartition.GetSlidingWindowLimiter(
                    context.Connection.RemoteIpAddress?.ToString() ?? "",
                    _ => new SlidingWindowRateLimiterOptions
                    {
                        PermitLimit = perMinute,
                        Window = TimeSpan.FromMinutes(1),
                        SegmentsPerWindow = 6,
                        AutoReplenishment = true,
                    })
                : RateLimitPartition.GetNoLimiter(""));
        });
        return builder;
    }

    private static bool IsGuarded(PathString path) => Array.Exists(s_guarded, guarded => path.StartsWithSegments(guarded));

    private static Error Refuse(RateLimitLease lease) =>
        new(ErrorKind.TooMany, "request.too_many", "Too many requests from this address. Wait a little, then try again.")
        {
            RetryAfter = lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromSeconds(10),
        };
}
