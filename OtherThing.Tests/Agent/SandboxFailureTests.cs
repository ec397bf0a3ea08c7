using System.Diagnostics;
using System.Text.Json;
using OtherThing.Agent.Machine;
using OtherThing.Agent.Sandboxes;
using OtherThing.Agent.Shims;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Agent;

/// <summary>Bubblewraps that do not do what they should: a job that nobody can look at does not run.</summary>
public sealed class SandboxFailureTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("exec 241>&-", false)]
    [InlineData("printf '{ \"child-pid\": %d }' $$ >&241", true)]
    public async Task N09_Job_NobodyCanLookInto_IsNotLetGoOrStopped(string says, bool knowsTheFirst)
    {
        Assert.SkipUnless(FakeBubblewrap.IsPossible, "Only root can put another program in the place of bubblewrap.");
        // Goes on when it is let go, as bubblewrap does, and says so.
        var program = FakeBubblewrap.Write(_directory.Path, $"#!/bin/bash\n{says}\nread -r -n 1 <&243 && echo let go\nexec sleep 30\n");
        var scratch = Path.Combine(_directory.Path, "attempt");
        DataDirectory.CreatePassable(scratch);
        var spec = new ShimSpec
        {
            AttemptId = "unseen",
            Directory = scratch,
            Sandbox = SandboxClass.Bubblewrap,
            User = UserRange.Default.First + 13,
            Argv = ["sh"],
            Env = new Dictionary<string, string> { ["PATH"] = Bubblewrap.DefaultPath },
            MemoryBytes = 64 << 20,
            WallMs = 20_000,
        };
        spec.CreateWorkDirectory();

        var exit = await RunAsync(spec, program, scratch);

        Assert.Equal((knowsTheFirst, "sandbox_failed", null), (exit.Started, exit.ReasonCode, exit.Killed));
        Assert.Equal(knowsTheFirst, exit.Stdout.Total > 0);
    }

    [Fact]
    public async Task N09_DoctorProbe_BubblewrapThatKeepsNoSize_IsFoundOutAndTheLeastVersionNamed()
    {
        Assert.SkipUnless(FakeBubblewrap.IsPossible, "Only root can put another program in the place of bubblewrap.");
        var real = Path.Combine(_directory.Path, "real");
        File.Copy(Bubblewrap.Find()!, real);
        // As an older one, which does not know the option, and is like this one otherwise.
        var program = FakeBubblewrap.Write(_directory.Path, $"""
            #!/usr/bin/python3
            import os, sys
            words = os.fdopen(int(sys.argv[2]), 'rb').read().split(b'\0')[:-1]
            if b'--size' in words: sys.exit('bwrap: Unknown option --size')
            os.execv('{real}', ['bwrap', *words, *sys.argv[3:]])
            """);
        var command = FakeBubblewrap.Agent(program);
        var start = new ProcessStartInfo(
            command[0], [.. command[1..], "doctor", "--probe", "--data", Path.Combine(_directory.Path, "agent")])
        { RedirectStandardOutput = true };
        start.Environment["COLUMNS"] = "400";

        using var doctor = Process.Start(start)!;
        var said = await doctor.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await doctor.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, doctor.ExitCode);
        Assert.Contains("older than 0.7.0", said, StringComparison.Ordinal);
    }

    private static async Task<ShimExit> RunAsync(ShimSpec spec, string program, string scratch)
    {
        var command = FakeBubblewrap.Agent(program);
        using var shim = Shim.Start(new AgentExecutable(command[0], command[1..]), scratch);
        await shim.ReceiveAsync(TestContext.Current.CancellationToken);
        await shim.SendAsync(spec, TestContext.Current.CancellationToken);
        while (await shim.ReceiveAsync(TestContext.Current.CancellationToken).WithPatience() is var (kind, body))
        {
            if (kind == ShimFrameKind.Ended)
            {
                return JsonSerializer.Deserialize(body, ShimJson.Default.ShimExit)!;
            }
        }

        throw new InvalidOperationException("The shim ended without a word.");
    }
}
