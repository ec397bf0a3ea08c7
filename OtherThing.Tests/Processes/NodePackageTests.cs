using System.Diagnostics;
using OtherThing.Lab.Processes;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Processes;

/// <summary>The agent as a newcomer gets it: packed, installed into a system that never had it, joined, used, and purged.</summary>
public sealed class NodePackageTests
{
    // A copy of this system in which everything may change: what is written goes to memory, and is gone with the last process in it.
    private const string FreshRoot = """
        set -eu
        place=$1; shift
        mount -t tmpfs none "$place"
        mkdir "$place/upper" "$place/work" "$place/root"
        mount -t overlay -o "lowerdir=/,upperdir=$place/upper,workdir=$place/work" none "$place/root"
        for folder in proc sys dev; do mount --rbind "/$folder" "$place/root/$folder"; done
        cd "$place/root"
        mkdir -p .before
        pivot_root . .before
        umount -l .before
        exec "$@"
        """;

    private const string Visit = """
        set -eu
        export DEBIAN_FRONTEND=noninteractive
        apt-get install -y -qq "$1"
        echo "installed as $(dpkg-query -W -f '${Version}' otherthing-node), owned by $(stat -c %U /var/lib/otherthing-node)"
        code=0
        setpriv --reuid otherthing-node --regid otherthing-node --init-groups env -i PATH=/usr/bin:/bin HOME=/var/lib/otherthing-node \
          /usr/bin/otherthing-node run --data /var/lib/otherthing-node --server "$2" --join-token "$3" --name packed --allow command || code=$?
        echo "the agent ended with $code"
        apt-get purge -y -qq otherthing-node
        for left in /usr/bin/otherthing-node /var/lib/otherthing-node /etc/otherthing-node /usr/lib/systemd/system/otherthing-node.service; do
          [ ! -e "$left" ] || echo "left: $left"
        done
        getent passwd otherthing-node || echo "purged"
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task DebianPackage_IsInstalledJoinsRunsAJobAndIsPurgedWithoutATrace()
    {
        using var directory = new TestDirectory();
        await RequireFreshRootAsync(directory.Path);
        var packages = await PublishAsync(Path.Combine(directory.Path, "node"));
        await using var server = new ServerProcess(BuildOutput.Server);
        await server.StartAsync(Cancel);
        await server.SignInAsync(Cancel);
        var workspace = await server.CreateWorkspaceAsync("Workshop", Cancel);
        var invited = await server.PostAsync("/nodes/join-tokens", """{"name":"packed"}""", Cancel);

        var began = Stopwatch.GetTimestamp();
        await using var machine = InFreshRoot(
            directory.Path, "bash", "-c", Visit, "visit", Path.Combine(packages, "otherthing-node-linux-x64.deb"), server.Address.ToString().TrimEnd('/'),
            invited.GetProperty("token").GetString()!);
        var node = "";
        await Until.HoldsAsync(async () => (node = await ReadyNodeAsync(server, machine)).Length > 0, "the packed agent is ready", Cancel);
        await server.PostAsync($"/nodes/{node}/workspaces", $$"""{"workspaceIds":["{{workspace}}"]}""", Cancel);
        var job = await server.PostAsync($"/workspaces/{workspace}/jobs?wait=120", """{"kind":"command","command":["id","-u"]}""", Cancel);
        TestContext.Current.SendDiagnosticMessage($"From the package to the first finished job: {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s.");

        Assert.True(job.GetProperty("status").GetString() == "succeeded", $"{job}\n{machine.Said}");
        Assert.NotEqual("0", job.GetProperty("stdout").GetString()!.Trim());
        Assert.Contains("owned by otherthing-node", machine.Said, StringComparison.Ordinal);

        await server.SignInAgainAsync(Cancel);
        using var removed = await server.Client.DeleteAsync($"/api/v1/nodes/{node}", Cancel);
        removed.EnsureSuccessStatusCode();
        await Until.HoldsAsync(() => Task.FromResult(machine.HasEnded), "the package is purged", Cancel);
        Assert.Contains("the agent ended with 3", machine.Said, StringComparison.Ordinal);
        Assert.Contains("purged", machine.Said, StringComparison.Ordinal);
        Assert.DoesNotContain("left: ", machine.Said, StringComparison.Ordinal);
    }

    /// <summary>The packages of this system, made by the script that a team's administrator runs.</summary>
    private static async Task<string> PublishAsync(string folder)
    {
        await using var publish = ChildProcess.Start(Repository.Root, Path.Combine(Repository.Root, "eng", "publish-node"), ["--out", folder, "linux-x64"]);
        await Until.HoldsAsync(() => Task.FromResult(publish.HasEnded), "the agent is published", Cancel);
        Assert.True(File.Exists(Path.Combine(folder, "otherthing-node-linux-x64.deb")), publish.Said);
        return folder;
    }

    private static async Task RequireFreshRootAsync(string directory)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/dpkg-deb"), "Debian packages are installed on Debian.");
        await using var probe = InFreshRoot(directory, "echo", "a fresh root");
        await Until.HoldsAsync(() => Task.FromResult(probe.HasEnded), "the probe has ended", Cancel);
        Assert.SkipUnless(
            probe.Said.Contains("a fresh root", StringComparison.Ordinal), $"This platform lets nobody put an overlay over its root: {probe.Said}");
    }

    private static ChildProcess InFreshRoot(string directory, params string[] command)
    {
        var place = Directory.CreateDirectory(Path.Combine(directory, $"root-{Guid.NewGuid():N}")).FullName;
        return ChildProcess.Start(
            directory, "unshare", ["--mount", "--propagation", "private", "bash", "-c", FreshRoot, "fresh-root", place, .. command]);
    }

    private static async Task<string> ReadyNodeAsync(ServerProcess server, ChildProcess machine)
    {
        machine.MustLive();
        return (await server.GetAsync("/my-nodes", Cancel)).GetProperty("items").EnumerateArray()
            .Where(node => node.GetProperty("status").GetString() == "ready")
            .Select(node => node.GetProperty("id").GetString())
            .FirstOrDefault() ?? "";
    }
}
