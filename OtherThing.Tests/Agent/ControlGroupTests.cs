using OtherThing.Agent.Cli;
using OtherThing.Agent.ControlGroups;
using OtherThing.Agent.Hosting;
using OtherThing.Agent.Native;
using OtherThing.Agent.Sandboxes;
using OtherThing.Agent.Shims;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Agent;

/// <summary>Control groups of version 2 as directories and files; <c>eng/try-cgroup2</c> shows the same of a kernel.</summary>
public sealed class ControlGroupTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void N09_GroupPlace_PassedOnToTheAgent_IsItsOwnGroup()
    {
        var own = NewGroup("system.slice/node.service", "cpu memory pids", "71");

        var place = Find("0::/system.slice/node.service", self: 71);

        Assert.Equal(new GroupPlace(own, false, null), place);
    }

    [Fact]
    public void N09_GroupPlace_AgentIsInItsLeaf_IsTheGroupAbove()
    {
        var own = NewGroup("node.service", "memory pids", "");
        NewGroup($"node.service/{GroupPlace.Leaf}", "memory pids", "71");

        var place = Find($"0::/node.service/{GroupPlace.Leaf}", self: 71);

        Assert.Equal(new GroupPlace(own, true, null), place);
        Assert.Equal(Path.Combine(own, GroupPlace.Leaf), GroupPlace.Agent(own));
    }

    [Fact]
    public void N09_GroupPlace_ContainerThatSeesAPart_IsInThatPart()
    {
        var own = NewGroup("node", "memory pids", "71");

        var place = GroupPlace.Find([$"29 24 0:26 /box/7 {_directory.Path} rw shared:4 - cgroup2 cgroup2 rw"], ["0::/box/7/node"], 71);

        Assert.Equal(new GroupPlace(own, false, null), place);
    }

    [Theory]
    [InlineData("cpu", "71", "no memory and no pids")]
    [InlineData("memory", "71", "no pids")]
    [InlineData("memory pids", "71\n72\n73", "2 other processes")]
    public void N09_GroupPlace_NotToBeUsed_SaysWhy(string controllers, string processes, string why)
    {
        NewGroup("session", controllers, processes);

        var place = Find("0::/session", self: 71);

        Assert.Null(place.Base);
        Assert.Contains(why, place.Problem, StringComparison.Ordinal);
        Assert.Contains("Delegate=yes", place.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("29 24 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory", "4:memory:/")]
    [InlineData("29 24 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw", "4:memory:/")]
    [InlineData("29 24 0:26 /box /sys/fs/cgroup rw - cgroup2 cgroup2 rw", "0::/elsewhere")]
    public void N09_GroupPlace_NoneOfVersion2_SaysSo(string mount, string membership)
    {
        var place = GroupPlace.Find([mount], [membership], 71);

        Assert.Equal((null, "There are no control groups of version 2 here."), (place.Base, place.Problem));
    }

    [Fact]
    public void N09_JobGroups_KernelRefuses_SayWhyAndJobsAreCounted()
    {
        // No file of a group is ever made: where the kernel makes none, none is written.
        var own = NewGroup("node", "memory pids", "71");

        var (groups, problem) = JobGroups.Open(new GroupPlace(own, false, null), "data", 71);

        Assert.Null(groups);
        Assert.False(Directory.Exists(Path.Combine(own, GroupPlace.Leaf)));
        Assert.Contains("could not be made", problem, StringComparison.Ordinal);
        Assert.Contains("the agent counts what jobs use: ", JobGroups.Words(problem), StringComparison.Ordinal);
    }

    [Fact]
    public void N09_JobGroup_HasTheLimitsOfItsJobBeforeItStarts()
    {
        var path = NewJobGroup();
        var spec = NewSpec(path);
        (string Memory, string Member)? before = null;

        using var group = JobGroup.Make(spec)!;
        var started = group.Start(() =>
        {
            before = (Read(path, "memory.max"), Read(path, "cgroup.procs"));
            return (4711, 0);
        });

        Assert.Equal((4711, 0), started);
        Assert.Equal(("67108864", ""), before);
        Assert.Equal(
            ("4711", "0", "1", "42"), (Read(path, "cgroup.procs"), Read(path, "memory.swap.max"), Read(path, "memory.oom.group"), Read(path, "pids.max")));
    }

    [Fact]
    public void N09_JobGroup_WithoutASandbox_IsWhereItsStarterIsForThatMoment()
    {
        var path = NewJobGroup();
        var home = NewGroup(GroupPlace.Leaf, "memory pids", "");
        var spec = NewSpec(path) with { Sandbox = SandboxClass.Process };
        var during = "";

        using var group = JobGroup.Make(spec)!;
        group.Start(() =>
        {
            during = Read(path, "cgroup.procs");
            return (4711, 0);
        });

        Assert.Equal($"{Environment.ProcessId}", during);
        Assert.Equal($"{Environment.ProcessId}", Read(home, "cgroup.procs"));
        Assert.Equal("40", Read(path, "pids.max"));
    }

    [Theory]
    [InlineData("memory.max")]
    [InlineData("cgroup.procs")]
    [InlineData("pids.max")]
    public void N09_Supervision_GroupThatCannotBeHad_StartsNothing(string missing)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Bubblewrap.Find() is not null, "bubblewrap is not installed");
        var path = NewJobGroup();
        File.Delete(Path.Combine(path, missing));
        var spec = NewSpec(path) with { Argv = ["sh", "-c", "echo ran > mark"], WallMs = 60_000 };
        File.SetUnixFileMode(_directory.Path, (UnixFileMode)Convert.ToInt32("711", 8));
        spec.CreateWorkDirectory();

        var exit = new Supervision(spec, new ShimWire(input: -1, output: -1), ownsOrphans: false).Run();

        Assert.Equal((false, "spawn_failed"), (exit.Started, exit.ReasonCode));
        Assert.Contains(missing, exit.Reason, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(spec.WorkDirectory, "mark")));
    }

    [Theory]
    [InlineData("low 0\nhigh 0\nmax 9\noom 1\noom_kill 3\noom_group_kill 1\n", "max 0\n", "limit.memory")]
    [InlineData("low 0\nhigh 0\nmax 9\noom 0\noom_kill 0\n", "max 2\n", "limit.processes")]
    // It came near its limit, and pages were taken back: nothing struck.
    [InlineData("low 0\nhigh 0\nmax 9\noom 0\noom_kill 0\n", "max 0\n", null)]
    // The machine had no memory left.
    [InlineData("low 0\nhigh 0\nmax 0\noom 0\noom_kill 1\n", "max 0\n", null)]
    public void N09_JobGroup_NamesTheLimitThatStruck(string memory, string processes, string? code)
    {
        var path = NewJobGroup();
        using var group = JobGroup.Make(NewSpec(path))!;
        File.WriteAllText(Path.Combine(path, "memory.events"), memory);
        File.WriteAllText(Path.Combine(path, "pids.events"), processes);

        Assert.Equal(code, group.Struck()?.Code);
        Assert.Equal(33_554_432, group.PeakBytes);
    }

    [Fact]
    public void N09_Supervision_KernelSaysWhatStruck_JobNamesIt()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Bubblewrap.Find() is not null, "bubblewrap is not installed");
        var path = NewJobGroup();
        // As it is once a job was refused a process.
        File.WriteAllText(Path.Combine(path, "pids.events"), "max 1\n");
        var spec = NewSpec(path) with { Argv = ["sleep", "600"], WallMs = 600_000 };
        File.SetUnixFileMode(_directory.Path, (UnixFileMode)Convert.ToInt32("711", 8));
        spec.CreateWorkDirectory();

        var exit = new Supervision(spec, new ShimWire(input: -1, output: -1), ownsOrphans: false).Run();

        Assert.Equal((true, "limit.processes", 33_554_432L), (exit.Started, exit.ReasonCode, exit.MaxResidentBytes));
    }

    [Fact]
    public void N10_JobGroup_End_KillsTheGroupWhereTheKernelCan()
    {
        var path = NewJobGroup();
        File.WriteAllText(Path.Combine(path, "cgroup.events"), "populated 1\nfrozen 0\n");

        using (var group = JobGroup.Make(NewSpec(path))!)
        {
            group.End();
        }

        Assert.Equal("1", Read(path, "cgroup.kill"));
    }

    [Fact]
    public void N10_JobGroup_OfAnAttemptThatCrashed_IsTakenAway()
    {
        var path = Path.Combine(_directory.Path, "left");
        Directory.CreateDirectory(path);

        Assert.True(JobGroup.TryRemove(path, patienceMs: 0));
        Assert.False(Directory.Exists(path));
        Assert.True(JobGroup.TryRemove(path, patienceMs: 0));
    }

    [Fact]
    public void N10_JobGroups_LeftByACrash_AreOnlyThisAgentsOwn()
    {
        var (mine, other) = (new JobGroups(_directory.Path, "/data/a"), new JobGroups(_directory.Path, "/data/b"));
        foreach (var path in (string[])[mine.Of("known"), mine.Of("left"), other.Of("left"), Path.Combine(_directory.Path, GroupPlace.Leaf)])
        {
            Directory.CreateDirectory(path);
        }

        Assert.Equal([mine.Of("left")], mine.Strangers(["known"]));
    }

    [Fact]
    public void Doctor_SaysWhoKeepsTheLimitsAndWhy()
    {
        var self = ProcessTable.Find(Environment.ProcessId)!.Value;
        var status = new AgentStatus { State = "connected", Server = "s", Pid = self.Pid, StartTime = self.StartTime, Limits = JobGroups.Words(null) };

        Assert.Equal(JobGroups.Words(null), DoctorCommand.Limits(status, new GroupPlace(null, false, "No.")).Text);
        Assert.Equal("the agent counts what jobs use: No.", DoctorCommand.Limits(null, new GroupPlace(null, false, "No.")).Text);
        Assert.Equal("the agent counts what jobs use: No.", DoctorCommand.Limits(status with { StartTime = 1 }, new GroupPlace(null, false, "No.")).Text);
    }

    private GroupPlace Find(string membership, int self) =>
        GroupPlace.Find(
            ["1 0 0:2 / / rw - ext4 /dev/root rw", $"29 24 0:26 / {_directory.Path} rw shared:4 master:9 - cgroup2 cgroup2 rw"],
            ["4:memory:/old", membership], self);

    private string NewGroup(string name, string controllers, string processes)
    {
        var path = Path.Combine(_directory.Path, name);
        Directory.CreateDirectory(path);
        Write(path, ("cgroup.type", "domain\n"), ("cgroup.controllers", controllers + "\n"), ("cgroup.procs", processes), ("cgroup.subtree_control", ""));
        return path;
    }

    private string NewJobGroup()
    {
        var path = NewGroup("otherthing-job-x", "memory pids", "");
        Write(path, ("memory.max", ""), ("memory.swap.max", ""), ("memory.oom.group", ""), ("memory.events", "oom 0\noom_kill 0\n"),
            ("memory.peak", "33554432\n"), ("pids.max", ""), ("pids.events", "max 0\n"), ("cgroup.kill", ""), ("cgroup.events", "populated 0\nfrozen 0\n"));
        return path;
    }

    private ShimSpec NewSpec(string group) => new()
    {
        AttemptId = "grouped",
        Directory = _directory.Path,
        Sandbox = SandboxClass.Bubblewrap,
        User = Environment.IsPrivilegedProcess ? UserRange.Default.First + 15 : null,
        Argv = ["true"],
        Env = new Dictionary<string, string> { ["PATH"] = Bubblewrap.DefaultPath },
        MemoryBytes = 64 << 20,
        MaxProcesses = 40,
        ControlGroup = group,
    };

    private static void Write(string group, params (string Name, string Text)[] files)
    {
        foreach (var (name, text) in files)
        {
            File.WriteAllText(Path.Combine(group, name), text);
        }
    }

    private static string Read(string group, string name) => File.ReadAllText(Path.Combine(group, name));
}
