using OtherThing.Agent.Native;
using OtherThing.Agent.Sandboxes;
using OtherThing.Agent.Shims;
using OtherThing.Protocol.V1;

namespace OtherThing.Tests.Agent;

/// <summary>Ways around the limits of a job: each is stopped or counted, and the job names the limit.</summary>
public sealed class LimitTests(MessAgent agent) : IClassFixture<MessAgent>
{
    private const string Imports = "import ctypes,mmap,os,resource,socket,sys,threading,time\nM=1<<20\n";

    /// <summary>With 64 MiB of memory, 16 MiB of disk and 40 processes; a program that got what it wanted ends well.</summary>
    public static TheoryData<string, string, string> Ways => new()
    {
        { "one large piece", "limit.memory", "x=bytearray(400*M)" },
        { "many children, each with little", "limit.memory", "for i in range(8):\n if os.fork()==0: x=bytearray(os.urandom(M)*20); time.sleep(600); "
            + "os._exit(0)\ntime.sleep(600)" },
        { "shared memory without a name", "limit.memory", "m=mmap.mmap(-1,120*M)\nfor i in range(120): m.write(b'x'*M)\ntime.sleep(600)" },
        { "shared memory given back but for a page", "limit.memory", "libc=ctypes.CDLL(None); libc.mmap.restype=ctypes.c_void_p\nfor n in range(12):\n "
            + "p=libc.mmap(None,10*M,3,0x21,-1,0); ctypes.memset(p,1,10*M); libc.munmap(ctypes.c_void_p(p+4096),10*M-4096)\ntime.sleep(600)" },
        { "pieces of memory that are only open", "limit.memory", "f=[os.memfd_create('m%d'%i) for i in range(12)]\nfor x in f: [os.write(x,b'x'*M) for i in "
            + "range(10)]\ntime.sleep(600)" },
        { "a file in /dev/shm", "limit.memory", "f=open('/dev/shm/f','wb')\nfor i in range(100): f.write(b'x'*M); f.flush()\ntime.sleep(600)" },
        { "a file in /tmp that is deleted and open", "limit.memory", "f=open('/tmp/f','wb'); os.unlink('/tmp/f')\nfor i in range(100): f.write(b'x'*M); "
            + "f.flush()\ntime.sleep(600)" },
        { "a little in every folder in memory", "limit.memory", "for d in ('/tmp','/run','/dev/shm'):\n f=open(d+'/f','wb'); [f.write(b'x'*M) for i in "
            + "range(30)]; f.flush()\ntime.sleep(600)" },
        { "empty files in memory", "limit.memory", "for i in range(150000): open('/tmp/%d'%i,'w').close()\ntime.sleep(600)" },
        { "children that fork children", "limit.processes", "while True:\n try: os.fork()\n except OSError: time.sleep(0.5)" },
        { "threads", "limit.processes", "threading.stack_size(128*1024)\nfor i in range(200): threading.Thread(target=time.sleep,args=(600,)).start()" },
        { "children that leave their session", "limit.processes", "for i in range(100):\n if os.fork()==0:\n  os.setsid()\n  if os.fork()==0: "
            + "time.sleep(600)\n  os._exit(0)\n os.wait()\ntime.sleep(600)" },
        { "one large file", "limit.disk", "f=open('f','wb')\nfor i in range(40): f.write(b'x'*M); f.flush()\ntime.sleep(600)" },
        { "many files", "limit.disk", "for i in range(40): open('f%d'%i,'wb').write(b'x'*M)\ntime.sleep(600)" },
        { "files that are deleted and open", "limit.disk", "f=[]\nfor i in range(10):\n f.append(open('f','wb')); os.unlink('f'); f[-1].write(b'x'*4*M); "
            + "f[-1].flush()\ntime.sleep(600)" },
        { "files that are deleted and mapped", "limit.disk", "k=[]\nfor i in range(10):\n f=open('f','w+b'); f.write(b'x'*4*M); f.flush(); "
            + "k.append(mmap.mmap(f.fileno(),4*M)); os.unlink('f'); f.close()\ntime.sleep(600)" },
        { "files at paths that are too long", "limit.disk", "for i in range(2000): os.mkdir('d'*20); os.chdir('d'*20)\nfor i in range(10): "
            + "open('f%d'%i,'wb').write(b'x'*4*M)\ntime.sleep(600)" },
        { "files in a folder of mode 000", "limit.disk", "os.mkdir('a')\nfor i in range(10): open('a/f%d'%i,'wb').write(b'x'*4*M)\nos.chmod('a',0); "
            + "time.sleep(600)" },
        { "files that are empty", "limit.disk", "for i in range(60000): open('%d'%i,'w').close()\ntime.sleep(600)" },
        { "a quick end", "limit.disk", "for i in range(10): open('f%d'%i,'wb').write(b'x'*4*M)" },
        { "output without end", "limit.output", "b=b'x'*M\nwhile True: os.write(1,b)" },
        { "time", "limit.time", "time.sleep(600)" },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task N09_Job_ThatGoesAroundALimit_IsStoppedAndNamesIt(string way, string code, string program)
    {
        var spec = FakeServer.Command("python3", "-c", Imports + program);
        spec.Limits = new Limits { MemoryMb = 64, DiskMb = 16, Pids = 40, WallS = code == "limit.time" ? 2u : 300u };

        var end = await agent.Server.RunAsync(spec);

        Assert.SkipUnless(end.Sandbox == "bubblewrap", "bubblewrap does not work here");
        Assert.True((EventKind.Finished, code) == (end.Kind, end.ReasonCode), $"{way}: {end.Kind} {end.ExitCode} '{end.ReasonCode}' {end.Reason}");
        Assert.NotEqual("", end.Reason);
    }

    /// <summary>Whether the job keeps its input open or not: others keep it for it.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("f.close(); os.close(0)\n")]
    public async Task N09_Job_ThatWritesToItsInput_IsStoppedAndNamesTheLimit(string then)
    {
        var spec = FakeServer.Command(
            "python3", "-c", $"{Imports}f=open('/proc/self/fd/0','wb')\nfor i in range(40): f.write(b'x'*M); f.flush()\n{then}time.sleep(600)");
        spec.Stdin = Google.Protobuf.ByteString.CopyFromUtf8("words");
        spec.Limits = new Limits { MemoryMb = 64, DiskMb = 16, Pids = 40, WallS = 300 };

        var end = await agent.Server.RunAsync(spec);

        Assert.SkipUnless(end.Sandbox == "bubblewrap", "bubblewrap does not work here");
        Assert.Equal((EventKind.Finished, "limit.disk"), (end.Kind, end.ReasonCode));
    }

    [Fact]
    public async Task N09_Job_NobodyLimits_HasLimitsAllTheSame()
    {
        var spec = FakeServer.Command(
            "sh", "-c", "ulimit -n; ulimit -Hn; cat /proc/self/oom_score_adj; ulimit -d; ulimit -f; df -k /tmp | tail -1 | tr -s ' ' | cut -d' ' -f2");
        var assign = agent.Server.NewAssign(spec);

        var end = await agent.Server.RunAsync(assign);
        var said = agent.Server.Log(assign).Split('\n');

        Assert.SkipUnless(end.Sandbox == "bubblewrap", "bubblewrap does not work here");
        Assert.Equal((0, ""), (end.ExitCode, end.ReasonCode));
        Assert.Equal(["1024", "4096", "1000"], said[..3]);
        Assert.All(said[3..^1], limit => Assert.InRange(long.Parse(limit, System.Globalization.CultureInfo.InvariantCulture), 1, 1L << 40));
    }

    [Fact]
    public void N09_ChildLimits_ChildThatJustStarted_HasThem()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && OperatingSystem.IsLinux(), "Only root gives limits to somebody else's process.");
        var spec =
            new ShimSpec
            {
                AttemptId = "limits",
                Directory = "",
                Sandbox =
                SandboxClass.Bubblewrap,
                Argv = [],
                Env = new Dictionary<string, string>(),
                User = UserRange.Default.First + 11,
                MemoryBytes = 64 << 20
            };
        using var nothing = File.OpenHandle("/dev/null");
        var fd = (int)nothing.DangerousGetHandle();
        var data = new List<string>();

        // A child becomes its user's only in the middle of its exec, and the spawn returns before that: each of many must have its limits.
        for (var i = 0; i < 200; i++)
        {
            var (pid, _) =
                Spawn.Start(
                    new SpawnRequest
                    {
                        Path = "/bin/sleep",
                        Arguments = [
                        "sleep", "600"],
                        Descriptors = [(fd, 0), (fd, 1), (fd, 2)],
                        Rights = new JobRights(spec.User, NoNewPrivileges: false)
                    });
            ChildLimits.Apply(pid, spec);
            data.Add(File.ReadLines($"/proc/{pid}/limits").First(line => line.StartsWith("Max data size", StringComparison.Ordinal)));
            _ = Libc.kill(pid, Libc.Sigkill);
            ChildExit.TryReap(pid, block: true);
        }

        Assert.All(data, line => Assert.Contains($" {64 << 20} ", line, StringComparison.Ordinal));
    }

    [Fact]
    public void N09_ChildLimits_LimitThatIsRefused_IsSaid()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && OperatingSystem.IsLinux(), "Only root gives limits to somebody else's process.");
        var spec =
            new ShimSpec
            {
                AttemptId = "limits",
                Directory = "",
                Sandbox =
                SandboxClass.Bubblewrap,
                Argv = [],
                Env = new Dictionary<string, string>(),
                User = UserRange.Default.First + 16,
                MaxProcesses = 1_000
            };
        using var nothing = File.OpenHandle("/dev/null");
        var fd = (int)nothing.DangerousGetHandle();
        // The one has a stricter limit already, which nobody but the system may raise.
        var (pid, _) =
            Spawn.Start(
                new SpawnRequest
                {
                    Path = "/bin/sh",
                    Arguments = ["sh", "-c", "ulimit -u 500; exec sleep 600"],
                    Descriptors = [
                    (fd, 0), (fd, 1), (fd, 2)],
                    Rights = new JobRights(spec.User, NoNewPrivileges: false)
                });
        var until = Environment.TickCount64 + (long)OtherThing.Tests.Support.Patience.Limit.TotalMilliseconds;
        while (!File.ReadAllText($"/proc/{pid}/cmdline").StartsWith("sleep", StringComparison.Ordinal) && Environment.TickCount64 < until)
        {
            Thread.Yield();
        }

        var stricter = ChildLimits.ApplyInside(pid, spec);
        var foreign = ChildLimits.ApplyInside(pid, spec with { User = UserRange.Default.First + 17 });
        _ = Libc.kill(pid, Libc.Sigkill);
        ChildExit.TryReap(pid, block: true);
        var gone = ChildLimits.ApplyInside(pid, spec);

        Assert.Equal((true, false, true), (stricter, foreign, gone));
    }

    [Fact]
    public async Task N09_Job_ThatSharesPages_IsNotCountedTwice()
    {
        // Thirty children of one parent with 40 MiB: each has all of it, together they have it once.
        var spec = FakeServer.Command(
            "python3", "-c", Imports + "x=bytearray(os.urandom(M)*40)\nfor i in range(30):\n if os.fork()==0: time.sleep(2); os._exit(0)\ntime.sleep(2)");
        spec.Limits = new Limits { MemoryMb = 128, Pids = 40 };

        var end = await agent.Server.RunAsync(spec);

        Assert.Equal((0, ""), (end.ExitCode, end.ReasonCode));
    }
}

/// <summary>The same with an agent that is an ordinary user, which may not look into everything.</summary>
public sealed class OrdinaryUserLimitTests(OrdinaryMessAgent agent) : IClassFixture<OrdinaryMessAgent>
{
    public static TheoryData<string, string, string> Ways =>
        [.. LimitTests.Ways.Where(way => way.Data.Item1 != "shared memory given back but for a page")];

    [Theory]
    [MemberData(nameof(Ways))]
    public Task N09_Job_ThatGoesAroundALimit_IsStoppedAndNamesIt(string way, string code, string program)
    {
        Assert.SkipUnless(OrdinaryMessAgent.IsPossible, "only root can start an agent as somebody else");
        return new LimitTests(agent).N09_Job_ThatGoesAroundALimit_IsStoppedAndNamesIt(way, code, program);
    }
}
