using System.Text.Json;
using CsCheck;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Agent;

/// <summary>What a person gets who lends a machine with Windows. Without Wine on this machine it is skipped, and never for another reason.</summary>
public sealed class WindowsAgentTests(SharedServer server, WindowsNode windows) : IClassFixture<WindowsNode>
{
    [Fact]
    public async Task Version_IsTheAgents()
    {
        await windows.ReadyAsync(server);

        var (said, exitCode) = await windows.Wine.AskAsync(windows.AgentProgram, "version");

        Assert.Equal((OtherThing.Agent.Hosting.AgentVersion.Current, 0), (said.Trim(), exitCode));
    }

    [Fact]
    public async Task Doctor_SaysWhatKeepsLimitsAndThatThereIsNoSandbox()
    {
        await windows.ReadyAsync(server);

        var (said, _) = await windows.Wine.AskAsync(windows.AgentProgram, "doctor", "--json", "--data", Wine.Inside(windows.Data));
        var findings = JsonDocument.Parse(said).RootElement.EnumerateArray().ToLookup(finding => Text(finding, "check"), finding => Text(finding, "text"));

        Assert.Contains("There is no sandbox on Windows: jobs run as the account that the agent runs as.", findings["sandbox"]);
        Assert.Contains("the agent counts memory and processes, because job objects keep no limit of them on this system; "
            + "nobody keeps jobs to their share of the processors", findings["limits"]);
    }

    [Fact]
    public async Task Node_SaysWhatItIsAndHowWeakItsWallsAre()
    {
        await windows.ReadyAsync(server);

        var node = await windows.NodeAsync();

        Assert.Equal(("desk", "windows", "process", "host"), (Text(node, "name"), Text(node, "os"), Text(node, "sandbox"), Text(node, "network")));
        Assert.Equal(["command", "script"], node.GetProperty("kinds").EnumerateArray().Select(kind => kind.GetString()));
    }

    [Fact]
    public async Task Key_IsItsOwnersAlone()
    {
        const UnixFileMode others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        await windows.ReadyAsync(server);

        // Wine keeps the access list of Windows as the mode of the file; what it inherits without one of its own is for others to read.
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(Path.Combine(windows.Data, "node.key")) & others);
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(windows.Data) & others);
        Assert.Equal(UnixFileMode.OtherRead, File.GetUnixFileMode(Path.Combine(windows.Data, "identity.json")) & others);
    }

    [Fact]
    public async Task Job_Command_BringsOutputErrorsAndExitCode()
    {
        await windows.ReadyAsync(server);

        var job = await windows.JobAsync(new { kind = "command", command = new[] { windows.Probe, "end", "3" }, stdin = "hello ü 😀" });

        Assert.Equal(
            ("failed", 3, "hello ü 😀", "err", "process"),
            (Text(job, "status"), job.GetProperty("exitCode").GetInt32(), Text(job, "stdout"), Text(job, "stderr"), Text(job, "sandbox")));
    }

    [Fact]
    public async Task Job_AnyArgumentsAndVariables_ArriveByteForByte()
    {
        await windows.ReadyAsync(server);
        string[] nasty =
        [
            "%PATH%", "a b", "\"", "\\", "\\\\\"", "a\\", "a b\\", "'", "^&|<>()", "*", "?", "--help", "\n", "\t", "", "ключ", "😀", "!x!", "$(id)",
            "C:\\a b\\",
        ];
        var text = Gen.OneOf(
            Gen.String[Gen.Char['\u0001', '\u00ff'], 0, 20], Gen.String[Gen.Char["\\\" a"], 0, 8], Gen.Int[0, nasty.Length - 1].Select(at => nasty[at]));

        await Gen.Select(text.Array[0, 8], text.Where(value => value.Length > 0)).SampleAsync(
            async (arguments, value) =>
            {
                var job = await windows.JobAsync(new
                {
                    kind = "command",
                    command = (string[])[windows.Probe, "say", .. arguments],
                    env = new Dictionary<string, string> { ["V0"] = value },
                });

                Assert.Equal("succeeded", Text(job, "status"));
                Assert.Equal(string.Join('\0', arguments.Append(value)), Text(job, "stdout"));
            },
            iter: Effort.Of(20, 200),
            threads: 2);
    }

    [Fact]
    public async Task Job_BatchScript_RunsWithItsEnvironmentAndInUtf8()
    {
        await windows.ReadyAsync(server);

        var job = await windows.JobAsync(new
        {
            kind = "script",
            shell = "cmd",
            script = "@echo off\nif not \"%GREETING%\"==\"good day\" exit /b 9\necho %GREETING%\ncall :there\nexit /b 4\n:there\necho %OT_JOB_ID%\n",
            env = new { GREETING = "good day" },
        });

        Assert.Equal(("failed", 4), (Text(job, "status"), job.GetProperty("exitCode").GetInt32()));
        Assert.Equal($"good day\r\n{Text(job, "id")}\r\n", Text(job, "stdout"));
    }

    [Fact]
    public async Task Job_MissingProgram_SaysSo()
    {
        await windows.ReadyAsync(server);

        var job = await windows.JobAsync(new { kind = "command", command = new[] { "no-such-program" } });

        Assert.Equal("There is no program 'no-such-program' on this machine.", Text(job.GetProperty("error"), "message"));
    }

    [Fact]
    public async Task Job_LongerThanItsTime_IsEndedWithEverythingItStarted()
    {
        await windows.ReadyAsync(server);
        var mark = Mark();

        var job = await windows.JobAsync(new { kind = "command", command = new[] { windows.Probe, "tree", mark }, timeoutSeconds = 5 });

        Assert.Equal("limit.time", Text(job.GetProperty("error"), "code"));
        Assert.Equal("up\n", Text(job, "stdout"));
        await Patience.UntilAsync(() => Processes.With(mark) == 0, "no process is left");
    }

    [Fact]
    public async Task Cancel_WithGrandchildren_LeavesNoProcess()
    {
        await windows.ReadyAsync(server);
        var mark = Mark();
        var url = await windows.BeginAsync(new { kind = "command", command = new[] { windows.Probe, "tree", mark } });
        await Patience.UntilAsync(() => Processes.With(mark) == 3, "all three processes run");

        await windows.PostAsync($"{url}/cancel", null);
        var job = await windows.GetAsync($"{url}?wait=300");

        Assert.Equal("cancelled", Text(job, "status"));
        await Patience.UntilAsync(() => Processes.With(mark) == 0, "no process is left");
    }

    [Fact]
    public async Task Cancel_ProgramThatObeys_EndsByItself()
    {
        await windows.ReadyAsync(server);
        var url = await windows.BeginAsync(new { kind = "command", command = new[] { windows.Probe, "obey" } });
        await Patience.UntilAsync(() => windows.GetAsync(url), job => Text(job, "stdout") == "up\n", "it waits to be asked");

        await windows.PostAsync($"{url}/cancel", null);
        var job = await windows.GetAsync($"{url}?wait=300");

        Assert.Equal(("cancelled", "up\nasked\n"), (Text(job, "status"), Text(job, "stdout")));
    }

    [Fact]
    public async Task Job_BeyondItsMemory_SaysWhichLimitStruck()
    {
        await windows.ReadyAsync(server);

        var job = await windows.JobAsync(new
        {
            kind = "command",
            command = new[] { windows.Probe, "eat", "300" },
            requirements = new { memoryMb = 128 },
        });

        Assert.Equal(
            ("limit.memory", "It used more than 128 MiB of memory."), (Text(job.GetProperty("error"), "code"), Text(job.GetProperty("error"), "message")));
    }

    [Fact]
    public async Task Policy_LendsLittleDisk_JobBeyondThatIsEnded()
    {
        await windows.ReadyAsync(server);
        await SetPolicyAsync("--storage-mb", "64");

        var job = await windows.JobAsync(new { kind = "command", command = new[] { windows.Probe, "write", "100" } });
        await SetPolicyAsync("--storage-mb", "0");

        Assert.Equal("limit.disk", Text(job.GetProperty("error"), "code"));
    }

    [Fact]
    public async Task Job_AgentKilledInItsMiddle_EndsOnceWithItsWholeLog()
    {
        await windows.ReadyAsync(server);
        var url = await windows.BeginAsync(new { kind = "command", command = new[] { windows.Probe, "count", "60", "100" }, effects = "once" });
        await Patience.UntilAsync(() => windows.GetAsync(url), found => Text(found, "stdout") is { Length: > 0 }, "it runs");

        await windows.KillAgentAsync();
        windows.StartAgent();
        var job = await windows.GetAsync($"{url}?wait=300");

        Assert.Equal("succeeded", Text(job, "status"));
        Assert.Equal(string.Concat(Enumerable.Range(1, 60).Select(number => $"{number}\n")), Text(job, "stdout"));
        Assert.Equal(1, job.GetProperty("attempts").GetArrayLength());
        Assert.Contains("taken up again", windows.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Job_HasEnded_LeavesNothingBehind()
    {
        await windows.ReadyAsync(server);

        await windows.JobAsync(new { kind = "script", shell = "cmd", script = "echo x> file\nmkdir below\necho y> below\\other\nattrib +r file\n" });

        var attempts = Path.Combine(windows.Data, "ws", windows.Workspace.ToString());
        await Patience.UntilAsync(
            () => !Directory.EnumerateFileSystemEntries(attempts).Any() && !Directory.EnumerateFileSystemEntries(Path.Combine(windows.Data, "trash")).Any(),
            "the attempt is wiped");
    }

    /// <summary>Returns when the running agent has heard of it.</summary>
    private async Task SetPolicyAsync(string option, string value)
    {
        var heard = Count();
        var (said, exitCode) = await windows.Wine.AskAsync(
            windows.AgentProgram, "policy", "set", option, value, "--data", Wine.Inside(windows.Data));
        Assert.True(exitCode == 0, said);
        await Patience.UntilAsync(() => Count() > heard, "the agent hears of its policy");

        int Count() => windows.Said.Split("The policy changed.").Length;
    }

    private static string Mark() => $"5{Random.Shared.Next(100_000, 999_999)}";

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
