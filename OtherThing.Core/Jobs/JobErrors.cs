using OtherThing.Core.Results;

namespace OtherThing.Core.Jobs;

/// <summary>Why a job cannot be queued.</summary>
internal static class JobErrors
{
    /// <summary><c>job.node_unknown</c>.</summary>
    public static Error NodeUnknown { get; } = Error.Invalid(
        "job.node_unknown", "requirements.nodeId", "requirements.nodeId is no machine that serves this workspace.");
}
