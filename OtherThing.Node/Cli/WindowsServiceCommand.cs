using System.CommandLine;
using System.ComponentModel;
using System.Runtime.Versioning;
using Microsoft.Win32;
using OtherThing.Agent.Hosting;
using OtherThing.Agent.Native;
using OtherThing.Agent.Shims;
using OtherThing.Agent.Windows;

namespace OtherThing.Agent.Cli;

/// <summary><c>service install|uninstall</c>, on Windows: the agent starts with the machine, or with its owner's session.</summary>
[SupportedOSPlatform("windows")]
internal static class WindowsServiceCommand
{
    private const string Boot = "boot";
    private const string Logon = "logon";
    private const string Starts = @"Software\Microsoft\Windows\CurrentVersion\Run";
    private const string LogName = "agent.log";
    private const int ElevationNeeded = 5;

    internal static Command Create() => new("service", "Start the agent with the machine, or no longer") { Install(), Uninstall() };

    private static Command Install()
    {
        var joining = new JoinOptions();
        var when = new Option<string>("--when")
        {
            Description = "boot: with the machine, as a service under an account of its own; logon: with your session, as you",
            DefaultValueFactory = _ => Boot,
        };
        when.AcceptOnlyFromAmong(Boot, Logon);
        var command = new Command("install", "Start the agent now, and from now on by itself") { when };
        joining.AddTo(command);
        command.SetAction(parsed =>
        {
            var isService = parsed.GetValue(when) == Boot;
            var data = parsed.GetValue(Shared.Data) ?? (isService ? ServiceData : new Machine.DataDirectory(null).Root);
            string[] always = [.. joining.Lasting(parsed), "--data", data, "--log", Path.Combine(data, LogName)];
            // A join token is kept nowhere: it is for this first start, and everybody may read what a service is started with.
            var once = joining.Once(parsed);
            return Try(() =>
            {
                if (isService)
                {
                    ServiceControl.Install(CommandLineOf(["service", "run", .. always]), once);
                }
                else
                {
                    StartAtLogon(["run", .. always], once, data);
                }

                Console.Out.WriteLine(isService
                    ? $"The service {ServiceControl.Name} runs, and starts with this machine. It writes to {Path.Combine(data, LogName)}."
                    : $"The agent runs, and starts when you log on. It writes to {Path.Combine(data, LogName)}.");
            });
        });
        return command;
    }

    private static Command Uninstall()
    {
        var command = new Command("uninstall", "Stop the agent, and start it no longer; what it keeps stays");
        command.SetAction(parsed => Try(() =>
        {
            var wasService = ServiceControl.Uninstall();
            using var starts = Registry.CurrentUser.CreateSubKey(Starts);
            var wasAtLogon = starts.GetValue(ServiceControl.Name) is not null;
            starts.DeleteValue(ServiceControl.Name, throwOnMissingValue: false);
            if (wasAtLogon)
            {
                Stop(Shared.DataOf(parsed).Status);
            }

            Console.Out.WriteLine(wasService || wasAtLogon ? "The agent does not start by itself any more." : "The agent did not start by itself.");
        }));
        return command;
    }

    /// <summary>What the system starts: <c>service run</c> with the words of <c>run</c>, and those of this one start.</summary>
    internal static int Be(string[] words) => Try(() => ServiceHost.Run((once, cancellationToken) =>
        CommandLine.RunAsync(["run", .. words, .. once], cancellationToken)));

    private static string ServiceData => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData, Environment.SpecialFolderOption.DoNotVerify), "OtherThing", "node");

    private static string CommandLineOf(string[] words)
    {
        var own = AgentExecutable.Find();
        return CommandLines.Join([own.Path, .. own.Arguments, .. words]);
    }

    private static void StartAtLogon(string[] always, string[] once, string data)
    {
        using var starts = Registry.CurrentUser.CreateSubKey(Starts);
        starts.SetValue(ServiceControl.Name, CommandLineOf(always));
        Machine.DataDirectory.CreatePrivate(data);
        using var nothing = File.OpenHandle("NUL", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        using var started = WindowsSpawn.Start(new WindowsSpawnRequest
        {
            Program = AgentExecutable.Find().Path,
            CommandLine = CommandLineOf([.. always, .. once]),
            Environment = EnvironmentBlock.Of(Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
                .Where(pair => pair.Key is string { Length: > 0 } name && !name.StartsWith('='))
                .Select(pair => KeyValuePair.Create((string)pair.Key, (string?)pair.Value ?? ""))),
            Directory = AppContext.BaseDirectory,
            Input = nothing,
            Output = nothing,
            Error = nothing,
        });
    }

    private static void Stop(string statusFile)
    {
        if (AgentStatus.TryRead(statusFile) is { } status && ProcessTable.IsAlive(status.Pid, status.StartTime))
        {
            using var process = System.Diagnostics.Process.GetProcessById(status.Pid);
            process.Kill();
        }
    }

    private static int Try(Action act)
    {
        try
        {
            act();
            return ExitCodes.Ok;
        }
        catch (Win32Exception ex)
        {
            Console.Error.WriteLine(ex.NativeErrorCode switch
            {
                ElevationNeeded => "Windows lets only an administrator do this: open a terminal as administrator.",
                Advapi32.AlreadyExists => "The service is there already: otherthing-node service uninstall takes it away.",
                _ => ex.Message,
            });
            return ExitCodes.Failed;
        }
    }
}
