using System.Diagnostics;
using OtherThing.Agent.Machine;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Agent;

/// <summary>An agent that many tests give their messes to: in this process, as whoever runs the tests.</summary>
public class MessAgent : IAsyncLifetime
{
    internal FakeServer Server { get; private set; } = null!;

    internal string Data { get; } = Path.Combine(Path.GetTempPath(), $"ot-mess-{Guid.NewGuid():n}");

    internal DataDirectory Places => new(Data);

    private AgentHost? _host;

    public async ValueTask InitializeAsync()
    {
        Server = await FakeServer.StartAsync();
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected virtual async Task StartAsync() => _host = await AgentHost.StartAsync(Server, Data);

    protected virtual async Task StopAsync() => await _host!.DisposeAsync();
}

/// <summary>The same as a process of an ordinary user; without root the first is that already.</summary>
public sealed class OrdinaryMessAgent : MessAgent
{
    internal const uint User = 61_234;
    private Process? _process;

    internal static bool IsPossible => Environment.IsPrivilegedProcess && File.Exists("/usr/bin/setpriv");

    protected override async Task StartAsync()
    {
        if (!IsPossible)
        {
            return;
        }

        Directory.CreateDirectory(Data, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Run("chown", $"{User}:{User}", Data);
        await StartAgentAsync();
    }

    protected override async Task StopAsync()
    {
        if (IsPossible)
        {
            await StopAgentAsync();
            await TestDirectory.DeleteAsync(Data);
        }
    }

    internal async Task StartAgentAsync()
    {
        _process = Start("run", "--server", Server.Url, "--join-token", FakeServer.JoinToken, "--data", Data, "--allow", "command");
        await Server.HelloAsync();
    }

    internal async Task StopAgentAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    internal async Task<string> SayAsync(string command)
    {
        using var asked = Start(command, "--data", Data);
        return await asked.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    internal static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("setpriv") { RedirectStandardOutput = true };
        foreach (var argument in (string[])["--reuid", $"{User}", "--regid", $"{User}", "--clear-groups", AgentBinary.Path, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["HOME"] = Data;
        return Process.Start(start)!;
    }
}
