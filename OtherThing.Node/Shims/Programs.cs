using OtherThing.Agent.Sandboxes;

namespace OtherThing.Agent.Shims;

/// <summary>Finds the program of a job as the job will see it, so that a missing one is said plainly instead of as an exit code.</summary>
internal static class Programs
{
    /// <summary>The program's path, or null when there is no such program.</summary>
    internal static string? Resolve(ShimSpec spec)
    {
        var name = spec.Argv[0];
        if (name.Contains('/', StringComparison.Ordinal))
        {
            // Inside the sandbox a path may lead to what the job brings along: only bubblewrap can tell.
            return SandboxClass.IsBoxed(spec.Sandbox) || File.Exists(Path.Combine(spec.WorkDirectory, name)) ? name : null;
        }

        var path = spec.Env.TryGetValue("PATH", out var own) ? own : Bubblewrap.DefaultPath;
        return path.Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
    }

    internal static string NotFound(ShimSpec spec) => $"There is no program '{spec.Argv[0]}' on this machine.";
}
