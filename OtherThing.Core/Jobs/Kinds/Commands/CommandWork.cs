using OtherThing.Core.Results;

namespace OtherThing.Core.Jobs.Kinds.Commands;

/// <summary>A program with arguments.</summary>
internal sealed class CommandWork : WorkKind
{
    public override JobKind Kind => JobKind.Command;

    public override string Allow => "command";

    public override void Check(JobSpec spec, ICollection<FieldError> wrong)
    {
        if (spec.Command.Count is 0 or > 4096 || string.IsNullOrWhiteSpace(spec.Command[0]))
        {
            wrong.Add(new FieldError("command", "command must name a program, then its arguments: [\"echo\", \"hi\"]."));
        }
        else if (spec.Command.Any(part => part is null || part.Contains('\0')))
        {
            wrong.Add(new FieldError("command", "No part of command may be null or hold a NUL character."));
        }
    }

    public override FieldError? FindTooLarge(JobSpec spec) => spec.Command.Sum(Bytes) > JobRules.MaxArgumentBytes
        ? new FieldError("command", "command may have at most 128 KiB in all.")
        : null;
}
