using OtherThing.Agent.Machine;
using OtherThing.Agent.Shims;

namespace OtherThing.Agent.Sandboxes;

/// <summary>Whether the sandbox really works here, found out by using it: having the program says nothing about what the kernel lets it do.</summary>
internal static class SandboxProbe
{
    /// <summary>Null when it works; else what went wrong.</summary>
    internal static string? Problem(DataDirectory data)
    {
        if (Bubblewrap.Find() is null)
        {
            return "bubblewrap (bwrap) is not installed.";
        }

        var scratch = Path.Combine(data.Scratch, "probe-" + Guid.NewGuid().ToString("n"));
        DataDirectory.CreatePrivate(scratch);
        DataDirectory.CreatePrivate(Path.Combine(scratch, "work"));
        try
        {
            var spec = new ShimSpec
            {
                AttemptId = "probe",
                Directory = scratch,
                Sandbox = SandboxClass.Bubblewrap,
                // It must run, see no other process, and reach no network.
                Argv = ["sh", "-c", "[ $$ -lt 10 ] && [ -w /work ] && [ ! -e /etc/shadow ] && [ $(grep -c : /proc/net/dev) = 1 ] && echo walled"],
                Env = new Dictionary<string, string> { ["PATH"] = Bubblewrap.DefaultPath },
                WallMs = 10_000,
            };
            var exit = new Supervision(spec, new ShimWire(input: -1, output: -1), ownsOrphans: false).Run();
            var said = exit.Stdout.Total > 0 ? File.ReadAllText(new AttemptFiles(scratch).Stdout).Trim() : "";
            return exit is { Started: true, ExitCode: 0 } && said == "walled" ? null : exit.Reason ?? $"The probe ended with exit code {exit.ExitCode}.";
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }
}
