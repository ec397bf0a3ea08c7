using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using OtherThing.Agent.Machine;
using OtherThing.Agent.Native;
using OtherThing.Agent.Policies;
using OtherThing.Agent.Sandboxes;
using OtherThing.Agent.Shims;
using OtherThing.Protocol.V1;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Agent;

/// <summary>
/// What a job reaches over a network of its own. The machine and what lies outside it are namespaces of each test, with the same port open on
/// every address of both.
/// </summary>
public sealed class JobNetworkTests : IDisposable
{
    private const uint OrdinaryUser = 61_235;
    private static readonly uint s_user = 1_900_200_000 + (uint)Random.Shared.Next(10_000);
    private const int Port = 8080;

    private const string Outside = "93.184.216.34";
    private const string OwnPublic = "8.8.4.4";
    private const string OwnPrivate = "10.77.0.2";
    private const string Router = "10.77.0.1";
    private const string Private = "172.20.0.5";

    // By its own address, its loopback, the helper's idea of it, and the resolver's address at another port.
    private static readonly string[] s_machine = [OwnPublic, OwnPrivate, "127.0.0.1", "198.18.0.2", "198.18.0.3", "198.18.0.100", "198.18.1.1", "0.0.0.0"];
    private static readonly string[] s_metadata = ["169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "192.0.0.192"];

    private readonly TestDirectory _directory = new();
    private readonly List<Shim> _shims = [];
    private MadeNetwork? _machine;
    private MadeNetwork? _outside;

    public void Dispose()
    {
        _shims.ForEach(shim => shim.Dispose());
        _machine?.Dispose();
        _outside?.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task N05_Job_WithNetworkOfItsOwn_ReachesOutsideAndNeverTheMachine(bool ordinary)
    {
        var (machine, outside) = MakeNetworks(ordinary);

        var said = await RunAsync(ordinary, Job(Ask, [Outside, .. s_machine, .. s_metadata, Router, Private]));

        Assert.Equal(["net0 outside", "outside"], said.Reached);
        Assert.Empty(machine);
        Assert.All(outside, address => Assert.Equal(Outside, address.ToString()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task N05_Job_OwnerLendsPrivateNetworks_ReachesThemAndNeverTheMachine(bool ordinary)
    {
        var (machine, outside) = MakeNetworks(ordinary);

        await RunAsync(ordinary, Job(Ask, [Outside, .. s_machine, .. s_metadata, Router, Private]) with { ReachesPrivate = true });

        Assert.Empty(machine);
        Assert.Equal([Router, Private, Outside], outside.Select(address => address.ToString()).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task N05_Job_WithoutNetwork_HasNoLinkButItsLoopback()
    {
        var (machine, outside) = MakeNetworks(ordinary: false);

        var said = await RunAsync(ordinary: false, Job(Ask, [Outside, .. s_machine, .. s_metadata, Router, Private]) with { HasNetwork = false });

        Assert.Equal((0, "lo"), (said.Reached.Length, said.Links));
        Assert.Empty(machine);
        Assert.Empty(outside);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task N05_Job_WithNetworkOfItsOwn_AsksForNamesAndSpeaksToNoGroup(bool ordinary)
    {
        MakeNetworks(ordinary);
        var group = _outside!.Echo(5353, IPAddress.Parse("224.0.0.251"), IPAddress.Parse(Router));
        var resolver = File.ReadLines("/etc/resolv.conf")
            .Select(line => line.Split(' '))
            .FirstOrDefault(words => words is ["nameserver", var one] && one.Contains('.', StringComparison.Ordinal))?[1];
        Assert.SkipWhen(resolver is null, "This machine has no resolver with an IPv4 address.");
        if (!resolver.StartsWith("127.", StringComparison.Ordinal))
        {
            _machine!.Ip($"addr add {resolver}/32 dev lo");
        }

        _machine!.Echo(53);
        const string talk = """
            import socket
            def say(words, address, port, device):
                s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                if device: s.setsockopt(socket.SOL_SOCKET, 25, b'net0')
                try: s.sendto(words, (address, port))
                except OSError: return None
                return s
            for device in (False, True): say(b'group', '224.0.0.251', 5353, device); say(b'all', '255.255.255.255', 5353, device)
            name = [line.split()[1] for line in open('/etc/resolv.conf')][0]
            for words, address, port in ((b'name', name, 53), (b'one', '93.184.216.34', 5353)):
                s = say(words, address, port, False)
                while True:
                    s.settimeout(1)
                    try: print('reached', s.recv(100).decode()); break
                    except TimeoutError: s.sendto(words, (address, port))
            """;

        var said = await RunAsync(ordinary, Job(talk, []));

        Assert.Equal(["name", "one"], said.Reached);
        Assert.Equal(["one"], group.Distinct());
    }

    [Fact]
    public async Task N05_Job_MachineGetsAnotherAddress_ItIsClosedToo()
    {
        var (_, outside) = MakeNetworks(ordinary: false);
        _outside!.Ip("addr add 9.9.9.9/32 dev lo");
        const string lookAgain = """
            import socket, time
            while True:
                try: print('reached', socket.create_connection(('9.9.9.9', 8080), timeout=5).recv(100).decode(), flush=True)
                except OSError as error:
                    print('refused', flush=True); break
                time.sleep(0.1)
            """;

        var running = RunAsync(ordinary: false, Job(lookAgain, []));
        await Patience.UntilAsync(() => !outside.IsEmpty, "the job reached it while it was somebody else's");
        _machine!.Ip("addr add 9.9.9.9/32 dev lo");
        var said = await running;

        Assert.Equal("refused", said.Last);
    }

    [Fact]
    public async Task N05_Job_ItsWayOutBreaksDown_ItsFailureSaysSo()
    {
        var (_, outside) = MakeNetworks(ordinary: false);
        const string goOn = """
            import socket, time
            while True: socket.create_connection(('93.184.216.34', 8080), timeout=5).close(); time.sleep(0.1)
            """;

        var running = EndAsync(ordinary: false, Job(goOn, []));
        await Patience.UntilAsync(() => !outside.IsEmpty, "the job reached the outside");
        foreach (var helper in Processes.IdsWith("slirp4netns").Where(pid => FileOwner.Of($"/proc/{pid}")?.User == s_user))
        {
            _ = Libc.kill(helper, Libc.Sigkill);
        }

        var exit = (await running).Exit;

        Assert.Equal((1, "network_failed"), (exit.ExitCode, exit.ReasonCode));
    }

    [Fact]
    public async Task N05_Job_ItsRouterBreaksDown_HasNoNetworkAnyMore()
    {
        var (_, outside) = MakeNetworks(ordinary: false);
        const string goOn = """
            import socket, time
            while True: socket.create_connection(('93.184.216.34', 8080), timeout=5).close(); time.sleep(0.1)
            """;

        var running = EndAsync(ordinary: false, Job(goOn, []) with { WallMs = 30_000 });
        await Patience.UntilAsync(() => !outside.IsEmpty, "the job reached the outside");
        foreach (var helper in Processes.IdsWith("proxy_delay").Where(pid => FileOwner.Of($"/proc/{pid}")?.User == s_user))
        {
            _ = Libc.kill(helper, Libc.Sigkill);
        }

        var exit = (await running).Exit;

        Assert.Equal((1, "network_failed"), (exit.ExitCode, exit.ReasonCode));
    }

    [Fact]
    public async Task N05_Shim_KilledWithItsJob_LeavesNoHelper()
    {
        MakeNetworks(ordinary: false);
        var scratch = NewScratch(ordinary: false);

        var shim = StartShim(ordinary: false, scratch);
        await shim.ReceiveAsync(TestContext.Current.CancellationToken);
        await shim.SendAsync(
            Place(Job("import time\nprint('reached now', flush=True); time.sleep(600)", []), scratch, ordinary: false),
            TestContext.Current.CancellationToken);
        await Patience.UntilAsync(() => Text(new AttemptFiles(scratch).Stdout).Length > 0, "the job runs");
        var alive = ThreadUser.HasProcesses(s_user);
        _ = Libc.kill(shim.Pid, Libc.Sigkill);

        Assert.True(alive);
        await Patience.UntilAsync(() => !ThreadUser.HasProcesses(s_user), "its user has no process");
    }

    [Fact]
    public async Task N05_Agent_NetworkLent_GivesItToWhoAsksAndSaysSo()
    {
        SkipUnlessPossible(ordinary: false);
        var data = Path.Combine(_directory.Path, "agent");
        new PolicyFile(data).Write(new LocalPolicy { Kinds = ["command"], Network = "full" });
        await using var server = await FakeServer.StartAsync();
        await using var agent = new AgentHost { Server = server, Data = data };
        agent.Start("command", FakeServer.JoinToken);
        var hello = await agent.ConnectedAsync();
        var asking = server.NewAssign(FakeServer.Command("sh", "-c", "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '"));
        asking.Spec.Net = Network.Full;
        var silent = server.NewAssign(FakeServer.Command("sh", "-c", "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '"));

        var ends = (await server.RunAsync(asking), await server.RunAsync(silent));

        Assert.Equal("full", hello.Consent.Network);
        Assert.Equal((0, "full", "lo\nnet0\n"), (ends.Item1.ExitCode, ends.Item1.Network, server.Log(asking)));
        Assert.Equal((0, "none", "lo\n"), (ends.Item2.ExitCode, ends.Item2.Network, server.Log(silent)));
    }

    // Each address as it is, and by a socket that is bound to the device, which looks past routes that refuse.
    private const string Ask = """
        import concurrent.futures, socket, sys
        print('links', *[line.split(':')[0].strip() for line in open('/proc/net/dev') if ':' in line])
        def ask(way):
            device, address = way
            s = socket.socket()
            s.settimeout(30 if address == '93.184.216.34' else 1)
            try:
                if device: s.setsockopt(socket.SOL_SOCKET, 25, device.encode())
                s.connect((address, 8080))
                return f'reached {device} {s.recv(100).decode()}'
            except OSError as error:
                return f'closed {device} {address} {error}'
        ways = [(device, address) for device in ('', 'net0') for address in sys.argv[1:]]
        for line in concurrent.futures.ThreadPoolExecutor(len(ways)).map(ask, ways): print(line)
        """;

    private static ShimSpec Job(string program, string[] arguments) => new()
    {
        AttemptId = "network",
        Directory = "",
        Sandbox = SandboxClass.Bubblewrap,
        ClosesNamespaces = true,
        HasNetwork = true,
        WallMs = 120_000,
        Argv = ["python3", "-c", program, .. arguments],
        Env = new Dictionary<string, string> { ["PATH"] = Bubblewrap.DefaultPath },
    };

    private sealed record Said(string[] Reached, string Links, string Last);

    private async Task<Said> RunAsync(bool ordinary, ShimSpec job)
    {
        var (exit, scratch) = await EndAsync(ordinary, job);

        Assert.True(exit is { Started: true, ExitCode: 0 }, $"{exit.ExitCode} {exit.Reason} {Text(new AttemptFiles(scratch).Stderr)}");
        var lines = Text(new AttemptFiles(scratch).Stdout).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return new Said(
            [.. lines.Where(line => line.StartsWith("reached ", StringComparison.Ordinal)).Select(line => line["reached ".Length..].Trim()).Order(
                StringComparer.Ordinal)],
            lines.FirstOrDefault(line => line.StartsWith("links ", StringComparison.Ordinal))?["links ".Length..] ?? "",
            lines[^1]);
    }

    private async Task<(ShimExit Exit, string Scratch)> EndAsync(bool ordinary, ShimSpec job)
    {
        var scratch = NewScratch(ordinary);
        var shim = StartShim(ordinary, scratch);
        await shim.ReceiveAsync(TestContext.Current.CancellationToken);
        await shim.SendAsync(Place(job, scratch, ordinary), TestContext.Current.CancellationToken);
        ShimExit? exit = null;
        while (exit is null && await shim.ReceiveAsync(TestContext.Current.CancellationToken).WithPatience() is var (kind, body))
        {
            exit = kind == ShimFrameKind.Ended ? JsonSerializer.Deserialize(body, ShimJson.Default.ShimExit) : null;
        }

        return (exit ?? throw new InvalidOperationException("The shim ended without a word."), scratch);
    }

    /// <summary>What a stream of the job said; it has no file until it says something.</summary>
    private static string Text(string path) => File.Exists(path) ? File.ReadAllText(path) : "";

    private string NewScratch(bool ordinary)
    {
        File.SetUnixFileMode(_directory.Path, (UnixFileMode)Convert.ToInt32("711", 8));
        var scratch = Path.Combine(_directory.Path, "attempt");
        DataDirectory.CreatePassable(scratch);
        if (ordinary)
        {
            FileOwner.Give(scratch, OrdinaryUser, OrdinaryUser);
        }

        return scratch;
    }

    private static ShimSpec Place(ShimSpec job, string scratch, bool ordinary)
    {
        var placed = job with { Directory = scratch, User = ordinary ? null : s_user };
        placed.CreateWorkDirectory();
        if (ordinary)
        {
            FileOwner.Give(placed.WorkDirectory, OrdinaryUser, OrdinaryUser);
        }

        return placed;
    }

    private Shim StartShim(bool ordinary, string scratch)
    {
        var executable = ordinary
            ? new AgentExecutable("/usr/bin/setpriv", ["--reuid", $"{OrdinaryUser}", "--regid", $"{OrdinaryUser}", "--clear-groups", AgentBinary.Path])
            : new AgentExecutable(AgentBinary.Path, []);
        var shim = _machine!.Do(() => Shim.Start(executable, scratch));
        _shims.Add(shim);
        return shim;
    }

    /// <summary>Who came to the machine and who came to what lies outside it, by the addresses they asked for.</summary>
    private (ConcurrentQueue<IPAddress> Machine, ConcurrentQueue<IPAddress> Outside) MakeNetworks(bool ordinary)
    {
        SkipUnlessPossible(ordinary);
        (_machine, _outside) = (new MadeNetwork(), new MadeNetwork());
        _machine.Ip($"link add m0 type veth peer name o0 netns {_outside.Path}");
        _machine.Ip($"addr add {OwnPrivate}/24 dev m0");
        _machine.Ip($"addr add {OwnPublic}/32 dev lo");
        _machine.Ip("link set m0 up");
        _machine.Ip($"route add default via {Router}");
        _outside.Ip($"addr add {Router}/24 dev o0");
        _outside.Ip("link set o0 up");
        foreach (var address in (string[])[Outside, Private, .. s_metadata])
        {
            _outside.Ip($"addr add {address}/32 dev lo");
        }

        return (_machine.Greet(Port, "machine"), _outside.Greet(Port, "outside"));
    }

    private static void SkipUnlessPossible(bool ordinary)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Bubblewrap.Find() is not null, "bubblewrap is not installed");
        Assert.SkipUnless(NetworkTools.Missing(Bubblewrap.DefaultPath) is null, NetworkTools.Missing(Bubblewrap.DefaultPath) ?? "");
        Assert.SkipUnless(DataDirectory.IsRoot, "only root can make the machine and the outside of these tests");
        Assert.SkipWhen(ordinary && !File.Exists("/usr/bin/setpriv"), "setpriv is not installed");
    }
}
