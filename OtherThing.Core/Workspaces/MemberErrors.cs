using OtherThing.Core.Results;

namespace OtherThing.Core.Workspaces;

/// <summary>The refusals around members and invites.</summary>
public static class MemberErrors
{
    /// <summary>Whoever leaves cannot take over their own work.</summary>
    public static Error HandoverToSelf { get; } = Error.Invalid(
        "member.handover_self", "runs",
        "Whoever leaves cannot keep their own work going. Ask an Owner or Admin to remove you with runs=handover, or leave with runs=stop.");

    /// <summary>No such member here.</summary>
    public static Error NotFound { get; } = Error.NotFound("member.not_found", "This person is not a member of the workspace.");

    /// <summary>Somebody else changed the member in between.</summary>
    public static Error Changed { get; } =
        Error.Conflict("member.changed", "Somebody changed this member a moment ago. Load the list again.");

    /// <summary>A workspace is never without an Owner.</summary>
    public static Error LastOwner { get; } =
        Error.Conflict("member.last_owner", "You are the only Owner. Hand the workspace over or delete it, then leave.");

    /// <summary>No such invite here.</summary>
    public static Error InviteNotFound { get; } = Error.NotFound("invite.not_found", "There is no such invite.");

    /// <summary>The code leads nowhere.</summary>
    public static Error InviteUnknown { get; } =
        Error.NotFound("invite.unknown", "This invite code is not known here. Check it, or ask for a new one.");

    /// <summary>The invite has ended by time.</summary>
    public static Error InviteExpired { get; } = Error.Conflict("invite.expired", "This invite has expired. Ask for a new one.");

    /// <summary>The invite was used as often as it may be.</summary>
    public static Error InviteUsedUp { get; } = Error.Conflict("invite.used_up", "This invite was used as often as it may be. Ask for a new one.");

    /// <summary>The invite was taken back, or its maker may not invite any more.</summary>
    public static Error InviteRevoked { get; } = Error.Conflict("invite.revoked", "This invite was revoked. Ask for a new one.");

    /// <summary>The invite is bound to another address.</summary>
    public static Error InviteForAnother { get; } =
        Error.Forbidden("invite.other_email", "This invite is for another e-mail address. Sign in with that one.");
}
