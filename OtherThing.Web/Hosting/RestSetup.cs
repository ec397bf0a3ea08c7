using Microsoft.AspNetCore.Diagnostics;
using OtherThing.Core.Results;

namespace OtherThing.Web.Hosting;

/// <summary>What all of <c>/api/v1</c> shares: JSON, problem details, OpenAPI.</summary>
internal static class RestSetup
{
    public const string Prefix = "/api/v1";

    public static WebApplicationBuilder AddRest(this WebApplicationBuilder builder)
    {
        builder.Services.ConfigureHttpJsonOptions(options => Json.Configure(options.SerializerOptions));
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        builder.Services.AddProblemDetails(options => options.CustomizeProblemDetails = Problems.Complete);
        builder.Services.AddExceptionHandler<BadRequestHandler>();
        builder.Services.AddOpenApi("v1");
        return builder;
    }

    public static WebApplication MapOpenApiDocument(this WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        return app;
    }

    /// <summary>The group every REST endpoint is in: bearer only, problem details.</summary>
    public static RouteGroupBuilder MapApi(this IEndpointRouteBuilder app, string path) => app.MapGroup(Prefix + path).RequireAuthorization();

    /// <summary>A caller's malformed request is theirs to mend: 4xx with a code, never 500.</summary>
    private sealed class BadRequestHandler(IProblemDetailsService problems) : IExceptionHandler
    {
        public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
        {
            if (exception is not BadHttpRequestException bad)
            {
                return false;
            }

            context.Response.StatusCode = bad.StatusCode;
            return await problems.TryWriteAsync(new ProblemDetailsContext
            {
                HttpContext = context,
                ProblemDetails =
                {
                    Status = bad.StatusCode,
                    Detail = Problems.Explain(bad),
                    Extensions = { ["code"] = bad.StatusCode == StatusCodes.Status413PayloadTooLarge ? "request.too_large" : "request.malformed" },
                },
            });
        }
    }
}
