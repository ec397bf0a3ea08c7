using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.AspNetCore.Identity;
using OtherThing.Core.Access;
using OtherThing.Core.Approvals;
using OtherThing.Core.Audit;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Tests;
using OtherThing.Core.Jobs;
using OtherThing.Core.Keys;
using OtherThing.Core.Nodes;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Tasks;
using OtherThing.Core.Triggers;
using OtherThing.Core.Usage;
using OtherThing.Core.Workspaces;
using OtherThing.Data.Access;
using OtherThing.Data.Audit;
using OtherThing.Data.Jobs;
using OtherThing.Data.Keys;
using OtherThing.Data.Nodes;
using OtherThing.Data.Runs;

namespace OtherThing.Data.Retention;

/// <summary>For how long a table's rows are kept, as <c>docs/retention.md</c> says it.</summary>
/// <param name="Entity">What is in the table.</param>
/// <param name="For">For how long, and why for good.</param>
internal sealed record Kept(Type Entity, string For)
{
    private const string WithRun = "With its run";
    private const string WithJob = "With its job";
    private const string WithAccount = "As long as the account";
    private const string WithWorkspace = "As long as the workspace";

    /// <summary>Every table has a row here; a new one without a rule fails a test.</summary>
    public static IReadOnlyList<Kept> All { get; } =
    [
        new(typeof(Run), "By the workspace's settings: days since they ended (30) and the newest so many (10,000); one that has not ended, always"),
        new(typeof(RunJournalEntry), WithRun),
        new(typeof(RunBlob), WithRun + "; the file goes with the last run that refers to it"),
        new(typeof(Approval), WithRun),
        new(typeof(Job), "One of a run with its run; one sent on its own as long as runs, by the same settings"),
        new(typeof(JobLogRow), WithJob),
        new(typeof(LateResult), WithJob),
        new(typeof(JobBatch), "With the last of its jobs"),
        new(typeof(UsageEntry), WithWorkspace + ": what was used and what it cost is never deleted"),
        new(typeof(AuditEntry), WithWorkspace + ": who did what is never deleted; the database refuses to delete an entry of a workspace that lives"),
        new(typeof(AuditHeadRow), WithWorkspace),
        new(typeof(TaskItem), "Until it is deleted, and 30 days after that"),
        new(typeof(Flow), "Until it is deleted"),
        new(typeof(FlowVersion), "A published one as long as its flow or a run of it; a draft that ran, 90 days and as long as a run of it"),
        new(typeof(StepPin), "As long as the flow"),
        new(typeof(SavedTest), "As long as the flow"),
        new(typeof(Trigger), "As long as the flow has it published"),
        new(typeof(ApiKey), "Until it is deleted"),
        new(typeof(WorkspaceDataKey), WithWorkspace + "; deleted first, so that nothing opens its secrets any more"),
        new(typeof(Workspace), "Until it is deleted, and 7 days after that; then everything it holds goes for good"),
        new(typeof(Membership), "Until the member leaves"),
        new(typeof(Invite), "30 days after it expired"),
        new(typeof(NodeAttachment), "Until the machine leaves the workspace"),
        new(typeof(Node), "For good, so that a revoked machine stays refused; one that nobody claims, until its code expires"),
        new(typeof(JoinToken), "1 day after it expired"),
        new(typeof(AppUser), "For good: what people did names them"),
        new(typeof(IdentityRole<Guid>), "For good; there are none"),
        new(typeof(IdentityRoleClaim<Guid>), "For good; there are none"),
        new(typeof(IdentityUserClaim<Guid>), WithAccount),
        new(typeof(IdentityUserLogin<Guid>), WithAccount),
        new(typeof(IdentityUserRole<Guid>), WithAccount),
        new(typeof(IdentityUserToken<Guid>), WithAccount),
        new(typeof(PersonalToken), "30 days after it expired"),
        new(typeof(SignInSession), "Until it expires"),
        new(typeof(SignInTry), "15 minutes"),
        new(typeof(IdempotencyRow), "24 hours"),
        new(typeof(RefusedRow), "30 days, or with its run"),
        new(typeof(DataProtectionKey), "For good: cookies and links made with an older one stay good"),
        new(typeof(Installation), "For good: one row, the name machines know the installation by"),
    ];
}
