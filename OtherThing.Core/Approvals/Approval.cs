namespace OtherThing.Core.Approvals;

/// <summary>Where an approval stands.</summary>
public enum ApprovalState
{
    /// <summary>It waits for a person.</summary>
    Open,

    /// <summary>A person said yes.</summary>
    Approved,

    /// <summary>A person said no.</summary>
    Rejected,

    /// <summary>Nobody said anything in time, which counts as no.</summary>
    Expired,

    /// <summary>Its run ended or went another way.</summary>
    Withdrawn,
}

/// <summary>A question of a run to a person: made once, decided once, and the only truth about both.</summary>
public sealed class Approval
{
    private Approval()
    {
    }

    /// <summary>A question.</summary>
    public Approval(Guid id, Guid workspaceId, Guid flowId, Guid runId, string path, ApprovalQuestion question, DateTime dueAt, DateTime utcNow)
    {
        (Id, WorkspaceId, FlowId, RunId, Path) = (id, workspaceId, flowId, runId, path);
        (Title, Text, AssigneeId, Form, TaskId) = (question.Title, question.Text, question.AssigneeId, question.Form, question.TaskId);
        (DueAt, CreatedAt) = (dueAt, utcNow);
    }

    /// <summary>Its id: that of the step's attempt, the same after any restart.</summary>
    public Guid Id { get; private set; }

    /// <summary>The workspace.</summary>
    public Guid WorkspaceId { get; private set; }

    /// <summary>The flow.</summary>
    public Guid FlowId { get; private set; }

    /// <summary>The run that waits.</summary>
    public Guid RunId { get; private set; }

    /// <summary>The step that waits, as a path in the run.</summary>
    public string Path { get; private set; } = "";

    /// <summary>What is asked.</summary>
    public string Title { get; private set; } = "";

    /// <summary>More about it (Markdown).</summary>
    public string Text { get; private set; } = "";

    /// <summary>The member who was named to decide; null for none.</summary>
    public Guid? AssigneeId { get; private set; }

    /// <summary>The fields to fill in, as JSON.</summary>
    public string Form { get; private set; } = "[]";

    /// <summary>The card on the board.</summary>
    public Guid TaskId { get; private set; }

    /// <summary>When it was asked (UTC).</summary>
    public DateTime CreatedAt { get; private set; }

    /// <summary>When no decision counts as a rejection (UTC).</summary>
    public DateTime DueAt { get; private set; }

    /// <summary>Where it stands.</summary>
    public ApprovalState State { get; private set; }

    /// <summary>Who decided; null while open and when nobody did.</summary>
    public Guid? DecidedBy { get; private set; }

    /// <summary>When it was decided, expired or withdrawn (UTC).</summary>
    public DateTime? DecidedAt { get; private set; }

    /// <summary>What they said about it.</summary>
    public string Note { get; private set; } = "";

    /// <summary>What they filled in, as JSON; null while open.</summary>
    public string? Values { get; private set; }

    /// <summary>When the run had taken the decision (UTC); until then it is told again.</summary>
    public DateTime? SettledAt { get; private set; }
}

/// <summary>What is asked of whom.</summary>
public sealed record ApprovalQuestion(string Title, string Text, Guid? AssigneeId, string Form, Guid TaskId);

/// <summary>What became of a question.</summary>
/// <param name="State">Approved, rejected, expired or withdrawn.</param>
/// <param name="DecidedBy">Who said so; null for nobody.</param>
/// <param name="Note">What they said about it.</param>
/// <param name="Values">What they filled in, as JSON.</param>
public sealed record ApprovalDecision(ApprovalState State, Guid? DecidedBy = null, string Note = "", string Values = "{}");

/// <summary>Which approvals are wanted; null means any.</summary>
public sealed record ApprovalFilter(bool? Open = null, Guid? RunId = null, Guid? TaskId = null);
