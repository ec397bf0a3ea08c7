using OtherThing.Tests.Support;

namespace OtherThing.Tests.Agent;

/// <summary>The agent that the system itself starts, as far as Wine shows it: see docs/nodes-windows.md.</summary>
public sealed class WindowsServiceTests(SharedServer server, WindowsNode windows) : IClassFixture<WindowsNode>
{
    [Fact]
    public async Task Service_Installed_JoinsRunsAJobAndIsGoneOnceUninstalled()
    {
        await windows.PrepareAsync(server);
        var token = await windows.JoinTokenAsync("service");

        var installed = await windows.ServiceAsync(
            "install", "--server", server.BaseAddress.ToString(), "--join-token", token, "--allow", "command", "--allow-unsandboxed");
        Assert.True(installed.ExitCode == 0, installed.Said);
        var job = await windows.JobAsync(new { kind = "command", command = new[] { windows.Probe, "end", "0" }, stdin = "by the service" });
        var twice = await windows.ServiceAsync("install", "--server", server.BaseAddress.ToString());
        var uninstalled = await windows.ServiceAsync("uninstall");

        Assert.Equal("by the service", job.GetProperty("stdout").GetString());
        Assert.Contains("The service OtherThingNode runs", installed.Said, StringComparison.Ordinal);
        Assert.Equal(1, twice.ExitCode);
        Assert.Contains("is there already", twice.Said, StringComparison.Ordinal);
        Assert.Contains("does not start by itself any more", uninstalled.Said, StringComparison.Ordinal);
        await Patience.UntilAsync(() => Processes.With(Wine.Inside(windows.Data)) == 0, "neither the service nor a supervisor of jobs is left");
        Assert.Contains("did not start by itself", (await windows.ServiceAsync("uninstall")).Said, StringComparison.Ordinal);
        Assert.DoesNotContain(token, await File.ReadAllTextAsync(Path.Combine(windows.Prefix, "system.reg"), TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logon_Installed_RunsWithTheSessionAndIsGoneOnceUninstalled()
    {
        await windows.PrepareAsync(server);
        var token = await windows.JoinTokenAsync("session");

        var installed = await windows.ServiceAsync(
            "install", "--when", "logon", "--server", server.BaseAddress.ToString(), "--join-token", token, "--allow", "command", "--allow-unsandboxed");
        Assert.True(installed.ExitCode == 0, installed.Said);
        var job = await windows.JobAsync(new { kind = "command", command = new[] { windows.Probe, "end", "0" }, stdin = "by the session" });
        var start = await windows.Wine.QueryAsync(@"HKCU\Software\Microsoft\Windows\CurrentVersion\Run");
        var uninstalled = await windows.ServiceAsync("uninstall");
        var left = await windows.Wine.QueryAsync(@"HKCU\Software\Microsoft\Windows\CurrentVersion\Run");

        Assert.Equal("by the session", job.GetProperty("stdout").GetString());
        Assert.Contains("OtherThingNode", start, StringComparison.Ordinal);
        Assert.DoesNotContain(token, start, StringComparison.Ordinal);
        Assert.Contains("does not start by itself any more", uninstalled.Said, StringComparison.Ordinal);
        Assert.DoesNotContain("OtherThingNode", left, StringComparison.Ordinal);
        await Patience.UntilAsync(() => Processes.With(Wine.Inside(windows.Data)) == 0, "nothing of the agent is left");
    }
}
