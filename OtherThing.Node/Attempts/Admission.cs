using OtherThing.Agent.Sandboxes;
using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Attempts;

/// <summary>Why an assigned job is not taken: a stable code and words for people.</summary>
internal sealed record Refusal(string Code, string Words);

/// <summary>The owner's last word about a job, whatever the server thinks.</summary>
internal static class Admission
{
    internal const int MaxStdinBytes = 1 << 20;
    private static readonly string[] s_shells = ["sh", "bash", "python3", "pwsh", "powershell", "cmd"];

    internal static string? KindName(JobKind kind) => kind switch
    {
        JobKind.Command => "command",
        JobKind.Script => "script",
        JobKind.Container => "container",
        JobKind.Model => "model",
        _ => null,
    };

    internal static Refusal? Check(Assign assign, NodeTerms terms)
    {
        var (local, server) = (terms.Local, terms.Server);
        return
            CheckForm(assign) ??
            (local.Paused ? new("paused", "The owner of the machine has paused it.") :
            server is { Draining: true } ? new("draining", "The machine is being drained.") :
            CheckTerms(assign, terms));
    }

    /// <summary>
    /// The same for a job that was promised and has not started: a pause or a drain stops only new promises, but what the owner forbade
    /// since, or this machine cannot do any more, is refused.
    /// </summary>
    internal static Refusal? CheckPromised(Assign assign, NodeTerms terms) => CheckForm(assign) ?? CheckTerms(assign, terms);

    private static Refusal? CheckForm(Assign assign) =>
        !IsId(assign.AttemptId) || !IsId(assign.WorkspaceId) || !IsId(assign.JobId) ? new("invalid", "attemptId, workspaceId and jobId must be UUIDs.") :
        HasNul(assign.IdempotencyKey) ? new("invalid", "idempotencyKey: holds a NUL character.") :
        Ranges.Check(assign) ?? CheckProgram(assign.Spec);

    private static Refusal? CheckTerms(Assign assign, NodeTerms terms)
    {
        var (spec, local, server) = (assign.Spec, terms.Local, terms.Server);
        return
            KindName(spec.Kind) is not { } kind
            || !local.Kinds.Contains(kind) ? new("kind_not_allowed", $"The owner of the machine does not allow {KindName(spec.Kind) ?? "this kind"}.") :
            !NodeTerms.Available.Contains(kind) ? new("kind_not_available", $"The machine cannot run {kind}.") :
            local.Workspaces.Count > 0
            && !local.Workspaces.Contains(assign.WorkspaceId) ? new("workspace_not_allowed", "The owner of the machine does not allow this workspace.") :
            server is not null
            && !server.Workspaces.Contains(assign.WorkspaceId) ? new("workspace_not_allowed", "The machine is not assigned to this workspace.") :
            CheckWalls(assign, terms);
    }

    private static Refusal? CheckWalls(Assign assign, NodeTerms terms)
    {
        var (spec, sandbox) = (assign.Spec, terms.SandboxFor(assign.WorkspaceId));
        return
            sandbox is null ? new("no_sandbox", $"{terms.Report.Problem} The owner of the machine does not let jobs of this workspace run without a sandbox.") :
            !SandboxClass.Satisfies(sandbox, spec.SandboxMin) ? new(
                "sandbox_too_weak", $"The workspace asks for {spec.SandboxMin}; the machine has {sandbox}.") :
            spec.Net == Network.Allowlist ? new("network_not_available", "The machine cannot limit the network to a list.") :
            // What the owner does not lend is narrowed to nothing; what is lent but cannot be kept safe is refused.
            spec.Net == Network.Full
            && terms.Local.Network == NetworkReach.Full
            && sandbox != SandboxClass.Process
            && terms.Report.NetworkProblem is { } problem
                ? new("network_not_available", $"The machine's owner lends the network, but the machine cannot give a job one of its own. {problem}") :
            null;
    }

    private static Refusal? CheckProgram(JobSpec spec) =>
        spec.Stdin.Length > MaxStdinBytes ? new("invalid", "stdin: more than 1 MiB.") :
        spec.Env.Any(pair => pair.Key.Length == 0 || pair.Key.Contains('=', StringComparison.Ordinal) || HasNul(pair.Key) || HasNul(pair.Value))
            ? new("invalid", "env: a name is empty or holds '=', or a name or value holds a NUL character.") :
        spec.Kind == JobKind.Command && (spec.Argv.Count == 0 || spec.Argv[0].Length == 0) ? new("invalid", "command: must name a program.") :
        spec.Kind == JobKind.Command && spec.Argv.Any(HasNul) ? new("invalid", "command: an argument holds a NUL character.") :
        spec.Kind == JobKind.Script && !s_shells.Contains(spec.Shell) ? new("invalid", $"shell: '{spec.Shell}' is none of {string.Join(", ", s_shells)}.") :
        null;

    /// <summary>An id becomes the name of a folder and a word of the environment: nothing around it, no other way to write it.</summary>
    private static bool IsId(string text) => Guid.TryParseExact(text, "D", out var id) && text.Equals(id.ToString(), StringComparison.OrdinalIgnoreCase);

    private static bool HasNul(string text) => text.Contains('\0', StringComparison.Ordinal);
}
