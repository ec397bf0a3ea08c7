using System.Text.Json;
using OtherThing.Agent.Machine;
using OtherThing.Agent.Native;
using OtherThing.Agent.Sandboxes;

namespace OtherThing.Agent.Shims;

/// <summary>
/// The process <c>otherthing-node shim</c>: warm before it is needed, runs one attempt at a time, and outlives its agent for as long as
/// that attempt takes. It collects what a job leaves behind before it says that the job has ended.
/// </summary>
internal static class ShimHost
{
    private const int SetChildSubreaper = 36;

    internal static int Run(string warmUpDirectory)
    {
        if (OperatingSystem.IsLinux())
        {
            _ = Libc.prctl(SetChildSubreaper, 1, 0, 0, 0);
        }

        WarmUp(warmUpDirectory);
        var wire = new ShimWire(input: 0, output: 1);
        wire.Send(ShimFrameKind.Ready, []);
        while (wire.WaitForSpec() is { } spec)
        {
            var exit = new Supervision(spec, wire, ownsOrphans: OperatingSystem.IsLinux()).Run();
            wire.Send(ShimFrameKind.Ended, JsonSerializer.SerializeToUtf8Bytes(exit, ShimJson.Default.ShimExit));
        }

        return 0;
    }

    private static void WarmUp(string directory)
    {
        // A real, tiny attempt compiles every method on the way before a job waits for it.
        var scratch = Path.Combine(directory, Guid.NewGuid().ToString("n"));
        DataDirectory.CreatePassable(scratch);
        try
        {
            var spec = new ShimSpec
            {
                AttemptId = "warm-up",
                Directory = scratch,
                Sandbox = SandboxClass.Process,
                User = DataDirectory.IsRoot ? UserRange.Default.First : null,
                Argv = ["/bin/sh", "-c", "echo warm"],
                Env = new Dictionary<string, string> { ["PATH"] = Bubblewrap.DefaultPath },
            };
            spec.CreateWorkDirectory();
            spec = JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(spec, ShimJson.Default.ShimSpec), ShimJson.Default.ShimSpec)!;
            var exit = new Supervision(spec, new ShimWire(input: -1, output: -1), ownsOrphans: OperatingSystem.IsLinux()).Run();
            _ = JsonSerializer.SerializeToUtf8Bytes(exit, ShimJson.Default.ShimExit);
            _ = (Bubblewrap.Arguments(spec, 0, 0, 0, 0).Count(), SeccompFilter.Program.Length);
        }
        catch (UnauthorizedAccessException)
        {
            // Users of jobs are others here; the first job warms the rest of the way.
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }
}
