using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Attempts.Kinds.Commands;

/// <summary>A program with arguments, byte for byte.</summary>
internal sealed class CommandWork : WorkKind
{
    internal override JobKind Kind => JobKind.Command;

    internal override Refusal? Check(JobSpec spec) =>
        spec.Argv.Count == 0 || spec.Argv[0].Length == 0 ? new("invalid", "command: must name a program.") :
        spec.Argv.Any(argument => argument.Contains('\0', StringComparison.Ordinal)) ? new("invalid", "command: an argument holds a NUL character.") :
        null;

    internal override IReadOnlyList<string> Command(Attempt attempt, bool boxed) => [.. attempt.Assign.Spec.Argv];
}
