using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.RateLimiting;
using OtherThing.Web.Hosting.Rest;

namespace OtherThing.Web.Hosting.Limits;

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
        builder.Services.AddSingleton(_ => new GuessLimits(limits));
        builder.Services.AddRateLimiter(options =>
        {
            options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            options.OnRejected = (context, _) => new ValueTask(GuessLimits.Refuse(context.Lease).ToProblem().ExecuteAsync(context.HttpContext));
        });
        builder.Services.AddOptions<RateLimiterOptions>().Configure<GuessLimits>((options, guesses) => options.GlobalLimiter = guesses.OfRequests());
        return builder;
    }
}
