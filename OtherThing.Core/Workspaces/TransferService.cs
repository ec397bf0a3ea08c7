using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Live;
using OtherThing.Core.Results;

namespace OtherThing.Core.Workspaces;

/// <summary>Hands a workspace over: its Owner offers it to an Admin, who accepts.</summary>
public sealed class TransferService(
    Door door, IMemberStore members, IWorkspaceStore workspaces, AuditLog audit, ILiveFeed feed)
{
    private static readonly Error s_notOffered =
        Error.NotFound("transfer.not_offered", "This workspace is not offered to you, or no longer.");

    /// <summary>Offers the workspace to one of its Admins; an earlier offer is replaced.</summary>
    /// <returns>The workspace, or <c>member.not_found</c>, <c>transfer.not_admin</c>, <c>workspace.changed</c>.</returns>
    public async Task<Result<WorkspaceView>> OfferAsync(
        Actor actor, Guid workspaceId, Guid? userId, CancellationToken cancellationToken)
    {
        if (!(await door.EnterAsync(actor, workspaceId, Operations.WorkspaceTransfer, cancellationToken)).TryGet(out var entry, out var error))
        {
            return error;
        }

        if (userId is not { } target || await members.FindAsync(workspaceId, target, cancellationToken) is not { } member)
        {
            return MemberErrors.NotFound with { Fields = [new FieldError("userId", MemberErrors.NotFound.Message)] };
        }

        if (member.Role != Role.Admin)
        {
            return Error.Conflict("transfer.not_admin", "A workspace is handed over to one of its Admins. Make this member an Admin first.");
        }

        if (await workspaces.FindAsync(workspaceId, entry.UserId, cancellationToken) is not { } view)
        {
            return WorkspaceErrors.NotFound;
        }

        view.Workspace.Offer(entry.UserId, target);
        if (!await workspaces.TrySaveAsync(view.Workspace, cancellationToken))
        {
            return WorkspaceErrors.Changed;
        }

        await TellAsync(actor, workspaceId, target, "offered", cancellationToken);
        return view;
    }

    /// <summary>Accepts the offer: the Admin becomes Owner, and the Owner who offered becomes Admin, in one transaction.</summary>
    /// <returns>The workspace as its new Owner sees it, or <c>transfer.not_offered</c>.</returns>
    public async Task<Result<WorkspaceView>> AcceptAsync(Actor actor, Guid workspaceId, CancellationToken cancellationToken)
    {
        // The offer names who may accept; the row is the one everybody in the workspace has.
        if (!(await door.EnterAsync(actor, workspaceId, Operations.WorkspaceRead, cancellationToken)).TryGet(out var entry, out var error))
        {
            return error;
        }

        if (AskManage(actor, workspaceId) is { } refusal)
        {
            return refusal;
        }

        if (!await members.TryTransferAsync(workspaceId, entry.UserId, cancellationToken))
        {
            return s_notOffered;
        }

        await TellAsync(actor, workspaceId, entry.UserId, "accepted", cancellationToken);
        return await workspaces.FindAsync(workspaceId, entry.UserId, cancellationToken) is { } view ? view : WorkspaceErrors.NotFound;
    }

    /// <summary>Takes the offer back, for an Owner.</summary>
    /// <returns>The workspace, or <c>transfer.not_offered</c>, <c>workspace.changed</c>.</returns>
    public async Task<Result<WorkspaceView>> WithdrawAsync(Actor actor, Guid workspaceId, CancellationToken cancellationToken) =>
        (await door.EnterAsync(actor, workspaceId, Operations.WorkspaceTransfer, cancellationToken)).TryGet(out var entry, out var error)
            ? await EndAsync(actor, entry, static _ => true, "withdrawn", cancellationToken)
            : error;

    /// <summary>Turns the offer down, for the Admin to whom it was made.</summary>
    /// <returns>The workspace, or <c>transfer.not_offered</c>, <c>workspace.changed</c>.</returns>
    public async Task<Result<WorkspaceView>> DeclineAsync(Actor actor, Guid workspaceId, CancellationToken cancellationToken) =>
        // As for accepting, the offer names who may.
        (await door.EnterAsync(actor, workspaceId, Operations.WorkspaceRead, cancellationToken)).TryGet(out var entry, out var error)
            ? AskManage(actor, workspaceId) is { } refusal
                ? refusal
                : await EndAsync(actor, entry, target => target == entry.UserId, "turned down", cancellationToken)
            : error;

    /// <summary>Whoever answers an offer does so by the row that everybody in the workspace has; a token needs more than to read.</summary>
    private Error? AskManage(Actor actor, Guid workspaceId)
    {
        if (actor.Scopes.HasFlag(Scopes.Manage))
        {
            return null;
        }

        var refusal = Error.Forbidden("access.scope", "This token lacks the scope 'manage'.");
        audit.Refused(actor, workspaceId, Operations.WorkspaceTransfer, refusal);
        return refusal;
    }

    private async Task<Result<WorkspaceView>> EndAsync(
        Actor actor, Entry entry, Func<Guid, bool> may, string detail, CancellationToken cancellationToken)
    {
        if (await workspaces.FindAsync(entry.WorkspaceId, entry.UserId, cancellationToken) is not { } view)
        {
            return WorkspaceErrors.NotFound;
        }

        if (view.Workspace.OfferedTo is not { } target || !may(target))
        {
            return s_notOffered;
        }

        view.Workspace.EndOffer();
        if (!await workspaces.TrySaveAsync(view.Workspace, cancellationToken))
        {
            return WorkspaceErrors.Changed;
        }

        await TellAsync(actor, entry.WorkspaceId, target, detail, cancellationToken);
        return view;
    }

    private async Task TellAsync(Actor actor, Guid workspaceId, Guid target, string detail, CancellationToken cancellationToken)
    {
        feed.Publish(Topic.Workspace(workspaceId), new MembersChanged());
        feed.Publish(Topic.User(target), new AccessChanged());
        await audit.AppendAsync(actor, workspaceId, Operations.WorkspaceTransfer, $"member:{target}", detail);
    }
}
