using System.CommandLine;
using Microsoft.Extensions.Logging;
using OtherThing.Agent.Hosting;
using OtherThing.Agent.Identity;
using OtherThing.Agent.Platforms;
using OtherThing.Agent.Policies;

namespace OtherThing.Agent.Cli;

/// <summary><c>run</c>: join the server and take its work until stopped.</summary>
internal static class RunCommand
{
    /// <summary>What <c>run</c> and <c>service install</c> both take.</summary>
    internal sealed record Joining(
        Option<string> Server, Option<string?> Token, Option<string?> Name, Option<string?> Allow, Option<string?> Unsandboxed)
    {
        internal void AddTo(Command command)
        {
            foreach (var option in new Option[] { Server, Token, Name, Allow, Unsandboxed })
            {
                command.Add(option);
            }
        }

        /// <summary>The words that every start needs.</summary>
        internal string[] Lasting(ParseResult parsed) => [Server.Name, parsed.GetRequiredValue(Server)];

        /// <summary>The words of the first start, which the agent remembers itself.</summary>
        internal string[] Once(ParseResult parsed) =>
        [
            .. Word(Token, parsed.GetValue(Token)), .. Word(Name, parsed.GetValue(Name)), .. Word(Allow, parsed.GetValue(Allow)),
            .. Shared.Unsandboxed(parsed, Unsandboxed) is { } ids ? Word(Unsandboxed, ids.Count == 0 ? "none" : string.Join(',', ids)) : [],
        ];

        private static string[] Word(Option option, string? value) => value is null ? [] : [option.Name, value];
    }

    internal static Joining JoinOptions()
    {
        var server = new Option<string>("--server") { Description = "The server's address, such as https://ot.example.org", Required = true };
        server.Validators.Add(result =>
        {
            if (ServerAddress.Problem(result.GetValueOrDefault<string>() ?? "") is { } problem)
            {
                result.AddError(problem);
            }
        });
        var token = new Option<string?>("--join-token") { Description = "A join token from the page My machines; without one a claim code is printed" };
        var name = new Option<string?>("--name") { Description = "What the machine is called; else the host's name" };
        var allow = new Option<string?>("--allow") { Description = "What others may run here, remembered: command,script,container,model or none" };
        allow.Validators.Add(result =>
        {
            foreach (var kind in Kinds(result.GetValueOrDefault<string?>()).Except(LocalPolicy.AllKinds))
            {
                result.AddError($"--allow: '{kind}' is none of {string.Join(", ", LocalPolicy.AllKinds)}.");
            }
        });
        return new Joining(server, token, name, allow, Shared.AllowUnsandboxed());
    }

    internal static Command Create()
    {
        var joining = JoinOptions();
        var (server, token, name, allow, unsandboxed) = joining;
        var withInput = new Option<bool>("--stop-with-input") { Description = "End when standard input ends", Hidden = true };
        var logFile = new Option<string?>("--log") { Description = "Write to this file instead of the terminal, and leave that" };
        var verbose = new Option<bool>("--verbose") { Description = "Say more" };
        var command =
            new Command("run", "Join a server and take its work until stopped") { server, token, name, allow, unsandboxed, withInput, logFile, verbose };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = new RunOptions
            {
                Server = parsed.GetRequiredValue(server),
                JoinToken = parsed.GetValue(token),
                Name = parsed.GetValue(name),
                Data = parsed.GetValue(Shared.Data),
                Allow = parsed.GetValue(allow) is { } kinds ? Kinds(kinds) : null,
                Unsandboxed = Shared.Unsandboxed(parsed, unsandboxed),
                StopWithInput = parsed.GetValue(withInput),
            };
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

    private static string[] Kinds(string? text) =>
        text is null or "none" ? [] : text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

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
