using System.Diagnostics;
using OtherThing.Agent.Sandboxes;
using OtherThing.Agent.Shims;
using OtherThing.Protocol.V1;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Agent;

/// <summary>What an agent makes of the attempts of the one before it, when the machine can do less than it could.</summary>
public sealed class RestartTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task N05_Restart_SandboxIsGone_RefusesWhatHasNotStartedAndTellsTheTruthOfWhatRuns()
    {
        Assert.SkipUnless(FakeBubblewrap.IsPossible, "Only root can hide bubblewrap from one process.");
        await using var server = await FakeServer.StartAsync();
        var promised = server.NewAssign(FakeServer.Command("touch", $"/tmp/ran-{Guid.NewGuid():n}"));
        var running = server.NewAssign(FakeServer.Command("sh", "-c", "until [ -e go ]; do sleep 0.1; done"));
        server.Answer = happened => happened.AttemptId == promised.AttemptId && happened.Kind == EventKind.Accepted ? null : Ack(happened);
        await using var earlier = await AgentHost.StartAsync(server, unsandboxed: []);
        await server.AssignAsync(running);
        await server.EventAsync(running, happened => happened.Kind == EventKind.Running);
        await server.AssignAsync(promised);
        await server.EventAsync(promised, happened => happened.Kind == EventKind.Accepted);
        await earlier.StopAsync();

        server.Answer = null;
        var command = FakeBubblewrap.Agent(FakeBubblewrap.None);
        using var later = Process.Start(new ProcessStartInfo(command[0], [.. command[1..], "run", "--server", server.Url, "--data", earlier.Data]))!;
        var hello = await server.HelloAsync();
        var refused = await server.EndAsync(promised);
        await File.WriteAllTextAsync(
            Path.Combine(earlier.Data, "ws", running.WorkspaceId, running.AttemptId, "work", "go"), "", TestContext.Current.CancellationToken);
        var ended = await server.EndAsync(running);
        later.Kill(entireProcessTree: true);
        await later.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Empty(hello.Consent.SandboxClasses);
        Assert.False(File.Exists(promised.Spec.Argv[1]));
        Assert.Equal((EventKind.Finished, false, "no_sandbox"), (refused.Kind, refused.Started, refused.ReasonCode));
        Assert.Equal(("bubblewrap", "none"), Walls(hello.Attempts.Single(report => report.AttemptId == running.AttemptId).LastEvent));
        Assert.Equal((EventKind.Finished, 0, "bubblewrap"), (ended.Kind, ended.ExitCode, ended.Sandbox));
    }

    [Theory]
    [InlineData("")]
    [InlineData("something newer")]
    public void N05_ChildPipes_ClassThatIsNone_StartsNothing(string sandbox)
    {
        var spec = new ShimSpec
        {
            AttemptId = "none",
            Directory = _directory.Path,
            Sandbox = sandbox,
            Argv = [
            "true"],
            Env = new Dictionary<string, string>(),
            User = UserRange.Default.First
        };
        using var pipes = new ChildPipes(spec);

        var refused = Record.Exception(() => pipes.Start("/bin/true"));
        var supervised = Record.Exception(() => new Supervision(spec, new ShimWire(input: -1, output: -1), ownsOrphans: false));

        Assert.Contains($"'{sandbox}' is no sandbox class", Assert.IsType<ArgumentException>(refused).Message, StringComparison.Ordinal);
        Assert.IsType<ArgumentException>(supervised);
        Assert.False(new AttemptFiles(_directory.Path).IsClaimed);
    }

    [Fact]
    public void ChildPipes_NothingStarted_ClosesNothingOfOthers()
    {
        var spec = new ShimSpec
        { AttemptId = "none", Directory = _directory.Path, Sandbox = SandboxClass.Process, Argv = ["true"], Env = new Dictionary<string, string>() };

        using var pipes = new ChildPipes(spec);

        Assert.Equal((-1, -1, -1), (pipes.Stdout, pipes.Stderr, pipes.Status));
    }

    private static (string, string) Walls(AttemptEvent happened) => (happened.Sandbox, happened.Network);

    private static EventAck Ack(AttemptEvent happened) => new() { AttemptId = happened.AttemptId, Fence = happened.Fence, EventNo = happened.EventNo };
}
