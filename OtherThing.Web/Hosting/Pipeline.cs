using OtherThing.Web.Features.Triggers;
using OtherThing.Web.Hosting.Limits;
using OtherThing.Web.Hosting.Requests;
using OtherThing.Web.Hosting.Rest;

namespace OtherThing.Web.Hosting;

/// <summary>The order of the middleware, in one place.</summary>
internal static class Pipeline
{
    public static WebApplication UsePipeline(this WebApplication app)
    {
        app.UseLastRequests();
        app.UseKnownProxies();
        app.UseRequestOrigins();
        app.UseSecurityHeaders();
        app.UseHttpsOnly();
        app.UseExceptionHandler();
        app.UseWhen(
            IsForPrograms,
            rest => rest.UseStatusCodePages());
        app.UseWhen(
            context => !IsForPrograms(context),
            pages => pages.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true));
        app.UseSameOrigin();
        app.UseRouting();
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
        app.UseAntiforgery();
        app.UseWhen(context => context.Request.Path.StartsWithSegments(RestSetup.Prefix), rest => rest.UseMiddleware<Idempotency>());
        return app;
    }

    private static bool IsForPrograms(HttpContext context) =>
        context.Request.Path.StartsWithSegments(RestSetup.Prefix) || context.Request.Path.StartsWithSegments(HookEndpoints.Prefix);
}
