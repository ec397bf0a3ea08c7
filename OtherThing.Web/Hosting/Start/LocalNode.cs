using System.Diagnostics;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using OtherThing.Core.Access;
using OtherThing.Core.Nodes;

namespace OtherThing.Web.Hosting.Start;

/// <summary>
/// Starts the agent as a child process once somebody has registered, joins it to that person as "This machine", starts it again when it
/// ends, and ends it with the server: also when the server is killed, because the agent then sees the end of its standard input.
/// </summary>
internal sealed partial class LocalNode(
    IServer server, IHostApplicationLifetime lifetime, IFirstAccount accounts, NodeClaims claims, IOptions<ServerOptions> options,
    TimeProvider clock, ILogger<LocalNode> logger) : BackgroundService
{
    private const int RefusedByServer = 3;
    private static readonly TimeSpan s_lookForAccount = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_mostWait = TimeSpan.FromSeconds(30);

    private string Data => Path.Combine(options.Value.DataPath, "local-node");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await ListeningAsync(stoppingToken);
            if (FindAgent() is not { } agent)
            {
                LogNoAgent(AppContext.BaseDirectory);
                return;
            }

            var owner = await FirstAccountAsync(stoppingToken);
            await KeepRunningAsync(agent, owner, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private async Task ListeningAsync(CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource();
        await using var registration = lifetime.ApplicationStarted.Register(() => started.TrySetResult());
        await started.Task.WaitAsync(cancellationToken);
    }

    private async Task<Guid> FirstAccountAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(s_lookForAccount, clock);
        while (true)
        {
            if (await accounts.FindAsync(cancellationToken) is { } first)
            {
                return first;
            }

            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    private async Task KeepRunningAsync(string agent, Guid owner, CancellationToken cancellationToken)
    {
        var wait = TimeSpan.FromSeconds(1);
        for (var mayJoinAgain = true; ;)
        {
            var began = clock.GetTimestamp();
            var exitCode = await RunOnceAsync(agent, await JoinTokenAsync(owner, cancellationToken), cancellationToken);
            var brief = clock.GetElapsedTime(began) < s_soon;
            if (exitCode == RefusedByServer && !(brief && mayJoinAgain))
            {
                LogRemoved(Data);
                return;
            }

            // Refused at once: it was the node of another database. It has forgotten that and may join this one.
            mayJoinAgain &= exitCode != RefusedByServer;
            wait = !brief ? TimeSpan.FromSeconds(1) : wait * 2 < s_mostWait ? wait * 2 : s_mostWait;
            LogEnded(exitCode, wait.TotalSeconds);
            await Task.Delay(wait, clock, cancellationToken);
        }
    }

    /// <summary>Null when the machine has joined before.</summary>
    private async Task<string?> JoinTokenAsync(Guid owner, CancellationToken cancellationToken)
    {
        if (File.Exists(Path.Combine(Data, "identity.json")))
        {
            return null;
        }

        var draft = new JoinTokenDraft { Name = "This machine", JoinsNewWorkspaces = true };
        var made = await claims.CreateJoinTokenAsync(Actor.User(owner, clock.GetUtcNow().UtcDateTime), draft, cancellationToken);
        return made.TryGet(out var token, out var error)
            ? token.Token
            : throw new InvalidOperationException($"No join token for this machine: {error.Message}");
    }

    private async Task<int> RunOnceAsync(string agent, string? joinToken, CancellationToken cancellationToken)
    {
        string[] arguments = [
            "run", "--server", HttpAddress(), "--name", "This machine", "--data", Data, "--allow", "command,script", "--allow-unsandboxed",
            "--stop-with-input"];
        var start = new ProcessStartInfo(agent) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in joinToken is null ? arguments : [.. arguments, "--join-token", joinToken])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Say(line.Data);
        process.ErrorDataReceived += (_, line) => Say(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode;
        }
        finally
        {
            // Its jobs have supervisors of their own and are taken up again by the next agent.
            process.StandardInput.Close();
            if (!process.WaitForExit(TimeSpan.FromSeconds(3)))
            {
                process.Kill();
            }
        }
    }

    private void Say(string? line)
    {
        if (line is not null)
        {
            LogAgent(line);
        }
    }

    private string HttpAddress()
    {
        var address = new Uri(server.Features.Get<IServerAddressesFeature>()!.Addresses.First());
        // A server that listens everywhere is reached from here by loopback.
        return $"{address.Scheme}://{(address.Host is "0.0.0.0" or "[::]" or "+" or "*" ? "127.0.0.1" : address.Host)}:{address.Port}";
    }

    private static string? FindAgent()
    {
        var name = OperatingSystem.IsWindows() ? "otherthing-node.exe" : "otherthing-node";
        string[] places = [Path.Combine(AppContext.BaseDirectory, "node", name), Path.Combine(AppContext.BaseDirectory, name)];
        return places.FirstOrDefault(File.Exists);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "There is no agent beside the server in {Directory}; this machine does not become a node")]
    private partial void LogNoAgent(string directory);

    [LoggerMessage(Level = LogLevel.Information, Message = "The agent of this machine ended with {ExitCode}; it starts again in {Seconds} s")]
    private partial void LogEnded(int exitCode, double seconds);

    [LoggerMessage(
        Level = LogLevel.Information, Message = "This machine was removed from the nodes and stays away until the server starts again ({Directory})")]
    private partial void LogRemoved(string directory);

    [LoggerMessage(Level = LogLevel.Information, Message = "node: {Line}")]
    private partial void LogAgent(string line);
}
