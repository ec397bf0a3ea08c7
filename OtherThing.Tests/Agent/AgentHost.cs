using Microsoft.Extensions.Logging;
using OtherThing.Agent.Hosting;
using OtherThing.Agent.Sandboxes;
using OtherThing.Protocol.V1;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Agent;

/// <summary>The real agent, in this process, joined to a <see cref="FakeServer"/>; its shims are real processes.</summary>
internal sealed class AgentHost : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task<int> _running = Task.FromResult(0);

    internal StringWriter Output { get; } = new();

    internal required string Data { get; init; }

    internal required FakeServer Server { get; init; }

    internal static async Task<AgentHost> StartAsync(
        FakeServer server, string? data = null, string allow = "command,script", string? token = FakeServer.JoinToken,
        string[]? unsandboxed = null)
    {
        var host = new AgentHost { Server = server, Data = data ?? Path.Combine(Path.GetTempPath(), $"ot-agent-{Guid.NewGuid():n}") };
        host.Start(allow, token, unsandboxed ?? (Bubblewrap.Find() is null ? ["all"] : []));
        await host.ConnectedAsync();
        return host;
    }

    internal void Start(
        string allow, string? token, IReadOnlyList<string>? unsandboxed = null, TimeProvider? clock = null, IReadOnlyList<string>? models = null)
    {
        var options = new RunOptions
        {
            Server = Server.Url,
            JoinToken = token,
            Name = "test",
            Data = Data,
            Allow = allow.Length == 0 ? null : allow.Split(','),
            Unsandboxed = unsandboxed,
            ModelEndpoints = models,
        };
        var log = new ConsoleLog(TextWriter.Synchronized(Output), TimeProvider.System, LogLevel.Debug);
        _running = new NodeAgent(options, TextWriter.Synchronized(Output), log, clock ?? TimeProvider.System).RunAsync(_stop.Token);
    }

    internal Task<int> ExitCode => _running;

    /// <summary>The next Hello; an agent that ends instead fails the test with its own words.</summary>
    internal async Task<Hello> ConnectedAsync()
    {
        var hello = Server.HelloAsync();
        return await Task.WhenAny(hello, _running) == hello
            ? await hello
            : throw new InvalidOperationException($"The agent ended with {await _running}: {Output}");
    }

    /// <summary>Stops the agent and leaves its data.</summary>
    internal async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
        await TestDirectory.DeleteAsync(Data);
    }
}
