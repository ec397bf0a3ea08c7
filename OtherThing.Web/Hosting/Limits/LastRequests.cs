namespace OtherThing.Web.Hosting.Limits;

/// <summary>
/// What is asked of a server that stops. Answers under way are given; what streams, or waits on purpose, would hold up everything that
/// stops after the requests, so it is ended.
/// </summary>
internal static class LastRequests
{
    /// <summary>How long an answer may still take once the server stops.</summary>
    public static TimeSpan Grace { get; } = TimeSpan.FromSeconds(5);

    public static IApplicationBuilder UseLastRequests(this WebApplication app)
    {
        var lifetime = app.Lifetime;
        return app.Use(async (context, next) =>
        {
            var aborted = context.RequestAborted;
            using var over = CancellationTokenSource.CreateLinkedTokenSource(aborted);
            using var stopping = lifetime.ApplicationStopping.Register(() => over.CancelAfter(IsStream(context.Response) ? TimeSpan.Zero : Grace));
            context.RequestAborted = over.Token;
            try
            {
                await next(context);
            }
            finally
            {
                context.RequestAborted = aborted;
            }
        });
    }

    private static bool IsStream(HttpResponse response) =>
        response.ContentType?.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase) == true;
}
