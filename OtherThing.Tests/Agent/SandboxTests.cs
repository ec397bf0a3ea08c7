using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using OtherThing.Agent.Machine;
using OtherThing.Agent.Native;
using OtherThing.Agent.Sandboxes;
using OtherThing.Agent.Shims;
using OtherThing.Protocol.V1;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Agent;

/// <summary>What a job can do to the machine that takes it, as root's agent and as an ordinary user's. The jobs ask for access and never write.</summary>
public sealed class SandboxTests : IDisposable
{
    private const uint OrdinaryUser = 1000;
    private readonly TestDirectory _directory = new();

    public SandboxTests() => LetPass(_directory.Path);

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task N09_DoctorProbe_EveryPromise_Holds(bool ordinary)
    {
        SkipUnlessSandboxed(ordinary);

        var findings = await DoctorAsync(ordinary);

        Assert.All(findings, finding => Assert.True(finding.Level == "ok", $"{finding.Check}: {finding.Text}"));
        Assert.Equal(
            ["sandbox.user", "sandbox.settings", "sandbox.namespaces", "sandbox.keyring", "sandbox.filter", "sandbox.rights", "sandbox.processes",
                "sandbox.files", "sandbox.network"],
            findings.Select(finding => finding.Check));
        Assert.StartsWith("0 of ", findings[1].Text, StringComparison.Ordinal);
        var user = uint.Parse(findings[0].Text.Split(' ')[^1], CultureInfo.InvariantCulture);
        Assert.True(ordinary || !DataDirectory.IsRoot ? user == Ordinary() : UserRange.Default.Contains(user), findings[0].Text);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task N09_Job_AskingForEverySetting_MayWriteNone(bool ordinary)
    {
        SkipUnlessSandboxed(ordinary);
        // Not the probe's own words: another program looks at every file below /proc (but processes) and /sys, as the kernel answers access(2).
        const string look = """
            import os
            seen, open_ = 0, []
            for top in ['/proc', '/sys']:
                for folder, folders, files in os.walk(top):
                    if folder == '/proc':
                        folders[:] = [f for f in folders if not f.isdigit() and not os.path.islink('/proc/' + f)]
                    for name in files:
                        path = os.path.join(folder, name)
                        seen += 1
                        if not os.path.islink(path) and os.access(path, os.W_OK): open_.append(path)
            print(seen > 500, open_)
            """;

        var said = await RunAsync(ordinary, "python3", "-c", look);

        Assert.Equal("True []", said.Trim());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task N09_Job_CallsThatNoJobNeeds_AreRefused(bool ordinary)
    {
        SkipUnlessSandboxed(ordinary);
        Assert.SkipUnless(
            System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64,
            "The numbers are those of x64.");
        // Each with arguments that change nothing even if they went through; EPERM (1) is the filter's word where the kernel would say EINVAL or EFAULT.
        const string call = """
            import ctypes, os, socket
            libc = ctypes.CDLL(None, use_errno=True)
            def ask(number, *arguments):
                ctypes.set_errno(0)
                return ctypes.get_errno() if libc.syscall(number, *[ctypes.c_long(a) for a in arguments]) == -1 else 0
            def family(number):
                try: socket.socket(number, socket.SOCK_STREAM).close(); return 0
                except OSError as error: return error.errno
            print('keys', ask(248), ask(249), ask(250, 0, 0))
            print('kernel', ask(321, -1), ask(298), ask(323, -1), ask(425), ask(246), ask(313, -1), ask(175))
            print('mounts', ask(165), ask(166), ask(155), ask(430), ask(429, -1, 0, -1))
            print('others', ask(101, 16, 1), ask(310, 1), ask(438, -1), ask(308, -1), ask(304, -1))
            print('clock', ask(164, 0, 0), ask(227, -1), ask(169, 0, 0))
            print('namespaces', ask(272, 0x10000000), ask(56, 0x10000000 | 17), ask(435, 0, 0))
            print('terminal', ask(16, 0, 0x5412, 0), ask(16, 0, 0x1_0000_5412, 0), ask(16, 0, 0x541c, 0))
            print('kept', ask(29, 0, 0, 0), ask(30, -1), ask(31, -1), ask(68, 1, 0), ask(69, -1), ask(70, -1), ask(71, -1), ask(64, 1, 0, 0), ask(65, -1), ask(220, -1), ask(66, -1), ask(447, -1))
            print('faces', ask(135, 0x0400000), ask(135, 0xffffffff), family(40), family(38), family(17), family(2))
            """;

        var said = await RunAsync(ordinary, "python3", "-c", call);

        Assert.Equal(
            """
            keys 1 1 1
            kernel 1 1 1 1 1 1 1
            mounts 1 1 1 1 1
            others 1 1 1 1 1
            clock 1 1 1
            namespaces 1 1 38
            terminal 1 1 1
            kept 38 38 38 38 38 38 38 38 38 38 38 38
            faces 1 0 97 97 97 0
            """, said.Trim());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task N09_Job_KeepingMemoryThatNobodyCounts_GetsNone(bool ordinary)
    {
        SkipUnlessSandboxed(ordinary);
        // By the C library, as programs do it: pieces, queues and semaphores of System V stay without anybody who has them open.
        const string keep = """
            import ctypes
            libc = ctypes.CDLL(None)
            print([libc.shmget(0, 10 << 20, 0o1600) for _ in range(12)].count(-1), libc.msgget(0, 0o1600), libc.semget(0, 32000, 0o1600))
            print([len(open('/proc/sysvipc/' + kind).readlines()) for kind in ('shm', 'msg', 'sem')])
            """;

        var said = await RunAsync(ordinary, "python3", "-c", keep);

        Assert.Equal("12 -1 -1\n[1, 1, 1]", said.Trim());
    }

    [Fact]
    public void N09_Supervision_VariableThatWouldBeAnOption_StartsNothing()
    {
        SkipUnlessSandboxed(ordinary: false);
        var spec = new ShimSpec
        {
            AttemptId = "words",
            Directory = _directory.Path,
            Sandbox = SandboxClass.Bubblewrap,
            User = DataDirectory.IsRoot ? UserRange.Default.First + 12 : null,
            Argv = ["sh", "-c", "[ -e /run/host/etc ]"],
            Env = new Dictionary<string, string> { ["PATH"] = Bubblewrap.DefaultPath, ["WORD"] = "x\0--ro-bind\0/\0/run/host" },
            WallMs = 60_000,
        };
        spec.CreateWorkDirectory();

        var exit = new Supervision(spec, new ShimWire(input: -1, output: -1), ownsOrphans: false).Run();

        Assert.Equal((false, 126, "spawn_failed"), (exit.Started, exit.ExitCode, exit.ReasonCode));
        Assert.Contains("holds a NUL character", exit.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void N09_Spawn_ArgumentWithNul_IsRefused() => Assert.Throws<ArgumentException>(() => new CStringArray(["sh", "a\0b"]));

    [Fact]
    public async Task N03_Jobs_AgentIsRoot_EachIsAUserOfItsOwn()
    {
        SkipUnlessSandboxed(ordinary: false);
        Assert.SkipUnless(DataDirectory.IsRoot, "Only root can give jobs users of their own.");
        await using var server = await FakeServer.StartAsync();
        await using var agent = await AgentHost.StartAsync(server);
        var marks = Enumerable.Range(0, 3).Select(_ => $"7{Random.Shared.Next(1_000_000, 9_999_999)}").ToArray();

        var assigns = marks.Select(mark => server.NewAssign(FakeServer.Command("sh", "-c", $"echo x > file; sleep {mark}"))).ToArray();
        foreach (var assign in assigns)
        {
            await server.AssignAsync(assign);
        }

        await Patience.UntilAsync(() => marks.All(mark => Users(mark).Length >= 8), "the jobs run");
        var users = marks.Select(Users).ToArray();
        foreach (var assign in assigns)
        {
            await server.SendAsync(new ServerFrame { Cancel = new Cancel { AttemptId = assign.AttemptId, Fence = 1 } });
            await server.EndAsync(assign);
        }

        // Bubblewrap's own two processes included.
        Assert.All(users, job => Assert.Single(job.Distinct()));
        Assert.Equal(3, users.Select(job => job[0]).Distinct().Count());
        Assert.All(users, job => Assert.True(UserRange.Default.Contains(job[0]), $"{job[0]}"));
        await Patience.UntilAsync(() => users.All(job => !ThreadUser.HasProcesses(job[0])), "their users have no process");
    }

    [Fact]
    public async Task N03_Job_AgentIsRoot_UsesItsStreamsAndItsScriptByName()
    {
        SkipUnlessSandboxed(ordinary: false);
        await using var server = await FakeServer.StartAsync();
        await using var agent = await AgentHost.StartAsync(server);
        var spec =
            new JobSpec
            {
                Kind =
                JobKind.Script,
                Shell = "sh",
                Script = "cat /dev/stdin > copy; tee /dev/stderr < copy > /dev/stdout; ls -ld . | cut -c1-10; umask; cat \"$0\" | wc -l",
                Stdin =
                    Google.Protobuf.ByteString.CopyFromUtf8("words\n")
            };
        var assign = server.NewAssign(spec);

        var end = await server.RunAsync(assign);

        Assert.Equal((0, "bubblewrap", "none"), (end.ExitCode, end.Sandbox, end.Network));
        Assert.Equal("words\ndrwx------\n0022\n0\n", server.Log(assign));
        Assert.Equal("words\n", server.Log(assign, LogStream.Stderr));
    }

    [Fact]
    public void N03_ThreadUser_LentToOneThread_LeavesTheOthersRoot()
    {
        Assert.SkipUnless(DataDirectory.IsRoot, "Only root can become somebody else.");
        var user = UserRange.Default.First + 7;

        var seen = ThreadUser.Be(user, () =>
        {
            var other = 1u;
            var elsewhere = new Thread(() => other = Libc.geteuid());
            elsewhere.Start();
            elsewhere.Join();
            return (Mine: Libc.geteuid(), MayReadShadow: CanRead("/etc/shadow"), Groups: Groups(), Inherited: other);
        });

        // A thread begun by the lent one is lent too; this one is root again.
        Assert.Equal((user, false, "", user), seen);
        Assert.Equal((0u, true), (Libc.geteuid(), CanRead("/etc/shadow")));
        Assert.Throws<Win32Exception>(() => ThreadUser.Be(0, () => true));
    }

    [Fact]
    public void N03_JobUsers_ProcessOfAnEarlierAgentLives_LendsItsUserToNobody()
    {
        Assert.SkipUnless(DataDirectory.IsRoot, "Only root lends users.");
        // Of its own each time: another copy of this test may run on the same machine.
        var first = 1_900_000_000 + (Random.Shared.Next(100) * 1000);
        Assert.True(UserRange.TryParse($"{first}-{first + 999}", out var range));
        var earlier = JobUsers.For(range)!;
        var user = earlier.Take();
        using var nothing = File.OpenHandle("/dev/null");
        var fd = (int)nothing.DangerousGetHandle();
        var (pid, error) =
            Spawn.Start(
                new SpawnRequest
                {
                    Path = "/bin/sleep",
                    Arguments = [
                    "sleep", "600"],
                    Descriptors = [(fd, 0), (fd, 1), (fd, 2)],
                    Rights = new JobRights(user, NoNewPrivileges: true)
                });
        Assert.Equal(0, error);

        var users = JobUsers.For(range)!;
        uint[] lent;
        Exception? full;
        try
        {
            lent = [.. Enumerable.Range(0, (int)range.Count - 1).Select(_ => users.Take())];
            full = Record.Exception(() => users.Take());
        }
        finally
        {
            users.Adopt(user);
            users.Return(user);
        }

        var end = ChildExit.TryReap(pid, block: true);
        var freed = users.Take();

        Assert.Equal(lent.Length, lent.Distinct().Count());
        Assert.DoesNotContain(user, lent);
        Assert.IsType<IOException>(full);
        Assert.Equal(Libc.Sigkill, end!.Signal);
        Assert.Equal(user, freed);
    }

    [Fact]
    public void N03_Spawn_JobWithoutAUserOfItsOwn_IsNeverStartedByRoot()
    {
        Assert.SkipUnless(DataDirectory.IsRoot, "Only root has this to fear.");
        using var nothing = File.OpenHandle("/dev/null");
        var fd = (int)nothing.DangerousGetHandle();

        var started =
            Spawn.Start(
                new SpawnRequest
                {
                    Path = "/bin/true",
                    Arguments = [
                    "true"],
                    Descriptors = [(fd, 0), (fd, 1), (fd, 2)],
                    Rights = new JobRights(User: null, NoNewPrivileges: true)
                });

        Assert.Equal((0, 1), started);
    }

    [Fact]
    public void Spawn_DescriptorsOnEachOthersNumbers_AllArrive()
    {
        var ends = Enumerable.Range(0, 3).Select(_ => FileDescriptor.CreatePipe()).ToArray();
        using var nothing = File.OpenHandle("/dev/null");
        var fd = (int)nothing.DangerousGetHandle();
        var (one, two, three) = (ends[0].Write, ends[1].Write, ends[2].Write);

        // Each is to have the number of another.
        var (pid, error) = Spawn.Start(new SpawnRequest
        {
            Path = "/bin/bash",
            Arguments = ["bash", "-c", $"echo one >&{two}; echo two >&{three}; echo three >&{one}"],
            Descriptors = [(fd, 0), (fd, 1), (fd, 2), (one, two), (two, three), (three, one)],
        });
        ChildExit.TryReap(pid, block: true);
        var said = ends.Select(pipe =>
        {
            FileDescriptor.Close(pipe.Write);
            var buffer = new byte[16];
            var count = FileDescriptor.Read(pipe.Read, buffer);
            FileDescriptor.Close(pipe.Read);
            return System.Text.Encoding.UTF8.GetString(buffer, 0, count);
        }).ToArray();

        Assert.Equal(0, error);
        Assert.Equal(["one\n", "two\n", "three\n"], said);
    }

    [Theory]
    [InlineData("165536-231071", true)]
    [InlineData("165536-165600", false)]
    [InlineData("0-65535", false)]
    [InlineData("2000-1000", false)]
    [InlineData("4294960000-4294967295", false)]
    [InlineData("x", false)]
    public void UserRange_OnlyManyThatCanBeNobody_AreTaken(string text, bool taken) => Assert.Equal(taken, UserRange.TryParse(text, out _));

    private static void SkipUnlessSandboxed(bool ordinary)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Bubblewrap.Find() is not null, "bubblewrap is not installed");
        Assert.SkipWhen(ordinary && !DataDirectory.IsRoot, "These tests run as an ordinary user already.");
        Assert.SkipWhen(ordinary && !File.Exists("/usr/bin/setpriv"), "setpriv is not installed");
    }

    private static void LetPass(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32("711", 8));
        }
    }

    private static uint Ordinary() => DataDirectory.IsRoot ? OrdinaryUser : Libc.geteuid();

    /// <summary>The users (real, effective, saved, for files) of all processes with the text in their command line, as this machine sees them.</summary>
    private static uint[] Users(string text) => [.. Processes.IdsWith(text).SelectMany(pid => StatusOf(pid, "Uid:"))];

    private static uint[] StatusOf(int pid, string field)
    {
        try
        {
            var line = File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
            return [
                .. line[field.Length..].Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries).Select(
                    id => uint.Parse(id, CultureInfo.InvariantCulture))];
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static bool CanRead(string path)
    {
        try
        {
            File.OpenHandle(path).Dispose();
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string Groups() =>
        File.ReadLines("/proc/thread-self/status").First(line => line.StartsWith("Groups:", StringComparison.Ordinal))[7..].Trim();

    private static async Task<string> RunAsync(bool ordinary, params string[] command)
    {
        await using var server = await FakeServer.StartAsync();
        var assign = server.NewAssign(FakeServer.Command(command));
        if (!ordinary)
        {
            await using var agent = await AgentHost.StartAsync(server);
            await server.RunAsync(assign);
            return server.Log(assign) + server.Log(assign, LogStream.Stderr);
        }

        using var data = new TestDirectory();
        LetPass(data.Path);
        FileOwner.Give(data.Path, OrdinaryUser, OrdinaryUser);
        using var process = StartAs(
            ordinary, "run", "--server", server.Url, "--join-token", FakeServer.JoinToken, "--data", Path.Combine(data.Path, "agent"), "--allow", "command");
        await server.HelloAsync();
        await server.RunAsync(assign);
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return server.Log(assign) + server.Log(assign, LogStream.Stderr);
    }

    private sealed record Finding(string Check, string Level, string Text);

    private async Task<Finding[]> DoctorAsync(bool ordinary)
    {
        if (ordinary)
        {
            FileOwner.Give(_directory.Path, OrdinaryUser, OrdinaryUser);
        }

        using var process = StartAs(ordinary, "doctor", "--probe", "--json", "--data", Path.Combine(_directory.Path, "agent"));
        var said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return JsonSerializer.Deserialize<Finding[]>(said, JsonSerializerOptions.Web)!;
    }

    private static Process StartAs(bool ordinary, params string[] arguments)
    {
        string[] whole = ordinary
            ? ["setpriv", "--reuid", $"{OrdinaryUser}", "--regid", $"{OrdinaryUser}", "--clear-groups", AgentBinary.Path, .. arguments]
            : [AgentBinary.Path, .. arguments];
        var start = new ProcessStartInfo(whole[0], whole[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        // Where the runtime would keep what it unpacks: not in root's home.
        start.Environment["HOME"] = Path.GetTempPath();
        return Process.Start(start)!;
    }
}
