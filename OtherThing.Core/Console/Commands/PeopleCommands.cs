using System.Text.Json.Nodes;
using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Core.Workspaces;

namespace OtherThing.Core.Console.Commands;

/// <summary>Says who is asking.</summary>
public sealed class WhoAmICommand(WorkspaceService workspaces, IAccountStore accounts) : ConsoleCommand("whoami", "Say who you are here", "whoami")
{
    /// <inheritdoc/>
    public override async Task<Result<ConsoleOutput>> RunAsync(ConsoleCall call, CancellationToken cancellationToken)
    {
        if (!(await workspaces.FindAsync(call.Actor, call.WorkspaceId, cancellationToken)).TryGet(out var view, out var error))
        {
            return error;
        }

        var account = await accounts.FindAsync(call.Actor.UserId!.Value, cancellationToken);
        var role = view.Role?.ToString().ToLowerInvariant();
        return ConsoleOutput.Say(
            $"{account?.DisplayName} ({account?.Email}), {role} of {view.Workspace.Name}",
            new JsonObject
            { ["userId"] = call.Actor.UserId.ToString(), ["name"] = account?.DisplayName, ["role"] = role, ["workspace"] = view.Workspace.Slug });
    }
}

/// <summary>Lists members.</summary>
public sealed class MembersCommand(MemberService members) : ConsoleCommand("members", "List the members", "members | where role = admin")
{
    /// <inheritdoc/>
    public override async Task<Result<ConsoleOutput>> RunAsync(ConsoleCall call, CancellationToken cancellationToken)
    {
        if (!(await members.ListAsync(call.Actor, call.WorkspaceId, new PageRequest(call.Limit), cancellationToken)).TryGet(out var page, out var error))
        {
            return error;
        }

        return ConsoleOutput.Table(["name", "role", "joined", "email"], [.. page.Items.Select(member => new JsonObject
        {
            ["name"] = member.DisplayName,
            ["role"] = member.Role.ToString().ToLowerInvariant(),
            ["joined"] = ConsoleTime.Day(member.JoinedAt),
            ["email"] = member.Email,
            ["id"] = member.UserId.ToString(),
        })]);
    }
}

/// <summary>Changes a member's role.</summary>
public sealed class MemberRoleCommand(MemberService members, Lookup lookup) : ConsoleCommand(
    "member role", "Give a member another role", "member role @ana viewer|member|admin")
{
    /// <inheritdoc/>
    public override async Task<Result<ConsoleOutput>> RunAsync(ConsoleCall call, CancellationToken cancellationToken)
    {
        if (call.Words is not [var who, var word] || !Enum.TryParse<Role>(word, ignoreCase: true, out var role) || !Enum.IsDefined(role))
        {
            return WrongUse;
        }

        if (!(await lookup.MemberAsync(call, who, cancellationToken)).TryGet(out var member, out var error))
        {
            return error;
        }

        return (await members.ChangeRoleAsync(call.Actor, call.WorkspaceId, member.UserId, role, cancellationToken)).TryGet(out var changed, out error)
            ? ConsoleOutput.Say($"{changed.DisplayName} is {role.ToString().ToLowerInvariant()} now")
            : error;
    }
}

/// <summary>Removes a member.</summary>
public sealed class MemberRemoveCommand(MemberService members, Lookup lookup) : ConsoleCommand(
    "member remove", "Remove a member; it takes effect at once", "member remove @ana")
{
    /// <inheritdoc/>
    public override async Task<Result<ConsoleOutput>> RunAsync(ConsoleCall call, CancellationToken cancellationToken)
    {
        if (call.Words is not [var who])
        {
            return WrongUse;
        }

        if (!(await lookup.MemberAsync(call, who, cancellationToken)).TryGet(out var member, out var error))
        {
            return error;
        }

        return (await members.RemoveAsync(call.Actor, call.WorkspaceId, member.UserId, cancellationToken)).TryGet(out var removed, out error)
            ? ConsoleOutput.Say($"{removed.DisplayName} is no member any more")
            : error;
    }
}
