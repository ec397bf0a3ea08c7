using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Attempts.Kinds.Noops;

/// <summary>Nothing, answered at once: it measures the way there and back.</summary>
internal sealed class NoopWork : WorkKind
{
    internal override JobKind Kind => JobKind.Noop;

    internal override bool NeedsLeave => false;

    internal override AttemptEvent Answer(Assign assign) => new()
    {
        AttemptId = assign.AttemptId,
        Fence = assign.Fence,
        EventNo = 1,
        Kind = EventKind.Finished,
        Started = true,
        Usage = new AttemptUsage(),
    };
}
