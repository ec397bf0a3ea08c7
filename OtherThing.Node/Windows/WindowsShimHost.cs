using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text.Json;
using OtherThing.Agent.Machine;
using OtherThing.Agent.Sandboxes;
using OtherThing.Agent.Shims;

namespace OtherThing.Agent.Windows;

/// <summary>The process <c>otherthing-node shim</c>, as <see cref="ShimHost"/> is it elsewhere.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe class WindowsShimHost
{
    private const uint Utf8 = 65001;

    internal static int Run(string warmUpDirectory)
    {
        // Its console, which nobody sees, is its jobs' too: they talk UTF-8, and what they send to all on it does not end who looks after them.
        Kernel32.SetConsoleCP(Utf8);
        Kernel32.SetConsoleOutputCP(Utf8);
        Kernel32.SetConsoleCtrlHandler(&Ignore, add: true);
        WarmUp(warmUpDirectory);
        using var wire = new PipeWire(Console.OpenStandardInput(), Console.OpenStandardOutput());
        wire.Send(ShimFrameKind.Ready, []);
        while (wire.WaitForSpec() is { } spec)
        {
            var exit = new WindowsSupervision(spec, wire).Run();
            wire.Send(ShimFrameKind.Ended, JsonSerializer.SerializeToUtf8Bytes(exit, ShimJson.Default.ShimExit));
        }

        return 0;
    }

    [UnmanagedCallersOnly]
    private static int Ignore(uint signal) => 1;

    /// <summary>A real, tiny attempt compiles every method on the way before a job waits for it.</summary>
    private static void WarmUp(string directory)
    {
        var scratch = Path.Combine(directory, Guid.NewGuid().ToString("n"));
        DataDirectory.CreatePrivate(scratch);
        try
        {
            var spec = new ShimSpec
            {
                AttemptId = "warm-up",
                Directory = scratch,
                Sandbox = SandboxClass.Process,
                Argv = [WindowsPrograms.CommandProcessor, "/d", "/c", "echo warm"],
                Env = Platforms.Platform.Current.JobEnvironment(scratch, scratch),
                WallMs = 60_000,
            };
            spec.CreateWorkDirectory();
            spec = JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(spec, ShimJson.Default.ShimSpec), ShimJson.Default.ShimSpec)!;
            _ = JsonSerializer.SerializeToUtf8Bytes(new WindowsSupervision(spec, wire: null).Run(), ShimJson.Default.ShimExit);
        }
        finally
        {
            WindowsFolders.Remove(scratch, CancellationToken.None);
        }
    }
}
