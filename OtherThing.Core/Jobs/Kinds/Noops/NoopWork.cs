namespace OtherThing.Core.Jobs.Kinds.Noops;

/// <summary>Nothing: the agent answers at once.</summary>
internal sealed class NoopWork : WorkKind
{
    public override JobKind Kind => JobKind.Noop;

    public override string? Allow => null;

    public override bool RunsProgram => false;
}
