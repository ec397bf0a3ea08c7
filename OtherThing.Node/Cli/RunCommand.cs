using System.CommandLine;
using Microsoft.Extensions.Logging;
using OtherThing.Agent.Hosting;
using OtherThing.Agent.Platforms;

namespace OtherThing.Agent.Cli;

/// <summary><c>run</c>: join the server and take its work until stopped.</summary>
internal static class RunCommand
{
    internal static Command Create()
    {
        var joining = new JoinOptions();
        var withInput = new Option<bool>("--stop-with-input") { Description = "End when standard input ends", Hidden = true };
        var logFile = new Option<string?>("--log") { Description = "Write to this file instead of the terminal, and leave that" };
        var verbose = new Option<bool>("--verbose") { Description = "Say more" };
        var command = new Command("run", "Join a server and take its work until stopped") { withInput, logFile, verbose };
        joining.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = joining.Read(parsed) with { StopWithInput = parsed.GetValue(withInput) };
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            if (options.StopWithInput)
            {
                _ = StopWithInputAsync(stop);
            }

            if (parsed.GetValue(logFile) is { } path)
            {
                var file = TextWriter.Synchronized(LogFile.Open(path));
                Console.SetOut(file);
                Console.SetError(file);
                Platform.Current.LeaveTerminal();
            }

            var log = new ConsoleLog(Console.Error, TimeProvider.System, parsed.GetValue(verbose) ? LogLevel.Debug : LogLevel.Information);
            return await new NodeAgent(options, Console.Out, log, TimeProvider.System).RunAsync(stop.Token);
        });
        return command;
    }

    private static async Task StopWithInputAsync(CancellationTokenSource stop)
    {
        using var input = Console.OpenStandardInput();
        var buffer = new byte[64];
        while (await input.ReadAsync(buffer) > 0)
        {
            // Whatever is said there means nothing; only its end does.
        }

        await stop.CancelAsync();
    }
}
