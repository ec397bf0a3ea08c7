using System.CommandLine;
using Microsoft.Extensions.Logging;
using OtherThing.Agent.Hosting;
using OtherThing.Agent.Identity;
using OtherThing.Agent.Models;
using OtherThing.Agent.Policies;

namespace OtherThing.Agent.Cli;

/// <summary><c>run</c>: join the server and take its work until stopped.</summary>
internal static class RunCommand
{
    internal static Command Create()
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
        var models = new Option<string[]>("--model-endpoint")
        { Description = "A server of models on this machine's loopback, remembered; may be repeated. Others are found by themselves" };
        models.Validators.Add(result =>
        {
            foreach (var problem in (result.GetValueOrDefault<string[]>() ?? []).Select(EndpointAddress.Problem).OfType<string>())
            {
                result.AddError($"--model-endpoint: {problem}");
            }
        });
        var unsandboxed = Shared.AllowUnsandboxed();
        var withInput = new Option<bool>("--stop-with-input") { Description = "End when standard input ends", Hidden = true };
        var verbose = new Option<bool>("--verbose") { Description = "Say more" };
        var command =
            new Command("run", "Join a server and take its work until stopped") { server, token, name, allow, models, unsandboxed, withInput, verbose };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = new RunOptions
            {
                Server = parsed.GetRequiredValue(server),
                JoinToken = parsed.GetValue(token),
                Name = parsed.GetValue(name),
                Data = parsed.GetValue(Shared.Data),
                Allow = parsed.GetValue(allow) is { } kinds ? Kinds(kinds) : null,
                ModelEndpoints = parsed.GetValue(models) is { Length: > 0 } named ? named : null,
                Unsandboxed = Shared.Unsandboxed(parsed, unsandboxed),
                StopWithInput = parsed.GetValue(withInput),
            };
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            if (options.StopWithInput)
            {
                _ = StopWithInputAsync(stop);
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
