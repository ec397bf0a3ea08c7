using System.Text.Encodings.Web;
using OtherThing.Core.Results;
using OtherThing.Data.Serving;
using OtherThing.Web.Hosting.Requests;
using OtherThing.Web.Hosting.Rest;

namespace OtherThing.Web.Hosting.Start;

/// <summary>What a waiting server answers on its ports: that it lives, that it is not ready, and who serves.</summary>
internal sealed class StandbyServer : IAsyncDisposable
{
    private const string Unavailable = "14";
    private const string RetrySeconds = "5";

    private readonly WebApplication _app;

    private StandbyServer(WebApplication app, string holder) => (_app, Holder) = (app, holder);

    /// <summary>The machine and process that serves.</summary>
    public string Holder { get; set; }

    /// <summary>Cancelled when the process is told to stop.</summary>
    public CancellationToken Stopping => _app.Lifetime.ApplicationStopping;

    private string Explanation => Holder == ServerLease.ThisHolder
        ? "This server is taking over from one that has ended. Try again in a few seconds."
        : $"This server waits as a standby: {Holder} serves, and this one takes over when that one ends. Use the other one's address.";

    public static async Task<StandbyServer> StartAsync(IConfiguration configuration, IHostEnvironment environment, string holder)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            EnvironmentName = environment.EnvironmentName,
            ContentRootPath = environment.ContentRootPath,
        });
        builder.Configuration.AddConfiguration(configuration);
        builder.AddServerOptions().AddHostNames().AddListeners();
        builder.Services.AddProblemDetails(options => options.CustomizeProblemDetails = Problems.Complete);
        var server = new StandbyServer(builder.Build(), holder);
        server._app.Run(server.AnswerAsync);
        await server._app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        // Whoever still asks shall ask the server itself.
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        if (context.Request.Path == "/health/live")
        {
            await context.Response.WriteAsync("Healthy");
        }
        else if (context.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true)
        {
            context.Response.ContentType = "application/grpc";
            context.Response.Headers["grpc-status"] = Unavailable;
            context.Response.Headers["grpc-message"] = Uri.EscapeDataString(Explanation);
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.Headers.RetryAfter = RetrySeconds;
            await (context.Request.Path == "/health/ready" ? context.Response.WriteAsJsonAsync(new { status = "standby", holder = Holder })
                : IsForPeople(context.Request) ? WritePageAsync(context.Response)
                : WriteProblemAsync(context));
        }
    }

    private static bool IsForPeople(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(type => type.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase))
        && !request.Path.StartsWithSegments(RestSetup.Prefix);

    private Task WritePageAsync(HttpResponse response)
    {
        response.ContentType = "text/html; charset=utf-8";
        return response.WriteAsync($"""
            <!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="{RetrySeconds}"><title>OtherThing: standby</title></head>
            <body><h1>This server waits</h1><p>{HtmlEncoder.Default.Encode(Explanation)}</p></body></html>
            """);
    }

    private Task WriteProblemAsync(HttpContext context) =>
        new Error(ErrorKind.Unavailable, "server.standby", Explanation).ToProblem().ExecuteAsync(context);
}
