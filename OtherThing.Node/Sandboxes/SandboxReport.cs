namespace OtherThing.Agent.Sandboxes;

/// <summary>One promise of the sandbox, as it was found to hold or not.</summary>
/// <param name="Name">Short and stable, for programs.</param>
/// <param name="Holds">Whether it does.</param>
/// <param name="Text">What was seen.</param>
internal sealed record SandboxCheck(string Name, bool Holds, string Text);

/// <summary>What keeps jobs apart on this machine, found out by using it.</summary>
internal sealed record SandboxReport
{
    /// <summary>Why there is no sandbox at all; null when it could be tried.</summary>
    internal string? Missing { get; init; }

    /// <summary>Why no job, sandboxed or not, can be started without being root; null when one can.</summary>
    internal string? NoUsers { get; init; }

    /// <summary>Every promise, in the order of tests.</summary>
    internal IReadOnlyList<SandboxCheck> Checks { get; init; } = [];

    /// <summary>Why no job can be given a network of its own; null when one can.</summary>
    internal string? NetworkProblem { get; init; } = "Nobody tried whether a job can have one.";

    /// <summary>See <see cref="Shims.ShimSpec.ClosesNamespaces"/>.</summary>
    internal bool ClosesNamespaces { get; init; }

    /// <summary>Whether every promise holds: one that does not makes it no sandbox.</summary>
    internal bool Works => Problem is null;

    /// <summary>What does not hold, for people; null when all does.</summary>
    internal string? Problem => NoUsers ?? Missing ?? (Checks.All(check => check.Holds)
        ? null
        : "The sandbox does not hold: " + string.Join("; ", Checks.Where(check => !check.Holds).Select(check => check.Text)) + ".");

    internal static SandboxReport None(string missing) => new() { Missing = missing };
}
