using System.Net.NetworkInformation;
using System.Text;
using OtherThing.Agent.Native;
using OtherThing.Agent.Sandboxes;

namespace OtherThing.Agent.Shims;

/// <summary>
/// A way out for one sandboxed job: a second network namespace, the router, lies between the job's and slirp4netns, which opens the job's
/// connections as an ordinary program of the job's user. Both namespaces belong to the sandbox, so nothing of the machine's own network is
/// changed and nobody needs to be root.
/// </summary>
/// <remarks>
/// The router decides where a job gets to. A job cannot reach into it, and it only passes on: unlike routes in the job's own namespace,
/// its routes hold for a socket that is bound to a device or speaks to a group, too.
/// </remarks>
internal sealed class JobNetwork : IDisposable
{
    // High numbers: no descriptor of the shim lies there.
    private const int UserNamespace = 250;
    private const int JobNamespace = 251;
    private const int ReadyDescriptor = 252;
    private const int ExitDescriptor = 253;
    private const int RouterNamespace = 254;
    private const int PatienceMs = 10_000;
    private const int LookEveryMs = 2_000;
    private const nuint OwnerOfNamespace = 0xb701;

    private const string JobAddress = "198.18.1.2";
    private const string RouterAddress = "198.18.1.1";
    private const string WayOut = "198.18.0.2";

    /// <summary>Where names are asked for: the way out passes on to the machine's own resolver what comes to port 53.</summary>
    private const string Resolver = "198.18.0.3";

    /// <summary>The file <c>/etc/resolv.conf</c> of a job with a network.</summary>
    internal static byte[] ResolverFile { get; } = Encoding.ASCII.GetBytes($"nameserver {Resolver}\n");

    private readonly ShimSpec _spec;
    private readonly List<int> _open = [];
    private readonly List<int> _children = [];
    private readonly StringBuilder _said = new();
    private readonly byte[] _buffer = new byte[4096];
    private readonly HashSet<string> _closed = [];
    private int _router = -1;
    private long _nextLook;

    private JobNetwork(ShimSpec spec) => _spec = spec;

    /// <summary>Gives the job a network before it starts.</summary>
    /// <param name="spec">The job.</param>
    /// <param name="inside">The first process in its sandbox.</param>
    /// <param name="problem">Why there is none, for people.</param>
    internal static JobNetwork? Open(ShimSpec spec, int inside, out string? problem)
    {
        var network = new JobNetwork(spec);
        problem = network.SetUp(inside);
        if (problem is null)
        {
            return network;
        }

        network.Dispose();
        return null;
    }

    /// <summary>
    /// Closes what the machine is called since the last look. A router that is gone closes nothing any more while the way out would go on:
    /// then the job has no network at all.
    /// </summary>
    internal void Look(long now)
    {
        if (now < _nextLook || HasFailed)
        {
            return;
        }

        _nextLook = now + LookEveryMs;
        HasFailed = HelperEnded() || (Closed()?.Where(_closed.Add) ?? []).Any(place => !FileDescriptor.Write(_router, Encoding.ASCII.GetBytes(place + "\n")));
        if (HasFailed)
        {
            Dispose();
        }
    }

    private bool HelperEnded() => _children.RemoveAll(pid => ChildExit.TryReap(pid, block: false) is not null) > 0;

    /// <summary>Whether it was gone before the job was; known once this is disposed.</summary>
    internal bool HasFailed { get; private set; }

    public void Dispose()
    {
        HasFailed |= HelperEnded();
        _open.ForEach(FileDescriptor.Close);
        _open.Clear();
        foreach (var pid in _children)
        {
            _ = Libc.kill(pid, Libc.Sigkill);
            ChildExit.TryReap(pid, block: true);
        }

        _children.Clear();
    }

    private string? SetUp(int inside)
    {
        var until = Environment.TickCount64 + PatienceMs;
        if (!HasUsers(inside, until))
        {
            return "The sandbox did not come to stand.";
        }

        var job = Keep(ProcFiles.OpenNamespace(inside, "net"));
        var owner = Keep(Libc.ioctl(job, OwnerOfNamespace));
        if (job < 0 || owner < 0)
        {
            return "The namespace of the job cannot be opened.";
        }

        using var nothing = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite);
        var (words, saying) = Pipe(readsHere: true);
        // Nobody reads it later: who cannot say something then goes on without.
        FileDescriptor.SetNonBlocking(saying);

        var (marks, marking) = Pipe(readsHere: true);
        var (hearing, router) = Pipe(readsHere: false);
        _router = router;
        var routing = Start(
            ["unshare", "--net", "--", "sh", "-c", RouterScript()], [(hearing, 0), (marking, 1), (saying, 2), (owner, UserNamespace), (job, JobNamespace)]);
        Drop(hearing);
        Drop(marking);
        if (!Waits(marks, until))
        {
            return Words(words, "The router was not made");
        }

        var routed = Keep(ProcFiles.OpenNamespace(routing, "net"));
        var (ready, readying) = Pipe(readsHere: true);
        var (ending, _) = Pipe(readsHere: false);
        Start(
            ["sh", "-c", s_wayOutScript],
            [((int)nothing.DangerousGetHandle(), 0), (saying, 1), (saying, 2), (owner, UserNamespace), (readying, ReadyDescriptor),
                (ending, ExitDescriptor), (routed, RouterNamespace)]);
        Drop(readying);
        Drop(ending);
        Drop(saying);
        if (!Waits(ready, until))
        {
            return Words(words, "slirp4netns did not start");
        }

        if (Closed() is not { } closed)
        {
            return "This machine does not say which addresses it has.";
        }

        _closed.UnionWith(closed);
        FileDescriptor.Write(_router, Encoding.ASCII.GetBytes(string.Concat(_closed.Select(place => place + "\n")) + "go\n"));
        // A router that hears nothing any more must not hold up what else the shim does.
        FileDescriptor.SetNonBlocking(_router);
        _nextLook = Environment.TickCount64 + LookEveryMs;
        return Waits(marks, until) ? null : Words(words, "The routes were not made");
    }

    private string[]? Closed()
    {
        try
        {
            return [.. NetworkFence.Closed(NetworkFence.OfThisMachine(), _spec.ReachesPrivate).Select(place => place.ToString())];
        }
        catch (NetworkInformationException)
        {
            return null;
        }
    }

    /// <summary>Starts a program as root of the sandbox's users, which is the job's user and has rights over its namespaces only.</summary>
    private int Start(string[] command, List<(int, int)> descriptors)
    {
        var (pid, _) = Spawn.Start(new SpawnRequest
        {
            Path = NetworkTools.Find("nsenter", Bubblewrap.DefaultPath)!,
            Arguments = ["nsenter", $"--user=/proc/self/fd/{UserNamespace}", "--preserve-credentials", "--", .. command],
            Environment = [$"PATH={Bubblewrap.DefaultPath}", "LC_ALL=C"],
            WorkingDirectory = "/",
            Descriptors = descriptors,
            Rights = new JobRights(_spec.User, NoNewPrivileges: true),
        });
        if (pid > 0)
        {
            _children.Add(pid);
        }

        return pid;
    }

    /// <summary>Until it has, whoever enters its user namespace is nobody there. It gets them before it waits to be let go.</summary>
    private static bool HasUsers(int inside, long until)
    {
        while (Environment.TickCount64 < until)
        {
            try
            {
                if (File.ReadAllText($"/proc/{inside}/uid_map").Length > 0)
                {
                    return true;
                }
            }
            catch (IOException)
            {
                return false;
            }

            Thread.Sleep(1);
        }

        return false;
    }

    /// <summary>Whether anything comes before the other end is gone or patience is over.</summary>
    private bool Waits(int descriptor, long until)
    {
        while (until - Environment.TickCount64 is > 0 and var left)
        {
            Poller.WaitFirst((int)left, descriptor);
            if (FileDescriptor.Read(descriptor, _buffer) is >= 0 and var count)
            {
                return count > 0;
            }
        }

        return false;
    }

    /// <summary>What went wrong, by the last word of the program it went wrong in.</summary>
    private string Words(int words, string what)
    {
        while (FileDescriptor.Read(words, _buffer) is > 0 and var count)
        {
            _said.Append(Encoding.UTF8.GetString(_buffer, 0, count));
        }

        var last = _said.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault();
        return last is null ? what + "." : $"{what}: {FirstWords.Of(last, 200).TrimEnd('.')}.";
    }

    private (int Read, int Write) Pipe(bool readsHere)
    {
        var (read, write) = FileDescriptor.CreatePipe();
        if (readsHere)
        {
            FileDescriptor.SetNonBlocking(read);
        }

        return (Keep(read), Keep(write));
    }

    private int Keep(int descriptor)
    {
        _open.Add(descriptor);
        return descriptor;
    }

    /// <summary>The other side's end: while it is open here too, nobody sees that side go.</summary>
    private void Drop(int descriptor)
    {
        _open.Remove(descriptor);
        FileDescriptor.Close(descriptor);
    }

    /// <summary>
    /// The router's only program. It hears line by line what is closed, says when it stands, and ends with its input, and with it the
    /// namespace. Its first table is for what comes from the job, and knows no other way than out or nowhere.
    /// </summary>
    private static string RouterScript() => $"""
        set -e
        echo 1000 > /proc/self/oom_score_adj
        echo 1 > /proc/sys/net/ipv4/ip_forward
        echo 0 > /proc/sys/net/ipv4/icmp_ratelimit
        if [ -e /proc/sys/net/ipv6/conf/all/disable_ipv6 ]; then echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6; fi
        ip -batch - <<END
        link set lo up
        link add room0 mtu 65520 type veth peer name net0 mtu 65520 netns /proc/self/fd/{JobNamespace}
        addr add {RouterAddress}/30 dev room0
        link set room0 up
        END
        nsenter --net=/proc/self/fd/{JobNamespace} ip -batch - <<END
        addr add {JobAddress}/30 dev net0
        link set net0 up
        route add default via {RouterAddress}
        END
        echo ready
        while read -r closed && [ "$closed" != go ]; do echo "route replace prohibit $closed table 100"; done | ip -batch -
        echo 0 > /proc/sys/net/ipv4/neigh/tap0/proxy_delay
        ip -batch - <<END
        neigh add proxy {JobAddress} dev tap0
        route add default via {WayOut} dev tap0 table 100
        rule add priority 100 iif room0 to {Resolver} ipproto udp dport 53 lookup main
        rule add priority 101 iif room0 to {Resolver} ipproto tcp dport 53 lookup main
        rule add priority 102 iif room0 lookup 100
        rule add priority 103 iif room0 prohibit
        END
        echo done
        while read -r closed; do ip route replace prohibit "$closed" table 100 || ip link set room0 down; done
        """;

    // Its own walls keep it from files and from system calls it does not need; what it keeps of a job's data is bounded by its open files.
    private static readonly string s_wayOutScript = $"""
        echo 1000 > /proc/self/oom_score_adj
        ulimit -n 512
        exec slirp4netns --configure --mtu=65520 --cidr=198.18.0.0/24 --disable-host-loopback --enable-sandbox --enable-seccomp --ready-fd={ReadyDescriptor} --exit-fd={ExitDescriptor} --netns-type=path /proc/self/fd/{RouterNamespace} tap0
        """;
}
