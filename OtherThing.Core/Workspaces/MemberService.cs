using Microsoft.Extensions.Logging;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Live;
using OtherThing.Core.Results;

namespace OtherThing.Core.Workspaces;

/// <summary>Lists members, changes their roles, lets them go.</summary>
public sealed partial class MemberService(
    Door door,
    IMemberStore members,
    IEnumerable<IMemberDeparture> departures,
    AuditLog audit,
    ILiveFeed feed,
    TimeProvider clock,
    ILogger<MemberService> logger)
{
    /// <summary>The members, longest standing first; addresses only for those who may see them, and one's own.</summary>
    public async Task<Result<Page<MemberView>>> ListAsync(
        Actor actor, Guid workspaceId, PageRequest page, CancellationToken cancellationToken)
    {
        if (!(await door.EnterAsync(actor, workspaceId, Operations.MemberList, cancellationToken)).TryGet(out var entry, out var error))
        {
            return error;
        }

        var seesAll = Operations.MemberDetail.For(entry.Role) == Grant.Allow;
        var list = await members.ListAsync(workspaceId, page, cancellationToken);
        return list.Select(member => seesAll || member.UserId == entry.UserId ? member : member with { Email = null });
    }

    /// <summary>Lets the person into a public workspace, as Viewer, without an invite.</summary>
    /// <returns>Their membership (the one they had, if any), or <c>workspace.not_found</c>.</returns>
    public async Task<Result<MemberView>> JoinPublicAsync(Actor actor, Guid workspaceId, CancellationToken cancellationToken)
    {
        if (!door.EnterOwn(actor, Operations.InviteRedeem).TryGet(out var userId, out var error))
        {
            return error;
        }

        if (await members.FindAsync(workspaceId, userId, cancellationToken) is { } already)
        {
            return already;
        }

        var joined = await members.TryJoinPublicAsync(workspaceId, userId, clock.GetUtcNow().UtcDateTime, cancellationToken);
        if (await members.FindAsync(workspaceId, userId, cancellationToken) is not { } member)
        {
            return WorkspaceErrors.NotFound;
        }

        if (joined)
        {
            await TellAsync(actor, workspaceId, userId, Operations.InviteRedeem, "joined as viewer", cancellationToken);
        }

        return member;
    }

    /// <summary>Gives a member another role; making somebody Owner is a transfer.</summary>
    /// <returns>
    /// The member, or <c>member.not_found</c>, <c>member.role_invalid</c>, <c>member.changed</c>, <c>access.forbidden</c>.
    /// </returns>
    public async Task<Result<MemberView>> ChangeRoleAsync(
        Actor actor, Guid workspaceId, Guid userId, Role? newRole, CancellationToken cancellationToken)
    {
        if (!(await FindAsync(actor, workspaceId, userId, cancellationToken)).TryGet(out var member, out var error))
        {
            return error;
        }

        if (newRole is not { } role)
        {
            return Error.Invalid("member.role_invalid", "role", "Name the role: viewer, member or admin.");
        }

        var operation = member.Role == Role.Owner || role == Role.Owner ? Operations.MemberChangeOwner
            : member.Role == Role.Admin || role == Role.Admin ? Operations.MemberSetAdmin
            : Operations.MemberSetRole;
        if (!(await door.EnterAsync(actor, workspaceId, operation, cancellationToken)).TryGet(out _, out error))
        {
            return error;
        }

        if (member.Role != role)
        {
            if (!await members.TrySetRoleAsync(workspaceId, userId, member.Role, role, cancellationToken))
            {
                return MemberErrors.Changed;
            }

            await TellAsync(actor, workspaceId, userId, operation, $"{member.Role} to {role}", cancellationToken);
        }

        return member with { Role = role };
    }

    /// <summary>Removes a member; for oneself it is leaving. Their open pages and streams end at once.</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="workspaceId">The workspace.</param>
    /// <param name="userId">The member.</param>
    /// <param name="cancellationToken">Gives up before the membership ends, or its work is handed over; after that everything is carried out.</param>
    /// <param name="work">What becomes of their runs, jobs, schedules and webhooks; a hand-over goes to the actor.</param>
    /// <returns>
    /// The member that was, or <c>member.not_found</c>, <c>member.last_owner</c>, <c>member.changed</c>, <c>member.handover_self</c>,
    /// <c>access.forbidden</c>.
    /// </returns>
    public async Task<Result<MemberView>> RemoveAsync(
        Actor actor, Guid workspaceId, Guid userId, CancellationToken cancellationToken, DepartingWork work = DepartingWork.Stop)
    {
        if (!(await FindAsync(actor, workspaceId, userId, cancellationToken)).TryGet(out var member, out var error))
        {
            return error;
        }

        var operation = userId == actor.UserId ? Operations.MemberLeave
            : member.Role == Role.Owner ? Operations.MemberChangeOwner
            : member.Role == Role.Admin ? Operations.MemberRemoveAdmin
            : Operations.MemberRemove;
        if (!(await door.EnterAsync(actor, workspaceId, operation, cancellationToken)).TryGet(out var entry, out error))
        {
            return error;
        }

        if (work == DepartingWork.Handover)
        {
            if (userId == entry.UserId)
            {
                return MemberErrors.HandoverToSelf;
            }

            // What is known to stand in the way of the removal is found before anything changes hands.
            if ((await members.FindAsync(workspaceId, userId, cancellationToken))?.Role != member.Role)
            {
                return MemberErrors.Changed;
            }

            // A caller who hangs up from here on leaves no part of it behind.
            cancellationToken = CancellationToken.None;
            await HandOverAsync(actor, workspaceId, userId, entry.UserId, operation);
        }

        if (!await members.TryRemoveAsync(workspaceId, userId, member.Role, cancellationToken))
        {
            if (work == DepartingWork.Handover)
            {
                await audit.AppendAsync(actor, workspaceId, operation, $"member:{userId}", "work handed over; still a member");
            }

            return member.Role == Role.Owner ? MemberErrors.LastOwner : MemberErrors.Changed;
        }

        await DepartAsync(workspaceId, userId);
        var how = operation == Operations.MemberLeave ? "left" : work == DepartingWork.Handover ? "removed, work handed over" : "removed";
        await TellAsync(actor, workspaceId, userId, operation, how, CancellationToken.None);
        return member;
    }

    private async Task<Result<MemberView>> FindAsync(Actor actor, Guid workspaceId, Guid userId, CancellationToken cancellationToken)
    {
        if (!(await door.EnterAsync(actor, workspaceId, Operations.MemberList, cancellationToken)).TryGet(out _, out var error))
        {
            // A token that may manage but not read still gets its own row's answer.
            if (error.Code != "access.scope")
            {
                return error;
            }
        }

        return await members.FindAsync(workspaceId, userId, cancellationToken) is { } member ? member : MemberErrors.NotFound;
    }

    private async Task TellAsync(
        Actor actor, Guid workspaceId, Guid userId, Operation operation, string detail, CancellationToken cancellationToken)
    {
        feed.Publish(Topic.User(userId), new AccessChanged());
        feed.Publish(Topic.Workspace(workspaceId), new MembersChanged());
        await audit.AppendAsync(actor, workspaceId, operation, $"member:{userId}", detail.ToLowerInvariant());
    }

    /// <summary>While they are still a member, so that nothing of it is ever without one who may have it.</summary>
    private async Task HandOverAsync(Actor actor, Guid workspaceId, Guid userId, Guid toUserId, Operation operation)
    {
        try
        {
            foreach (var departure in departures)
            {
                await departure.HandOverAsync(workspaceId, userId, toUserId, CancellationToken.None);
            }
        }
        catch
        {
            await audit.AppendAsync(
                actor, workspaceId, operation, $"member:{userId}", "handing over the work broke off, a part may be done; still a member");
            throw;
        }
    }

    private async Task DepartAsync(Guid workspaceId, Guid userId)
    {
        foreach (var departure in departures)
        {
            try
            {
                // The membership has ended; a caller who hangs up must not leave the rest undone.
                await departure.OnDepartedAsync(workspaceId, userId, CancellationToken.None);
            }
            catch (Exception exception)
            {
                LogDepartureFailed(exception, departure.GetType().Name, userId, workspaceId);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Departure} failed for member {UserId} who left workspace {WorkspaceId}")]
    private partial void LogDepartureFailed(Exception exception, string departure, Guid userId, Guid workspaceId);
}
