using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Results;

namespace OtherThing.Core.Runs;

/// <summary>How runs are told to the audit log.</summary>
internal static class RunAudit
{
    /// <summary>Notes the start of a run; its own row says who started it too.</summary>
    public static Result<Guid> TellBegun(this AuditLog audit, Result<Guid> begun, Actor actor, Guid workspaceId, Operation operation, string detail)
    {
        if (begun.TryGet(out var runId, out _))
        {
            audit.Post(actor, workspaceId, operation, $"run:{runId}", detail);
        }

        return begun;
    }
}
