using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Metadata;
using OtherThing.Core.Payloads;
using OtherThing.Core.Results;

namespace OtherThing.Web.Hosting.Rest;

/// <summary>What all of <c>/api/v1</c> shares: JSON, problem details, its description.</summary>
internal static class RestSetup
{
    public const string Prefix = "/api/v1";

    public static WebApplicationBuilder AddRest(this WebApplicationBuilder builder)
    {
        builder.Services.ConfigureHttpJsonOptions(options => Json.Configure(options.SerializerOptions));
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        builder.Services.AddProblemDetails(options => options.CustomizeProblemDetails = Problems.Complete);
        builder.Services.AddExceptionHandler<BadRequestHandler>();
        builder.Services.AddExceptionHandler<RefusedRowHandler>();
        builder.Services.AddExceptionHandler<UnknownCharsetHandler>();
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance); // the charsets that JSON bodies may name
        builder.Services.AddSingleton<DoorFirst>().AddSingleton<IdempotencyReplay>();
        return builder.AddOpenApiDocument();
    }

    /// <summary>The group every REST endpoint is in: bearer only, problem details.</summary>
    public static RouteGroupBuilder MapApi(this IEndpointRouteBuilder app, string path) =>
        app.MapGroup(Prefix + path).RequireAuthorization()
        .AddEndpointFilter(AnswerWholeAsync).AddEndpointFilter(DoorFirst.FilterAsync);

    /// <summary>What is done is answered whole although the caller has hung up: with an <c>Idempotency-Key</c> the answer is kept for who asks again.</summary>
    private static async ValueTask<object?> AnswerWholeAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var result = await next(invocation);
        var http = invocation.HttpContext;
        if (http.RequestAborted.IsCancellationRequested && !HttpMethods.IsGet(http.Request.Method))
        {
            http.RequestAborted = CancellationToken.None;
        }

        return result;
    }

    /// <summary>Whoever takes in a value says its limit; where one is missed, the database's own refusal is the answer, by name.</summary>
    private sealed class RefusedRowHandler(IProblemDetailsService problems) : IExceptionHandler
    {
        public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
        {
            if (exception is not RowRefusedException refused)
            {
                return false;
            }

            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return await problems.TryWriteAsync(new ProblemDetailsContext
            {
                HttpContext = context,
                ProblemDetails =
                {
                    Status = StatusCodes.Status400BadRequest,
                    Detail = "This cannot be kept: " + refused.Message,
                    Extensions =
                    {
                        ["code"] = "row.refused",
                        ["errors"] = refused.Column is { } column
                            ? new[] { new FieldError(JsonNamingPolicy.CamelCase.ConvertName(column), refused.Message) }
                            : [],
                    },
                },
            });
        }
    }

    /// <summary>A body in a charset that .NET does not know is the caller's to mend; what reads bodies throws for it as for a fault of ours.</summary>
    private sealed class UnknownCharsetHandler(IProblemDetailsService problems) : IExceptionHandler
    {
        public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
        {
            if (exception is not InvalidOperationException
                || PayloadType.Parse(context.Request.ContentType).Charset is not { } charset
                || IsKnown(charset))
            {
                return false;
            }

            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return await problems.TryWriteAsync(new ProblemDetailsContext
            {
                HttpContext = context,
                ProblemDetails =
                {
                    Status = StatusCodes.Status415UnsupportedMediaType,
                    Detail = "The body's Content-Type names a charset that this server does not know. Send JSON in UTF-8.",
                },
            });
        }

        private static bool IsKnown(string charset)
        {
            try
            {
                return Encoding.GetEncoding(charset) is not null;
            }
            catch (Exception unknown) when (unknown is ArgumentException or NotSupportedException)
            {
                return false;
            }
        }
    }

    /// <summary>A caller's malformed request is theirs to mend: 4xx with a code, never 500.</summary>
    private sealed class BadRequestHandler(IProblemDetailsService problems, DoorFirst door) : IExceptionHandler
    {
        public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
        {
            if (exception is not BadHttpRequestException bad)
            {
                return false;
            }

            var thrown = context.Features.Get<IExceptionHandlerFeature>();
            if (await door.AskAsync(context, thrown?.Endpoint, thrown?.RouteValues) is { } refusal)
            {
                await refusal.ToProblem().ExecuteAsync(context);
                return true;
            }

            context.Response.StatusCode = bad.StatusCode;
            var body = thrown?.Endpoint?.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType;
            (string Path, string Message)? fault = bad.InnerException is JsonException json ? BodyFault.Explain(json, body) : null;
            return await problems.TryWriteAsync(new ProblemDetailsContext
            {
                HttpContext = context,
                ProblemDetails =
                {
                    Status = bad.StatusCode,
                    Detail = fault?.Message ?? bad.Message,
                    Extensions =
                    {
                        ["code"] = bad.StatusCode == StatusCodes.Status413PayloadTooLarge ? "request.too_large" : "request.malformed",
                        ["errors"] = fault is { } found ? new[] { new FieldError(found.Path, found.Message) } : [],
                    },
                },
            });
        }
    }
}
