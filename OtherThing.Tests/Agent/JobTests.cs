using CsCheck;
using Google.Protobuf;
using OtherThing.Protocol.V1;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Agent;

public sealed class JobTests : IAsyncLifetime
{
    private FakeServer _server = null!;
    private AgentHost _agent = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await FakeServer.StartAsync();
        _agent = await AgentHost.StartAsync(_server);
    }

    public async ValueTask DisposeAsync()
    {
        await _agent.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Assign_Noop_IsAnsweredWithoutAProcess()
    {
        var end = await _server.RunAsync(new JobSpec { Kind = JobKind.Noop });

        Assert.Equal((EventKind.Finished, 1u, 0), (end.Kind, end.EventNo, end.ExitCode));
    }

    [Fact]
    public async Task Assign_Command_RunsAndBringsOutputAndExitCode()
    {
        var assign = _server.NewAssign(FakeServer.Command("sh", "-c", "echo out; echo err >&2; exit 7"));

        var end = await _server.RunAsync(assign);

        Assert.Equal((EventKind.Finished, true, 7, 4ul, 4ul), (end.Kind, end.Started, end.ExitCode, end.StdoutEnd, end.StderrEnd));
        Assert.Equal(("out\n", "err\n"), (_server.Log(assign), _server.Log(assign, LogStream.Stderr)));
        Assert.Equal([EventKind.Accepted, EventKind.Running, EventKind.Finished], _server.Events.Select(happened => happened.Kind));
    }

    [Fact]
    public async Task Assign_Stdin_ReachesTheProgramWhole()
    {
        var spec = FakeServer.Command("sha256sum");
        var data = new byte[1 << 20];
        new Random(1).NextBytes(data);
        spec.Stdin = ByteString.CopyFrom(data);
        var assign = _server.NewAssign(spec);

        await _server.RunAsync(assign);

        Assert.StartsWith(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(data)), _server.Log(assign), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Assign_Script_SeesOnlyItsOwnEnvironment()
    {
        Environment.SetEnvironmentVariable("OT_TEST_SECRET", "do-not-leak");
        var spec =
            new JobSpec
            {
                Kind = JobKind.Script,
                Shell =
                "sh",
                Script = "env; cat /proc/*/environ 2>/dev/null | tr '\\0' '\\n'; cat /proc/1/cmdline; true",
                Env = { ["GREETING"] = "hello there" }
            };
        var assign = _server.NewAssign(spec);

        var end = await _server.RunAsync(assign);

        Assert.Equal(0, end.ExitCode);
        Assert.Contains("GREETING=hello there\n", _server.Log(assign), StringComparison.Ordinal);
        Assert.Contains($"OT_IDEMPOTENCY_KEY={assign.JobId}\n", _server.Log(assign), StringComparison.Ordinal);
        Assert.DoesNotContain("do-not-leak", _server.Log(assign), StringComparison.Ordinal);
        Assert.DoesNotContain(_agent.Data, _server.Log(assign), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Assign_AnyArguments_ArriveByteForByte()
    {
        // Values must never be parsed by a shell: quotes, globs, newlines, options and bytes above ASCII stay what they are.
        string[] nasty = ["$(id)", "`id`", "*", "--help", "-n", "a b", "'", "\"", "\\", "\n", "", "ключ", "😀"];
        var text = Gen.OneOf(Gen.String[Gen.Char['\u0001', '\u00ff'], 0, 20], Gen.Int[0, nasty.Length - 1].Select(index => nasty[index]));
        await Gen.Select(text.Array[0, 6], text).SampleAsync(
            async (arguments, value) =>
            {
                var spec = FakeServer.Command([
                    "python3", "-c", "import sys,os; sys.stdout.buffer.write(b'\\0'.join(os.fsencode(a) for a in sys.argv[1:]+[os.environ['V']]))",
                    .. arguments]);
                spec.Env["V"] = value;
                var assign = _server.NewAssign(spec);

                var end = await _server.RunAsync(assign);

                Assert.Equal(0, end.ExitCode);
                Assert.Equal(string.Join('\0', arguments.Append(value)), _server.Log(assign));
            },
            iter: 40,
            threads: 2);
    }

    [Fact]
    public async Task Assign_MissingProgram_SaysSoAndNeverStarts()
    {
        var end = await _server.RunAsync(FakeServer.Command("no-such-program-here"));

        Assert.Equal((EventKind.Finished, false, 127, "program_not_found"), (end.Kind, end.Started, end.ExitCode, end.ReasonCode));
        Assert.Contains("no-such-program-here", end.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Assign_LongerThanItsTime_IsEndedAndSaysTimedOut()
    {
        var spec = FakeServer.Command("sleep", "60");
        spec.Limits = new Limits { WallS = 1 };

        var end = await _server.RunAsync(spec);

        Assert.True(end.TimedOut);
        Assert.InRange(end.Usage.WallMs, 1_000ul, 5_000ul);
    }

    [Fact]
    public async Task Assign_MoreOutputThanItsLimit_KeepsHeadAndTailAndCountsTheRest()
    {
        var spec = FakeServer.Command("sh", "-c", "seq 1 100000");
        spec.LogMaxBytes = 4096;
        var assign = _server.NewAssign(spec);

        var end = await _server.RunAsync(assign);
        var log = await _server.WholeLogAsync(assign, end.StdoutEnd);

        Assert.Equal(588_895ul, end.StdoutEnd);
        Assert.StartsWith("1\n2\n3\n", log, StringComparison.Ordinal);
        Assert.EndsWith("99999\n100000\n", log, StringComparison.Ordinal);
        Assert.Equal(588_895 - 4096, log.Count(letter => letter == '~'));
    }

    [Fact]
    public async Task Assign_LargeOutput_ArrivesWholeOverTheSecondConnection()
    {
        var assign = _server.NewAssign(FakeServer.Command("seq", "1", "300000"));

        var end = await _server.RunAsync(assign);
        var log = await _server.WholeLogAsync(assign, end.StdoutEnd);

        Assert.Equal(string.Concat(Enumerable.Range(1, 300_000).Select(number => $"{number}\n")), log);
    }

    [Fact]
    public async Task Assign_TooMuchMemory_IsKept()
    {
        var spec = FakeServer.Command("python3", "-c", "x = bytearray(400 * 1024 * 1024); print('got it')");
        spec.Limits = new Limits { MemoryMb = 100 };
        var assign = _server.NewAssign(spec);

        var end = await _server.RunAsync(assign);

        Assert.NotEqual(0, end.ExitCode);
        Assert.DoesNotContain("got it", _server.Log(assign), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancel_ProcessesThatLeftTheSession_LeavesNone()
    {
        var mark = $"3{Random.Shared.Next(100_000, 999_999)}";
        var assign = _server.NewAssign(
            FakeServer.Command("sh", "-c", $"trap '' TERM; setsid sh -c 'trap \"\" TERM; sleep {mark}' & (setsid sleep {mark} &) ; echo up; sleep {mark}"));
        await _server.AssignAsync(assign);
        await _server.EventAsync(assign, happened => happened.Kind == EventKind.Running);
        await _server.WholeLogAsync(assign, 3);

        await _server.SendAsync(new ServerFrame { Cancel = new Cancel { AttemptId = assign.AttemptId, Fence = 1 } });
        var end = await _server.EndAsync(assign);

        Assert.Equal((EventKind.Killed, "cancelled"), (end.Kind, end.ReasonCode));
        Assert.Equal(0, Processes.With(mark));
    }

    [Fact]
    public async Task Assign_Sandboxed_SeesNoNetworkNoOtherProcessesAndNoHome()
    {
        var script = "ls /root /home /etc/shadow 2>&1; wc -l < /proc/net/dev; ls -d /proc/[0-9]* | wc -l; touch /usr/x 2>&1; id -u";
        var assign = _server.NewAssign(FakeServer.Command("sh", "-c", script));

        var end = await _server.RunAsync(assign);

        Assert.SkipUnless(end.Sandbox == "bubblewrap", "bubblewrap does not work here");
        var log = _server.Log(assign);
        Assert.Contains("Read-only file system", log, StringComparison.Ordinal);
        Assert.Equal(3, Regex(log, "No such file or directory"));
        Assert.Contains("\n3\n", log, StringComparison.Ordinal);
        Assert.EndsWith("1000\n", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ended_Acknowledged_LeavesNothingBehind()
    {
        var assign = _server.NewAssign(FakeServer.Command("sh", "-c", "echo x > file"));

        await _server.RunAsync(assign);
        await Patience.UntilAsync(() => !Directory.Exists(Path.Combine(_agent.Data, "ws", assign.WorkspaceId, assign.AttemptId)), "the attempt is wiped");
        _server.CutSession();
        Assert.Empty((await _server.HelloAsync()).Attempts);
    }

    private static int Regex(string text, string part) => text.Split(part).Length - 1;
}
