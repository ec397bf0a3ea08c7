using System.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using OtherThing.Core.Results;

namespace OtherThing.Web.Hosting.Rest;

/// <summary><see cref="Error"/> to RFC 9457 problem details: one place for REST.</summary>
public static class Problems
{
    public static int StatusOf(ErrorKind kind) => kind switch
    {
        ErrorKind.Invalid => StatusCodes.Status400BadRequest,
        ErrorKind.Unauthenticated => StatusCodes.Status401Unauthorized,
        ErrorKind.Forbidden => StatusCodes.Status403Forbidden,
        ErrorKind.NotFound => StatusCodes.Status404NotFound,
        ErrorKind.Conflict => StatusCodes.Status409Conflict,
        ErrorKind.PreconditionFailed => StatusCodes.Status412PreconditionFailed,
        ErrorKind.TooLarge => StatusCodes.Status413PayloadTooLarge,
        ErrorKind.Unsupported => StatusCodes.Status415UnsupportedMediaType,
        ErrorKind.Loop => StatusCodes.Status508LoopDetected,
        ErrorKind.TooMany => StatusCodes.Status429TooManyRequests,
        _ => StatusCodes.Status503ServiceUnavailable,
    };

    public static ProblemHttpResult ToProblem(this Error error)
    {
        var details = new ProblemDetails
        {
            Status = StatusOf(error.Kind),
            Detail = error.Message,
            Extensions = { ["code"] = error.Code },
        };
        if (error.Fields.Count > 0)
        {
            details.Extensions["errors"] = error.Fields;
        }

        if (error.RetryAfter is { } wait)
        {
            details.Extensions["retryAfterSeconds"] = Math.Ceiling(wait.TotalSeconds);
        }

        return TypedResults.Problem(details);
    }

    /// <summary>Every problem has a stable code and a trace id, also those the framework makes (401, 404, 405, 415, 500).</summary>
    internal static void Complete(ProblemDetailsContext context)
    {
        var details = context.ProblemDetails;
        details.Extensions["traceId"] = Activity.Current?.TraceId.ToString() ?? context.HttpContext.TraceIdentifier;
        details.Extensions.TryAdd("code", CodeOf(details.Status ?? context.HttpContext.Response.StatusCode));
        if (details.Extensions.TryGetValue("retryAfterSeconds", out var seconds))
        {
            context.HttpContext.Response.Headers.RetryAfter = seconds?.ToString();
        }
    }

    private static string CodeOf(int status) => status switch
    {
        400 => "request.malformed",
        401 => "access.unauthenticated",
        403 => "access.forbidden",
        404 => "request.not_found",
        405 => "request.method_not_allowed",
        413 => "request.too_large",
        415 => "request.media_type",
        429 => "request.too_many",
        >= 500 => "server.failed",
        _ => "request.failed",
    };
}
