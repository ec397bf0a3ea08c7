using System.Net;
using Microsoft.AspNetCore.Components.Server.Circuits;
using OtherThing.Core.Access;
using OtherThing.Web.Hosting.Rest;

namespace OtherThing.Web.Hosting.Requests;

/// <summary>Notes where each request and each event of a page comes from, for the audit.</summary>
internal static class RequestOrigins
{
    public static WebApplicationBuilder AddRequestOrigins(this WebApplicationBuilder builder)
    {
        builder.Services.AddScoped<CircuitHandler, CircuitOrigin>();
        return builder;
    }

    /// <summary>Behind the proxies, so that the address is the caller's.</summary>
    public static void UseRequestOrigins(this WebApplication app) => app.Use(async (context, next) =>
    {
        var request = context.Request;
        var isRest = request.Path.StartsWithSegments(RestSetup.Prefix);
        // Set in this method's own context, so that it ends with the request.
        RequestOrigin.Current = new RequestOrigin(AddressOf(context), isRest ? $"{request.Method} {request.Path}" : null);
        await next(context);
    });

    private static string? AddressOf(HttpContext? context) => context?.Connection.RemoteIpAddress switch
    {
        null => null,
        { IsIPv4MappedToIPv6: true } address => address.MapToIPv4().ToString(),
        IPAddress address => address.ToString(),
    };

    /// <summary>The events of a page run in no request of their own; they come from where its connection was opened.</summary>
    private sealed class CircuitOrigin(IHttpContextAccessor http) : CircuitHandler
    {
        private string? _address;

        public override Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken)
        {
            _address = AddressOf(http.HttpContext) ?? _address;
            return Task.CompletedTask;
        }

        public override Func<CircuitInboundActivityContext, Task> CreateInboundActivityHandler(Func<CircuitInboundActivityContext, Task> next) =>
            async context =>
            {
                RequestOrigin.Current = new RequestOrigin(_address, null);
                await next(context);
            };
    }
}
