namespace OtherThing.Web.Features.Keys;

/// <summary>Registers and maps API keys.</summary>
internal static class KeysSetup
{
    public static WebApplicationBuilder AddKeys(this WebApplicationBuilder builder) => builder;

    public static WebApplication MapKeys(this WebApplication app) => app;
}
