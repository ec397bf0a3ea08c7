using System.Diagnostics;
using OtherThing.Lab.Processes;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Processes;

/// <summary>What the server opens on its machine.</summary>
[Collection(Lanes.Installations)]
public class PortTests
{
    /// <summary>A silo that listens takes in whoever dials it: another local user could join, and cancel a stranger's run.</summary>
    [Fact]
    public async Task LoneServer_Listens_OnItsTwoDocumentedPortsOnly()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads the kernel's tables below /proc.");
        var cancellation = TestContext.Current.CancellationToken;
        await using var server = new ServerProcess(BuildOutput.Server);
        await server.StartAsync(cancellation);
        await server.SignInAsync(cancellation);
        var workspace = await server.CreateWorkspaceAsync("Ports", cancellation);
        var flow = await server.CreateFlowAsync(workspace, """{"steps":[{"id":"start","type":"trigger.manual"}],"connections":[]}""", cancellation);
        var run = await server.PostAsync($"/workspaces/{workspace}/flows/{flow}/runs?wait=300", "{}", cancellation);

        Assert.Equal("succeeded", run.GetProperty("status").GetString());
        Assert.Equal(server.Ports.Order(), ListeningSockets.PortsOf(server.ProcessId));
    }

    [Fact]
    public async Task Start_WithCluster_IsRefusedAndSaysWhatIsOfferedInstead()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var data = new TestDirectory();
        var start = new ProcessStartInfo(
            "dotnet", [Path.Combine(BuildOutput.Server, "OtherThing.Web.dll")])
        { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        start.Environment["OtherThing__DataDirectory"] = data.Path;
        start.Environment["Cluster__Redis"] = "127.0.0.1:6379";
        using var server = Process.Start(start)!;
        var (said, failure) = (server.StandardOutput.ReadToEndAsync(cancellation), server.StandardError.ReadToEndAsync(cancellation));
        await server.WaitForExitAsync(cancellation);

        Assert.NotEqual(0, server.ExitCode);
        Assert.Contains("Cluster__Redis", await said + await failure, StringComparison.Ordinal);
        Assert.Contains("warm standby", await said + await failure, StringComparison.Ordinal);
    }
}
