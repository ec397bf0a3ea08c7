using System.Reflection;

namespace OtherThing.Agent.Hosting;

internal static class AgentVersion
{
    internal static string Current { get; } =
        typeof(AgentVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
