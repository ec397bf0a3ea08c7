using System.Diagnostics;
using OtherThing.Agent.Leftovers;
using OtherThing.Agent.Machine;
using OtherThing.Protocol.V1;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Agent;

/// <summary>Whatever a job leaves, its agent goes on, takes it away, and starts again without it.</summary>
public sealed class MessTests(MessAgent agent) : IClassFixture<MessAgent>
{
    public static TheoryData<string> Names => [.. Messes.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public Task N10_Job_LeavesAMess_AgentTakesItAwayAndGoesOn(string mess) => MessChecks.LeaveAsync(agent, mess);

    [Fact]
    public async Task N10_Start_AfterEveryMess_IsClean()
    {
        await using var server = await FakeServer.StartAsync();
        using var directory = new TestDirectory();
        var places = new DataDirectory(directory.Path);
        var outside = Path.Combine(directory.Path, "outside");
        Directory.CreateDirectory(outside);
        await File.WriteAllTextAsync(Path.Combine(outside, "mine"), "keep me", TestContext.Current.CancellationToken);
        foreach (var (mess, number) in Messes.All.Keys.Select((mess, number) => (mess, number)))
        {
            await RunAsync(Work(places, number), "python3", "-c", Messes.Program(mess));
        }

        if (Environment.IsPrivilegedProcess)
        {
            foreach (var (program, number) in Messes.OfRoot.Values.Select((program, number) => (program, number + 100)))
            {
                await RunAsync(Work(places, number), "sh", "-c", program);
            }

            await RunAsync(Work(places, 200), "sh", "-c", $"mkdir -p a/b && mount --bind '{outside}' a/b && mount -t tmpfs none a && mkdir a/c && touch a/c/f");
            await RunAsync(Work(places, 201), "sh", "-c", $"mkdir m && mount --bind '{outside}' m && mount --bind '{outside}' m");
        }

        await using var agent = await AgentHost.StartAsync(server, directory.Path);
        try
        {
            var end = await server.RunAsync(FakeServer.Command("true"));
            await Patience.UntilAsync(() => MessChecks.IsClean(places), "every mess was taken away");

            Assert.Equal((EventKind.Finished, 0), (end.Kind, end.ExitCode));
            Assert.Equal("keep me", await File.ReadAllTextAsync(Path.Combine(outside, "mine"), TestContext.Current.CancellationToken));
            Assert.Equal(0, Janitor.CountQuarantined(places));
        }
        finally
        {
            MessChecks.UnmountAllIn(directory.Path);
        }
    }

    private static string Work(DataDirectory places, int number)
    {
        var work = Path.Combine(places.Attempt("0192d1d4-0000-7000-8000-000000000001", $"0192d1d4-0000-7000-8000-{number:000000000000}"), "work");
        Directory.CreateDirectory(work);
        return work;
    }

    private static async Task RunAsync(string work, params string[] command)
    {
        var start = new ProcessStartInfo("timeout") { WorkingDirectory = work, RedirectStandardError = true };
        start.Environment["START"] = work;
        foreach (var part in (string[])["-s", "KILL", "30", .. command])
        {
            start.ArgumentList.Add(part);
        }

        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        MessChecks.EndAllIn(work);
    }
}

/// <summary>The same messes with an agent that is an ordinary user.</summary>
public sealed class OrdinaryUserMessTests(OrdinaryMessAgent agent) : IClassFixture<OrdinaryMessAgent>
{
    public static TheoryData<string> Names => [.. Messes.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public Task N10_Job_LeavesAMess_AgentTakesItAwayAndGoesOn(string mess)
    {
        Assert.SkipUnless(OrdinaryMessAgent.IsPossible, "only root can start an agent as somebody else");
        return MessChecks.LeaveAsync(agent, mess);
    }

    [Fact]
    public async Task N10_Mess_ThatResists_IsPutAsideNamedAndHoldsUpNoStart()
    {
        Assert.SkipUnless(OrdinaryMessAgent.IsPossible, "only root can start an agent as somebody else");
        await agent.StopAgentAsync();
        var workspace = Path.Combine(agent.Data, "ws", "0192d1d4-0000-7000-8000-000000000009");
        var foreign = Path.Combine(workspace, "0192d1d4-0000-7000-8000-000000000001", "work", "of-root");
        Directory.CreateDirectory(foreign);
        await File.WriteAllTextAsync(Path.Combine(foreign, "f"), "x", TestContext.Current.CancellationToken);
        OrdinaryMessAgent.Run("chown", "-R", $"{OrdinaryMessAgent.User}", Path.Combine(agent.Data, "ws"));
        OrdinaryMessAgent.Run("chown", "-R", "root", foreign);
        File.SetUnixFileMode(foreign, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        await agent.StartAgentAsync();
        var end = await agent.Server.RunAsync(FakeServer.Command("true"));
        await Patience.UntilAsync(() => Janitor.CountQuarantined(agent.Places) == 1, "what resists was put aside");
        var (status, doctor) = (await agent.SayAsync("status"), await agent.SayAsync("doctor"));
        OrdinaryMessAgent.Run("chown", "-R", $"{OrdinaryMessAgent.User}", Path.Combine(agent.Data, "quarantine"));
        await agent.StopAgentAsync();
        await agent.StartAgentAsync();

        Assert.Equal(0, end.ExitCode);
        Assert.Contains("what 1 jobs left could not be removed", status, StringComparison.Ordinal);
        Assert.Contains("could not be removed", doctor, StringComparison.Ordinal);
        await Patience.UntilAsync(() => Janitor.CountQuarantined(agent.Places) == 0, "it was tried again");
    }
}

internal static class MessChecks
{
    internal static async Task LeaveAsync(MessAgent agent, string mess)
    {
        var spec = FakeServer.Command("python3", "-c", Messes.Program(mess));
        spec.Limits = new Limits { MemoryMb = 512, DiskMb = 512 };
        var assign = agent.Server.NewAssign(spec);

        var end = await agent.Server.RunAsync(assign);
        var after = await agent.Server.RunAsync(FakeServer.Command("echo", "still here"));
        await Patience.UntilAsync(() => IsClean(agent.Places), $"what it left was taken away: {mess}");

        var log = agent.Server.Log(assign, LogStream.Stderr);
        Assert.True(end.Started && end.ExitCode is 0 or 137 && !log.Contains("Traceback", StringComparison.Ordinal), $"{end.ReasonCode} {end.Reason} {log}");
        Assert.Equal((EventKind.Finished, 0), (after.Kind, after.ExitCode));
        Assert.Equal(0, Janitor.CountQuarantined(agent.Places));
    }

    /// <summary>Nothing of any attempt is left anywhere.</summary>
    internal static bool IsClean(DataDirectory places) =>
        (!Directory.Exists(places.Attempts)
            || Directory.EnumerateDirectories(places.Attempts).All(workspace => !Directory.EnumerateFileSystemEntries(workspace).Any()))
        && (!Directory.Exists(places.Trash) || !Directory.EnumerateFileSystemEntries(places.Trash).Any());

    /// <summary>A mess that was not taken away must not stay mounted on the machine that runs the tests.</summary>
    internal static void UnmountAllIn(string folder)
    {
        foreach (var place in File.ReadLines("/proc/self/mounts")
            .Select(line => line.Split(' ')[1])
            .Where(place => place.StartsWith(folder, StringComparison.Ordinal))
            .Reverse()
            .ToArray())
        {
            using var unmounting = Process.Start("umount", ["-l", place]);
            unmounting.WaitForExit();
        }
    }

    /// <summary>Ends what a mess left running in its folder, as the end of a sandbox would.</summary>
    internal static void EndAllIn(string work)
    {
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(path[6])))
        {
            if (new FileInfo(Path.Combine(process, "cwd")).LinkTarget?.StartsWith(work, StringComparison.Ordinal) is true)
            {
                using var left = Process.GetProcessById(int.Parse(Path.GetFileName(process), System.Globalization.CultureInfo.InvariantCulture));
                left.Kill();
                left.WaitForExit();
            }
        }
    }
}
