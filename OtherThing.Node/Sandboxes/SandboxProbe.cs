using System.Globalization;
using OtherThing.Agent.Machine;
using OtherThing.Agent.Native;
using OtherThing.Agent.Platforms;
using OtherThing.Agent.Shims;

namespace OtherThing.Agent.Sandboxes;

/// <summary>
/// Whether the sandbox really works here, found out by using it: having the program says nothing about what the kernel lets it do.
/// A job of its own looks at the walls from inside. It only asks whether it might (as <c>access(2)</c> does) and never changes a thing.
/// </summary>
internal static class SandboxProbe
{
    private const string UnknownOption = "Unknown option";
    private const string TooOld =
        "The bubblewrap here is older than 0.7.0, the first that keeps folders in memory to a size, and so to a job's limit. Install 0.7.0 or later.";

    /// <summary>Every job has a limit of memory; so does the trial, or a bubblewrap that cannot keep one would seem to work.</summary>
    private const long MemoryBytes = 64 << 20;

    private static readonly string[] s_capabilities = ["CapEff:", "CapPrm:", "CapBnd:"];

    // Only what every shell has: a machine may lack find, grep or id.
    private const string Script = """
        walk() {
          for entry in "$1"/*; do
            if [ -L "$entry" ]; then :
            elif [ -d "$entry" ]; then walk "$entry"
            elif [ -e "$entry" ]; then
              seen=$((seen+1))
              if [ -w "$entry" ]; then open=$((open+1)); echo "open $entry"; fi
            fi
          done
        }
        seen=0; open=0
        for top in /proc/[!0-9]* /sys; do
          if [ -L "$top" ]; then :
          elif [ -d "$top" ]; then walk "$top"
          elif [ -e "$top" ]; then
            seen=$((seen+1))
            if [ -w "$top" ]; then open=$((open+1)); echo "open $top"; fi
          fi
        done
        echo "settings $open $seen"
        echo "pid $$"
        if [ -e /etc/shadow ] || [ -e /root ] || [ -e /home ]; then echo "files seen"; else echo "files none"; fi
        if [ -w /usr ]; then echo "system open"; else echo "system closed"; fi
        while read -r name value rest; do
          case $name in CapEff:|CapPrm:|CapBnd:|NoNewPrivs:|Seccomp:) echo "status $name $value";; esac
        done < /proc/self/status
        links=0
        while read -r name rest; do case $name in *:*) links=$((links+1));; esac; done < /proc/net/dev
        echo "links $links"
        if [ -r /proc/keys ]; then while read -r key rest; do echo "key $key"; done < /proc/keys; fi 2> /dev/null
        if command -v unshare > /dev/null; then if unshare -U true 2> /dev/null; then echo "nested made"; else echo "nested refused"; fi; fi
        : > /work/mark
        echo "done"
        """;

    private const string NetworkScript = """
        links=0
        while read -r name rest; do case $name in net0:*) links=$((links+1));; esac; done < /proc/net/dev
        [ $links = 1 ] && [ -r /etc/resolv.conf ]
        """;

    /// <summary>Tries the sandbox as the jobs of this agent will have it.</summary>
    internal static SandboxReport Run(DataDirectory data, JobUsers? users)
    {
        if (users?.Problem() is { } problem)
        {
            return new SandboxReport { NoUsers = problem };
        }

        if (Platform.Current.NoSandbox is { } none)
        {
            return SandboxReport.None(none);
        }

        if (!SeccompFilter.IsAvailable)
        {
            return SandboxReport.None("There is no filter of system calls for this processor yet.");
        }

        if (Bubblewrap.Find() is null)
        {
            return SandboxReport.None("bubblewrap (bwrap) is not installed.");
        }

        var user = users?.Take();
        try
        {
            var (report, said) = Try(data, user, closesNamespaces: true);
            report = said.Contains(UnknownOption, StringComparison.Ordinal) ? Try(data, user, closesNamespaces: false).Report : report;
            return report.Works ? report with { NetworkProblem = TryNetwork(data, user, report.ClosesNamespaces) } : report;
        }
        finally
        {
            if (user is { } taken)
            {
                users!.Return(taken);
            }
        }
    }

    private static (SandboxReport Report, string Said) Try(DataDirectory data, uint? user, bool closesNamespaces)
    {
        var keys = Keys();
        var trial = Work(data, user, Script, closesNamespaces, hasNetwork: false);
        return trial.EndedWell && trial.Said.EndsWith("done\n", StringComparison.Ordinal)
            ? (new SandboxReport { ClosesNamespaces = closesNamespaces, Checks = Read(trial.Said, trial.Owner, user, keys) }, trial.Said)
            : (SandboxReport.None(IsTooOld(trial.Failure) ? TooOld : $"A trial job in the sandbox failed: {trial.Failure}."), trial.Failure);
    }

    private static bool IsTooOld(string failure) => failure.Contains($"{UnknownOption} --size", StringComparison.OrdinalIgnoreCase);

    /// <summary>Why no job can have a network of its own; null when one could. Nothing is sent over it.</summary>
    private static string? TryNetwork(DataDirectory data, uint? user, bool closesNamespaces)
    {
        if (NetworkTools.Missing(Bubblewrap.DefaultPath) is { } missing)
        {
            return missing;
        }

        var trial = Work(data, user, NetworkScript, closesNamespaces, hasNetwork: true);
        return trial.EndedWell ? null : $"A trial failed: {trial.Failure}.";
    }

    private sealed record Trial(ShimExit Exit, string Said, uint? Owner)
    {
        internal bool EndedWell => Exit is { Started: true, ExitCode: 0 };

        internal string Failure => Exit.Reason?.TrimEnd('.') ?? $"it ended with exit code {Exit.ExitCode}";
    }

    private static Trial Work(DataDirectory data, uint? user, string script, bool closesNamespaces, bool hasNetwork)
    {
        DataDirectory.CreatePassable(data.Scratch);
        var scratch = Path.Combine(data.Scratch, "probe-" + Guid.NewGuid().ToString("n"));
        DataDirectory.CreatePassable(scratch);
        try
        {
            var spec = new ShimSpec
            {
                AttemptId = "probe",
                Directory = scratch,
                Sandbox = SandboxClass.Bubblewrap,
                User = user,
                ClosesNamespaces = closesNamespaces,
                HasNetwork = hasNetwork,
                Argv = ["sh", "-c", script],
                Env = new Dictionary<string, string> { ["PATH"] = Bubblewrap.DefaultPath },
                MemoryBytes = MemoryBytes,
                WallMs = 20_000,
            };
            spec.CreateWorkDirectory();
            var exit = new Supervision(spec, new ShimWire(input: -1, output: -1), ownsOrphans: false).Run();
            var said = exit.Stdout.Total > 0 ? File.ReadAllText(new AttemptFiles(scratch).Stdout) : "";
            return new Trial(exit, said, FileOwner.Of(Path.Combine(spec.WorkDirectory, "mark"))?.User);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static SandboxCheck[] Read(string said, uint? owner, uint? user, HashSet<string> keys)
    {
        var lines = said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).ToArray();
        string Word(string name, int at = 1) => lines.FirstOrDefault(line => line[0] == name && line.Length > at)?[at] ?? "";
        string Status(string name) => lines.FirstOrDefault(line => line.Length > 2 && line[0] == "status" && line[1] == name)?[2] ?? "";
        var (open, seen) = (Word("settings"), Word("settings", 2));
        var firstOpen = lines.FirstOrDefault(line => line[0] == "open")?[1];
        var shared = lines.Count(line => line[0] == "key" && keys.Contains(line[1]));
        var ownKeyring = ThreadUser.CanLeaveKeyring();
        var nested = Word("nested");
        var capable = s_capabilities.Any(name => Status(name).Trim('0').Length > 0 || Status(name).Length == 0);
        return
        [
            new("sandbox.user", owner is > 0 && (user is null || owner == user), owner is > 0 ? $"outside, jobs are user {owner}" : "outside, jobs are root"),
            new("sandbox.settings", open == "0" && seen.Length > 0,
                $"{open} of {seen} kernel settings and other files in /proc and /sys can be written" + (firstOpen is null ? "" : $" ({firstOpen}, ...)")),
            new("sandbox.namespaces", nested != "made" && Status("Seccomp:") == "2",
                nested == "made" ? "a job can make user namespaces" : "jobs can make no user namespaces"),
            new("sandbox.keyring", shared == 0 && ownKeyring,
                shared > 0 ? $"jobs see {shared} keys of others" : ownKeyring ? "jobs have a keyring of their own" : "jobs have the keyring of the agent"),
            new("sandbox.filter", Status("Seccomp:") == "2", Status("Seccomp:") == "2" ? "system calls are filtered" : "system calls are not filtered"),
            new("sandbox.rights", Status("NoNewPrivs:") == "1" && !capable,
                Status("NoNewPrivs:") == "1" && !capable ? "jobs have no rights and can gain none" : "jobs have rights of root, or can gain some"),
            new("sandbox.processes", int.TryParse(Word("pid"), CultureInfo.InvariantCulture, out var pid) && pid < 10,
                pid < 10 ? "jobs see only their own processes" : "jobs see processes of others"),
            new("sandbox.files", Word("files") == "none" && Word("system") == "closed", Word("files") == "none" && Word("system") == "closed"
                ? "the system is read-only, homes are not there"
                : "jobs see files of this machine's people or can change the system"),
            new("sandbox.network", Word("links") == "1", Word("links") == "1" ? "jobs have no network" : "jobs see the network of this machine"),
        ];
    }

    /// <summary>The keys that the agent itself can see, by number.</summary>
    private static HashSet<string> Keys()
    {
        const string list = "/proc/keys";
        return File.Exists(list) ? [.. File.ReadLines(list).Select(line => line.Split(' ')[0])] : [];
    }
}
