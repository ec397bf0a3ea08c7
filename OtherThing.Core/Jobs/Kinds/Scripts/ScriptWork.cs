using OtherThing.Core.Results;

namespace OtherThing.Core.Jobs.Kinds.Scripts;

/// <summary>A script given to an interpreter.</summary>
internal sealed class ScriptWork : WorkKind
{
    public override JobKind Kind => JobKind.Script;

    public override string Allow => "script";

    public override JobSpec Complete(JobSpec spec) => spec.Shell is null ? spec with { Shell = JobRules.Shells[0] } : spec;

    public override void Check(JobSpec spec, ICollection<FieldError> wrong)
    {
        if (string.IsNullOrWhiteSpace(spec.Script))
        {
            wrong.Add(new FieldError("script", "script must have text."));
        }

        if (spec.Shell is not { } shell || !JobRules.Shells.Contains(shell))
        {
            wrong.Add(new FieldError("shell", $"shell must be one of {string.Join(", ", JobRules.Shells)}."));
        }
    }

    public override FieldError? FindTooLarge(JobSpec spec) =>
        Bytes(spec.Script) > JobRules.MaxScriptBytes ? new FieldError("script", "script may have at most 256 KiB.") : null;
}
