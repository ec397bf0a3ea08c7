using System.Diagnostics;
using OtherThing.Agent.Hosting;
using OtherThing.Agent.Machine;
using OtherThing.Protocol.V1;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Agent;

public sealed class LinkTests : IAsyncLifetime
{
    private FakeServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await FakeServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Hello_SaysWhatTheMachineIsAndWhatItsOwnerAllows()
    {
        await using var agent = new AgentHost { Server = _server, Data = NewData() };
        agent.Start("command", FakeServer.JoinToken);

        var hello = await agent.ConnectedAsync();

        Assert.Equal(["command"], hello.Consent.Kinds);
        Assert.Equal("linux", hello.Facts.Os);
        Assert.Equal(Environment.ProcessorCount, hello.Facts.CpuCores);
        Assert.True(hello.Facts.MemoryMb > 100 && hello.Facts.DiskMb > 100);
        Assert.Equal(16, hello.InstanceId.Length);
    }

    [Fact]
    public async Task Connect_ServerDoesNotAnswerInTime_IsTriedAgain()
    {
        var data = NewData();
        await using (var first = await AgentHost.StartAsync(_server, data))
        {
            await first.StopAsync();
            _server.TokensHeld = 2;
            await using var agent = new AgentHost { Server = _server, Data = data };
            agent.Start("command", null, clock: new LateClock()); // an agent gives an answer 20 s

            await agent.ConnectedAsync();

            Assert.Contains("The server does not answer", agent.Output.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Assign_OutsideTheOwnersPolicy_IsRejectedAndNeverStarted()
    {
        await using var agent = await AgentHost.StartAsync(_server, allow: "script");

        var command = await _server.RunAsync(FakeServer.Command("true"));
        var foreign = _server.NewAssign(new JobSpec { Kind = JobKind.Script, Shell = "sh", Script = "true" });
        foreign.WorkspaceId = Guid.CreateVersion7().ToString();
        var otherWorkspace = await _server.RunAsync(foreign);
        var huge = await _server.RunAsync(new JobSpec { Kind = JobKind.Script, Shell = "sh", Script = "true", Limits = new Limits { CpuMilli = 4_000_000 } });
        var shell = await _server.RunAsync(new JobSpec { Kind = JobKind.Script, Shell = "zsh", Script = "true" });

        Assert.Equal((EventKind.Rejected, "kind_not_allowed"), (command.Kind, command.ReasonCode));
        Assert.Equal((EventKind.Rejected, "workspace_not_allowed"), (otherWorkspace.Kind, otherWorkspace.ReasonCode));
        Assert.Equal((EventKind.Rejected, "no_capacity"), (huge.Kind, huge.ReasonCode));
        Assert.Equal((EventKind.Rejected, "invalid"), (shell.Kind, shell.ReasonCode));
    }

    [Fact]
    public async Task Accepted_NotYours_IsNeverStarted()
    {
        await using var agent = await AgentHost.StartAsync(_server);
        _server.Answer = happened => new EventAck { AttemptId = happened.AttemptId, Fence = happened.Fence, EventNo = happened.EventNo, NotYours = true };
        var assign = _server.NewAssign(FakeServer.Command("true"));

        await _server.AssignAsync(assign);
        await _server.EventAsync(assign, happened => happened.Kind == EventKind.Accepted);
        await _server.RunAsync(new JobSpec { Kind = JobKind.Noop });
        _server.CutSession();
        var hello = await _server.HelloAsync();

        Assert.Empty(hello.Attempts);
        Assert.DoesNotContain(_server.Events, happened => happened.Kind == EventKind.Running);
    }

    [Fact]
    public async Task Assign_Twice_StartsOnce()
    {
        await using var agent = await AgentHost.StartAsync(_server);
        var assign = _server.NewAssign(FakeServer.Command("echo", "once"));

        await _server.AssignAsync(assign);
        await _server.AssignAsync(assign);
        await _server.EndAsync(assign);
        var after = await _server.RunAsync(new JobSpec { Kind = JobKind.Noop });

        Assert.Equal(EventKind.Finished, after.Kind);
        Assert.Equal(1, _server.Events.Count(happened => happened.AttemptId == assign.AttemptId && happened.Kind == EventKind.Running));
        Assert.Equal("once\n", _server.Log(assign));
    }

    [Fact]
    public async Task N05_Assign_AgainUnderANewerFence_RunsWhatWasPromised()
    {
        await using var agent = await AgentHost.StartAsync(_server);
        _server.Answer = happened =>
            happened.Fence == 1 ? null : new EventAck { AttemptId = happened.AttemptId, Fence = happened.Fence, EventNo = happened.EventNo };
        var first = _server.NewAssign(FakeServer.Command("echo", "promised"));
        var second = first.Clone();
        (second.Fence, second.Spec) = (2, FakeServer.Command("echo", "another"));
        var third = first.Clone();
        third.Fence = ulong.MaxValue;

        await _server.AssignAsync(first);
        await _server.EventAsync(first, happened => happened.Kind == EventKind.Accepted);
        await _server.AssignAsync(third);
        var outOfRange = await _server.EventAsync(first, happened => happened.Fence == ulong.MaxValue);
        await _server.AssignAsync(second);
        var end = await _server.EventAsync(first, happened => happened.Kind == EventKind.Finished);

        Assert.Equal((EventKind.Rejected, "invalid"), (outOfRange.Kind, outOfRange.ReasonCode));
        Assert.Equal((2ul, 0), (end.Fence, end.ExitCode));
        Assert.Equal("promised\n", await _server.WholeLogAsync(first, end.StdoutEnd));
    }

    [Fact]
    public async Task CutLink_JobRunning_GoesOnAndBringsItsResultOnce()
    {
        await using var agent = await AgentHost.StartAsync(_server);
        var assign = _server.NewAssign(FakeServer.Command("sh", "-c", "echo before; until [ -e go ]; do sleep 0.05; done; echo after"));
        await _server.AssignAsync(assign);
        await _server.EventAsync(assign, happened => happened.Kind == EventKind.Running);

        _server.CutSession();
        var hello = await _server.HelloAsync();
        await File.WriteAllTextAsync(
            Path.Combine(new DataDirectory(agent.Data).Attempt(assign.WorkspaceId, assign.AttemptId), "work", "go"), "", TestContext.Current.CancellationToken);
        var end = await _server.EndAsync(assign);

        Assert.Equal(AttemptState.Running, Assert.Single(hello.Attempts).State);
        Assert.Equal((EventKind.Finished, 0), (end.Kind, end.ExitCode));
        Assert.Equal("before\nafter\n", await _server.WholeLogAsync(assign, end.StdoutEnd));
    }

    [Fact]
    public async Task Result_NotAcknowledged_IsSentAgainUntilItIs()
    {
        await using var agent = await AgentHost.StartAsync(_server);
        _server.Answer = happened =>
            happened.EventNo == 3 ? null : new EventAck { AttemptId = happened.AttemptId, Fence = happened.Fence, EventNo = happened.EventNo };
        var assign = _server.NewAssign(FakeServer.Command("echo", "kept"));
        _server.Judge = report => new Reconcile { AttemptId = report.AttemptId, Fence = report.Fence, Verdict = Verdict.SendResult, StdoutNext = 0 };

        await _server.RunAsync(assign);
        _server.CutSession();
        var hello = await _server.HelloAsync();
        _server.Answer = null;
        _server.CutSession();
        await _server.HelloAsync();
        await Patience.UntilAsync(() => !Directory.Exists(Path.Combine(agent.Data, "ws", assign.WorkspaceId, assign.AttemptId)), "the attempt is wiped");

        Assert.Equal(AttemptState.Finished, Assert.Single(hello.Attempts).State);
        Assert.Equal("kept\n", _server.Log(assign));
    }

    [Fact]
    public async Task Logs_ConnectionBroken_ResumeWithoutLossOrDoubling()
    {
        await using var agent = await AgentHost.StartAsync(_server);
        _server.LogsBroken = true;
        var assign = _server.NewAssign(FakeServer.Command("sh", "-c", "seq 1 20000; sleep 0.3; seq 20001 40000"));

        var end = await _server.RunAsync(assign);
        _server.LogsBroken = false;

        Assert.Equal(string.Concat(Enumerable.Range(1, 40_000).Select(number => $"{number}\n")), await _server.WholeLogAsync(assign, end.StdoutEnd));
    }

    [Fact]
    public async Task Run_AgentKilled_NextOneTakesTheJobUp()
    {
        var data = NewData();
        using var first = StartProcess(data);
        await _server.HelloAsync();
        var mark = $"4{Random.Shared.Next(100_000, 999_999)}";
        var assign =
            _server.NewAssign(FakeServer.Command("sh", "-c", $"echo {mark}; n=0; while [ $n -lt 15 ]; do sleep 0.1; n=$((n+1)); echo $n; done; exit 5"));
        await _server.AssignAsync(assign);
        await _server.EventAsync(assign, happened => happened.Kind == EventKind.Running);

        first.Kill();
        await first.WaitForExitAsync(TestContext.Current.CancellationToken);
        using var second = StartProcess(data);
        var hello = await _server.HelloAsync();
        var end = await _server.EndAsync(assign);
        var log = await _server.WholeLogAsync(assign, end.StdoutEnd);
        second.Kill();
        await second.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(Assert.Single(hello.Attempts) is { State: AttemptState.Running } or { State: AttemptState.Finished });
        Assert.Equal((EventKind.Finished, 5), (end.Kind, end.ExitCode));
        Assert.Equal($"{mark}\n" + string.Concat(Enumerable.Range(1, 15).Select(number => $"{number}\n")), log);
        Assert.Equal(0, Processes.With(mark));
        await TestDirectory.DeleteAsync(data);
    }

    [Fact]
    public async Task Run_InputEnds_AgentEnds()
    {
        var data = NewData();
        using var agent = StartProcess(data, "--stop-with-input");
        await _server.HelloAsync();

        agent.StandardInput.Close();
        await agent.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(ExitCodes.Ok, agent.ExitCode);
        await TestDirectory.DeleteAsync(data);
    }

    [Fact]
    public async Task Run_NoToken_PrintsItsClaimCodeOnOneLineAndConnectsOnceClaimed()
    {
        await using var agent = await AgentHost.StartAsync(_server, token: null);

        Assert.Single(agent.Output.ToString().Split('\n'), line => line == "Claim code: ABCD-EFGH");
        Assert.Contains($"Enter it at {_server.Url.TrimEnd('/')}/link?code=ABCD-EFGH ", agent.Output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_BadToken_EndsRefused()
    {
        await using var agent = new AgentHost { Server = _server, Data = NewData() };

        agent.Start("script", "wrong");

        Assert.Equal(ExitCodes.Refused, await agent.ExitCode);
    }

    [Fact]
    public async Task GoAway_Revoked_StopsAllAndForgetsWhoItWas()
    {
        await using var agent = await AgentHost.StartAsync(_server);
        var mark = $"5{Random.Shared.Next(100_000, 999_999)}";
        var assign = _server.NewAssign(FakeServer.Command("sleep", mark));
        await _server.AssignAsync(assign);
        await _server.EventAsync(assign, happened => happened.Kind == EventKind.Running);

        await _server.SendAsync(new ServerFrame { GoAway = new GoAway { Reason = GoAwayReason.Revoked } });

        Assert.Equal(ExitCodes.Refused, await agent.ExitCode);
        Assert.Equal(0, Processes.With(mark));
        Assert.False(File.Exists(Path.Combine(agent.Data, "node.key")));
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(agent.Data, "ws", assign.WorkspaceId)));
    }

    private static string NewData() => Path.Combine(Path.GetTempPath(), $"ot-agent-{Guid.NewGuid():n}");

    private Process StartProcess(string data, params string[] more)
    {
        var start = new ProcessStartInfo(AgentBinary.Path) { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])[
            "run", "--server", _server.Url, "--join-token", FakeServer.JoinToken, "--data", data, "--allow", "command", "--allow-unsandboxed", .. more])
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    /// <summary>The system's clock, so late that what has 20 s by it has two.</summary>
    private sealed class LateClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddSeconds(-18);
    }
}
