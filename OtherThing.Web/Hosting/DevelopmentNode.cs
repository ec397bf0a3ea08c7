namespace OtherThing.Web.Hosting;

/// <summary>In Development, the agent of this machine as a child process.</summary>
internal static class DevelopmentNode
{
    public static WebApplicationBuilder AddDevelopmentNode(this WebApplicationBuilder builder) => builder;
}
