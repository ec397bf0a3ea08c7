namespace OtherThing.Web.Hosting.Start;

/// <summary>
/// The texts that the sample flow reads, from this machine and over whatever it listens on. They are the same for everybody, so they are
/// given before anything asks for a host name or for HTTPS, which the server's own address has not.
/// </summary>
internal sealed class SampleTexts : IStartupFilter
{
    /// <summary>Before every other filter, that of the host names too.</summary>
    public static void AddTo(IServiceCollection services) => services.Insert(0, ServiceDescriptor.Transient<IStartupFilter, SampleTexts>());

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.UseWhen(
            context => context.Request.Path.StartsWithSegments("/samples"),
            texts => texts.UseStaticFiles(new StaticFileOptions { OnPrepareResponse = file => file.Context.Response.Headers.XContentTypeOptions = "nosniff" }));
        next(app);
    };
}
