using System.CommandLine;
using OtherThing.Agent.Hosting;

namespace OtherThing.Agent.Cli;

/// <summary>The commands of <c>otherthing-node</c>.</summary>
internal static class CommandLine
{
    internal static async Task<int> RunAsync(string[] args, CancellationToken cancellationToken = default)
    {
        if (OperatingSystem.IsWindows() && args is ["service", "run", .. var words])
        {
            return WindowsServiceCommand.Be(words);
        }

        var version = new Command("version", "Print the version");
        version.SetAction(_ => Console.Out.WriteLine(AgentVersion.Current));
        var root =
            new RootCommand("Lends this machine to an OtherThing workspace.")
            {
                RunCommand.Create(), StatusCommand.Create(), DoctorCommand.Create(), version,
            };
        foreach (var command in PolicyCommands.Create())
        {
            root.Add(command);
        }

        if (OperatingSystem.IsWindows())
        {
            root.Add(WindowsServiceCommand.Create());
        }
        else if (OperatingSystem.IsLinux())
        {
            root.Add(LinuxServiceCommand.Create());
        }

        root.Add(Shared.Data);
        var parsed = root.Parse(args);
        var code = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(5) }, cancellationToken);
        return parsed.Errors.Count > 0 ? ExitCodes.Usage : code;
    }
}
