using System.Reflection;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using OtherThing.Core.Results;

namespace OtherThing.Web.Hosting.Rest;

/// <summary>The description of <c>/api/v1</c> at <c>/openapi/v1.json</c>, made from the endpoints themselves.</summary>
internal static class OpenApiSetup
{
    private const string Bearer = "bearer";

    public static WebApplicationBuilder AddOpenApiDocument(this WebApplicationBuilder builder)
    {
        builder.Services.AddOpenApi("v1", options =>
        {
            options.AddDocumentTransformer(DescribeAsync);
            options.AddOperationTransformer(ProtectAsync);
            options.AddSchemaTransformer(UnwrapAsync);
            options.CreateSchemaReferenceId = info => Inner(info.Type) is null ? OpenApiOptions.CreateDefaultSchemaReferenceId(info) : null;
        });
        return builder;
    }

    public static WebApplication MapOpenApiDocument(this WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        return app;
    }

    private static Task DescribeAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "OtherThing",
            Version = typeof(OpenApiSetup).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0",
            Description = "Errors are problem details (RFC 9457) with a stable code. Lists are {items, next}. Creates honour an Idempotency-Key.",
        };
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes[Bearer] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = Bearer,
            Description = "An access token of /api/v1/auth/login, or a personal token (ot_pat_…).",
        };
        return Task.CompletedTask;
    }

    private static Task ProtectAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (metadata.OfType<IAuthorizeData>().Any() && !metadata.OfType<IAllowAnonymous>().Any())
        {
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, context.Document)] = [] }];
        }

        return Task.CompletedTask;
    }

    /// <summary>A field that may be left out is described as what it holds.</summary>
    private static async Task UnwrapAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        if (Inner(context.JsonTypeInfo.Type) is not { } inner)
        {
            return;
        }

        var held = await context.GetOrCreateSchemaAsync(inner, null, cancellationToken);
        (schema.Type, schema.Format, schema.Pattern, schema.Enum, schema.Items) = (held.Type, held.Format, held.Pattern, held.Enum, held.Items);
        if (Nullable.GetUnderlyingType(inner) is not null || !inner.IsValueType)
        {
            schema.Type |= JsonSchemaType.Null;
        }
    }

    private static Type? Inner(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Optional<>) ? type.GetGenericArguments()[0] : null;
}
