using System.CommandLine;
using System.Runtime.Versioning;
using OtherThing.Agent.Hosting;
using OtherThing.Agent.Machine;
using OtherThing.Agent.Native;
using OtherThing.Agent.Services;

namespace OtherThing.Agent.Cli;

/// <summary><c>service install|uninstall</c>, on Linux: the agent starts with the machine.</summary>
[SupportedOSPlatform("linux")]
internal static class LinuxServiceCommand
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    internal static Command Create()
    {
        var joining = new JoinOptions();
        var install = new Command("install", "Start the agent now and whenever the machine starts");
        joining.AddTo(install);
        install.SetAction((parsed, cancellationToken) => InstallAsync(joining.Lasting(parsed), joining.Once(parsed), cancellationToken));
        var uninstall = new Command("uninstall", "Stop the agent, and start it no more; its key, policy and history stay");
        uninstall.SetAction(_ => Uninstall());
        return new Command("service", "Make the agent start with the machine, or no more") { install, uninstall };
    }

    private static async Task<int> InstallAsync(string[] lasting, string[] once, CancellationToken cancellationToken)
    {
        if (SystemdService.Problem() is { } problem)
        {
            return Refuse(problem);
        }

        try
        {
            SystemdService.Install([.. lasting, .. once]);
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException or InvalidOperationException or ArgumentException)
        {
            return Refuse(ex.Message);
        }

        var code = await TellAsync(SystemdService.DataDirectory, cancellationToken);
        SystemdService.Tell(lasting); // what was for the first start only, a join token above all, is kept nowhere
        return code;
    }

    private static int Uninstall()
    {
        if (SystemdService.Problem() is { } problem)
        {
            return Refuse(problem);
        }

        SystemdService.Uninstall();
        Console.Out.WriteLine($"The agent is stopped and starts no more. Its key, policy and history stay in {SystemdService.DataDirectory}.");
        return ExitCodes.Ok;
    }

    /// <summary>What came of it: the claim code to enter, or that the machine is connected.</summary>
    private static async Task<int> TellAsync(string directory, CancellationToken cancellationToken)
    {
        var path = Path.Combine(directory, DataDirectory.StatusName);
        for (var waited = TimeSpan.Zero; waited < s_patience; waited += s_pause)
        {
            if (AgentStatus.TryRead(path) is { } status && ProcessTable.IsAlive(status.Pid, status.StartTime))
            {
                if (status.State == "connected")
                {
                    Console.Out.WriteLine($"Connected to {status.Server} as {status.Name}.");
                    return ExitCodes.Ok;
                }

                if (status.ClaimCode is { } code)
                {
                    Console.Out.WriteLine($"Claim code: {code}");
                    Console.Out.WriteLine($"Enter it at {status.ClaimAddress}. Whoever enters it owns this machine there.");
                    return ExitCodes.Ok;
                }
            }

            await Task.Delay(s_pause, cancellationToken);
        }

        Console.Error.WriteLine($"The service runs and has not reached the server within {s_patience.TotalSeconds:0} s. See journalctl -u otherthing-node.");
        return ExitCodes.Unreachable;
    }

    private static int Refuse(string reason)
    {
        Console.Error.WriteLine(reason);
        return ExitCodes.Failed;
    }
}
