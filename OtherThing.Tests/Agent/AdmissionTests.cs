using System.Diagnostics;
using OtherThing.Agent.Attempts;
using OtherThing.Agent.Cli;
using OtherThing.Agent.Machine;
using OtherThing.Agent.Policies;
using OtherThing.Agent.Sandboxes;
using OtherThing.Protocol.V1;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Agent;

/// <summary>What the owner's policy makes of what a server asks for, with and without a sandbox.</summary>
public sealed class AdmissionTests
{
    private static readonly SandboxReport s_none = SandboxReport.None("bubblewrap (bwrap) is not installed.");
    private static readonly SandboxReport s_works = new() { Checks = [new SandboxCheck("sandbox.user", Holds: true, "")], NetworkProblem = null };
    private static readonly string s_workspace = Guid.CreateVersion7().ToString();

    [Fact]
    public void N05_Check_KindsAllowedAndNoSandbox_RefusesEveryWorkspace()
    {
        var terms = new NodeTerms(new LocalPolicy { Kinds = ["command"] }, s_none);

        var refusal = Admission.Check(NewAssign(), terms);
        var consent = terms.Consent();

        Assert.Equal("no_sandbox", refusal?.Code);
        Assert.Contains("bubblewrap (bwrap) is not installed.", refusal!.Words, StringComparison.Ordinal);
        Assert.Equal(["command"], consent.Kinds);
        Assert.Equal((0, "bubblewrap (bwrap) is not installed."), (consent.SandboxClasses.Count, consent.SandboxProblem));
    }

    [Fact]
    public void N05_Check_UnsandboxedForOneWorkspace_TakesThatOneOnlyAndSaysProcess()
    {
        var terms = new NodeTerms(new LocalPolicy { Kinds = ["command"], Unsandboxed = [s_workspace] }, s_none);

        Assert.Null(Admission.Check(NewAssign(), terms));
        Assert.Equal("no_sandbox", Admission.Check(NewAssign(workspace: Guid.CreateVersion7().ToString()), terms)?.Code);
        Assert.Equal(("process", (string?)null), (terms.SandboxFor(s_workspace), terms.SandboxFor(Guid.CreateVersion7().ToString())));
        Assert.Equal(["process"], terms.Consent().SandboxClasses);
        Assert.Equal([s_workspace], terms.Consent().Unsandboxed);
    }

    [Fact]
    public void N05_Check_UnsandboxedAllowedAndSandboxWorks_StillUsesTheSandbox() =>
        Assert.Equal("bubblewrap", new NodeTerms(new LocalPolicy { Kinds = ["command"], Unsandboxed = ["all"] }, s_works).SandboxFor(s_workspace));

    [Fact]
    public void N03_Check_RootWithoutUsersForJobs_RunsNoneEvenUnsandboxed()
    {
        var terms = new NodeTerms(
            new LocalPolicy { Kinds = ["command"], Unsandboxed = ["all"] }, new SandboxReport { NoUsers = "Jobs cannot be given the users 1-2." });

        Assert.Equal("no_sandbox", Admission.Check(NewAssign(), terms)?.Code);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("process", null)]
    [InlineData("container", "sandbox_too_weak")]
    [InlineData("bubblewrap", "sandbox_too_weak")]
    [InlineData("something newer", "sandbox_too_weak")]
    public void N05_Check_WorkspaceAsksForAClass_RefusesWhereItIsLess(string least, string? code)
    {
        var terms = new NodeTerms(new LocalPolicy { Kinds = ["command"], Unsandboxed = ["all"] }, s_none);

        Assert.Equal(code, Admission.Check(NewAssign(least: least), terms)?.Code);
    }

    [Theory]
    [InlineData("process", true)]
    [InlineData("container", true)]
    [InlineData("bubblewrap", true)]
    [InlineData("something newer", false)]
    public void SandboxClass_Bubblewrap_SatisfiesWhatItIsAtLeast(string least, bool enough) =>
        Assert.Equal(enough, SandboxClass.Satisfies("bubblewrap", least));

    [Theory]
    [InlineData(Network.None, "none", null)]
    [InlineData(Network.Full, "none", null)]
    [InlineData(Network.Full, "full", null)]
    [InlineData(Network.Allowlist, "full", "network_not_available")]
    public void N05_Check_ServerAsksForNetwork_GetsNoMoreThanTheOwnerLends(Network asked, string lent, string? code)
    {
        var terms = new NodeTerms(new LocalPolicy { Kinds = ["command"], Network = lent }, s_works);

        Assert.Equal(code, Admission.Check(NewAssign(net: asked), terms)?.Code);
    }

    [Fact]
    public void N05_Check_NetworkLentAndItsProgramIsMissing_RefusesAndSaysWhatToInstall()
    {
        var report = s_works with { NetworkProblem = NetworkTools.Missing(path: "/nowhere") };
        var terms = new NodeTerms(new LocalPolicy { Kinds = ["command"], Network = "full" }, report);

        var refusal = Admission.Check(NewAssign(net: Network.Full), terms);

        Assert.Equal("network_not_available", refusal?.Code);
        Assert.Contains("install slirp4netns, iproute2, util-linux", refusal!.Words, StringComparison.Ordinal);
        Assert.Null(Admission.Check(NewAssign(net: Network.None), terms));
        Assert.Equal("none", terms.Consent().Network);
    }

    [Theory]
    [InlineData(Network.None, "none", "none")]
    [InlineData(Network.Full, "none", "none")]
    [InlineData(Network.None, "full", "none")]
    [InlineData(Network.Full, "full", "full")]
    public void N05_NetworkFor_Job_IsWhatItAsksForAndTheOwnerLends(Network asked, string lent, string reaches)
    {
        var terms = new NodeTerms(new LocalPolicy { Kinds = ["command"], Network = lent }, s_works);

        Assert.Equal((reaches, lent), (terms.NetworkFor(NewAssign(net: asked)), terms.Consent().Network));
    }

    [Theory]
    [InlineData("none", null, "ok", "jobs have no network; none and full are possible")]
    [InlineData(
        "none", "slirp4netns is not installed; install slirp4netns.", "ok",
        "jobs have no network; only none is possible: slirp4netns is not installed; install slirp4netns.")]
    [InlineData("full", null, "ok", "jobs that ask for the network get public addresses, never this machine's own; none and full are possible")]
    [InlineData(
        "full", "slirp4netns is not installed; install slirp4netns.", "warning",
        "The network is lent, but no job can have one: slirp4netns is not installed; install slirp4netns.")]
    public void N05_Doctor_Network_SaysWhatIsPossibleAndLent(string lent, string? problem, string level, string text)
    {
        var finding = DoctorCommand.Network(s_works with { NetworkProblem = problem }, new LocalPolicy { Network = lent });

        Assert.Equal(("network", level, text), (finding.Check, finding.Level, finding.Text));
    }

    [Fact]
    public async Task N05_Run_AllowCommandAndBubblewrapDoesNotWork_RunsNoJob()
    {
        Assert.SkipUnless(
            DataDirectory.IsRoot && Bubblewrap.Find() is not null && File.Exists("/usr/bin/unshare"), "Only root can hide bubblewrap from one process.");
        await using var server = await FakeServer.StartAsync();
        using var data = new TestDirectory();
        var mark = $"ran-{Guid.NewGuid():n}";
        // In a mount namespace of its own, where bubblewrap is a file that nobody can start.
        using var agent = Process.Start(new ProcessStartInfo("unshare", [
            "--mount", "sh", "-c", $"mount --bind /dev/null {Bubblewrap.Find()} && exec \"$0\" \"$@\"", AgentBinary.Path,
            "run", "--server", server.Url, "--join-token", FakeServer.JoinToken, "--data", Path.Combine(data.Path, "agent"), "--allow", "command,script"]))!;
        var hello = await server.HelloAsync();

        var ends = new List<AttemptEvent>();
        for (var i = 0; i < 20; i++)
        {
            ends.Add(await server.RunAsync(FakeServer.Command("touch", $"/tmp/{mark}")));
        }

        agent.Kill(entireProcessTree: true);
        await agent.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.All(ends, end => Assert.Equal((EventKind.Rejected, "no_sandbox"), (end.Kind, end.ReasonCode)));
        Assert.False(File.Exists($"/tmp/{mark}"));
        Assert.Empty(hello.Consent.SandboxClasses);
        Assert.NotEqual("", hello.Consent.SandboxProblem);
    }

    [Theory]
    [InlineData("", "", "jobId must be UUIDs")]
    [InlineData("job", "", "jobId must be UUIDs")]
    [InlineData("01890a5d-ac96-774b-bcce-b302099a8057\0--ro-bind\0/\0/host", "", "jobId must be UUIDs")]
    [InlineData(" 01890a5d-ac96-774b-bcce-b302099a8057", "", "jobId must be UUIDs")]
    [InlineData("{01890a5d-ac96-774b-bcce-b302099a8057}", "", "jobId must be UUIDs")]
    [InlineData("01890a5d-ac96-774b-bcce-b302099a8057", "key\0--ro-bind\0/\0/host", "idempotencyKey: holds a NUL")]
    public void N05_Check_WordsThatWouldBeOptionsOfTheSandbox_AreRefused(string jobId, string key, string says)
    {
        var assign = NewAssign();
        (assign.JobId, assign.IdempotencyKey) = (jobId, key);

        var refusal = Admission.Check(assign, new NodeTerms(new LocalPolicy { Kinds = ["command"] }, s_works));

        Assert.Equal("invalid", refusal?.Code);
        Assert.Contains(says, refusal!.Words, StringComparison.Ordinal);
    }

    private static Assign NewAssign(string? workspace = null, string least = "", Network net = Network.None) => new()
    {
        AttemptId = Guid.CreateVersion7().ToString(),
        JobId = Guid.CreateVersion7().ToString(),
        WorkspaceId = workspace ?? s_workspace,
        Fence = 1,
        Spec = new JobSpec { Kind = JobKind.Command, Argv = { "true" }, SandboxMin = least, Net = net },
    };
}
