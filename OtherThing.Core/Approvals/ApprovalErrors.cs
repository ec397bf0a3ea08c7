using OtherThing.Core.Results;

namespace OtherThing.Core.Approvals;

/// <summary>Why an approval cannot be had or decided.</summary>
public static class ApprovalErrors
{
    /// <summary><c>approval.not_found</c>.</summary>
    public static Error NotFound { get; } = Error.NotFound("approval.not_found", "There is no such approval in this workspace.");

    /// <summary><c>approval.already_decided</c>.</summary>
    public static Error AlreadyDecided(ApprovalState state) => Error.Conflict("approval.already_decided", state switch
    {
        ApprovalState.Approved => "It is approved already.",
        ApprovalState.Rejected => "It is rejected already.",
        ApprovalState.Expired => "Its time was up before you decided, which counts as rejected.",
        _ => "Its run does not wait for it any more.",
    });

    /// <summary><c>approval.invalid</c> with every field at fault.</summary>
    public static Error Invalid(IReadOnlyList<FieldError> fields) => Error.Invalid("approval.invalid", fields[0].Message, fields);

    /// <summary><c>approval.decision_invalid</c>.</summary>
    public static Error DecisionInvalid { get; } =
        Error.Invalid("approval.decision_invalid", "decision", "decision is approve or reject.");

    /// <summary><c>approval.note_too_long</c>.</summary>
    public static Error NoteTooLong { get; } =
        Error.Invalid("approval.note_too_long", "note", $"A note has up to {ApprovalService.LongestNote:N0} characters.");
}
