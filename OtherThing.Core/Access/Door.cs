using OtherThing.Core.Audit;
using OtherThing.Core.Results;

namespace OtherThing.Core.Access;

/// <summary>An actor who was let in, for one operation in one workspace.</summary>
/// <param name="WorkspaceId">The workspace.</param>
/// <param name="UserId">The person.</param>
/// <param name="Role">Their role, read just now.</param>
/// <param name="Operation">What they were let in for.</param>
public sealed record Entry(Guid WorkspaceId, Guid UserId, Role Role, Operation Operation)
{
    /// <summary>Hears of a refusal.</summary>
    internal Action<Error>? Told { private get; init; }

    /// <summary>True when the right covers only one's own things: check the thing with <see cref="Refuse"/>.</summary>
    public bool OwnOnly => Operation.For(Role) == Grant.Own;

    /// <summary>The refusal when the thing belongs to somebody else and the right covers one's own only; null when allowed.</summary>
    /// <param name="ownerIds">Whose thing it is: its creator, assignee, owner or contributor.</param>
    public Error? Refuse(params ReadOnlySpan<Guid?> ownerIds)
    {
        if (!OwnOnly || ownerIds.Contains(UserId))
        {
            return null;
        }

        var refusal = Door.Forbidden(Operation, Role);
        Told?.Invoke(refusal);
        return refusal;
    }
}

/// <summary>The one door: every public service method asks here before it does anything. Whom it refuses a change, the audit tells.</summary>
public sealed class Door(IMembershipStore memberships, AuditLog audit, FreshSignIns fresh)
{
    /// <summary>The code of a refusal that ends when the person shows who they are.</summary>
    public const string SignInAgain = "access.reauthenticate";

    /// <summary>How long after proving who they are a person may do what asks for it.</summary>
    public static TimeSpan FreshFor { get; } = TimeSpan.FromMinutes(5);

    /// <summary>Asks for a sign-in within <see cref="FreshFor"/>, for what belongs to no row: one's own second factor and password.</summary>
    /// <returns>Null when it was, or <c>access.reauthenticate</c>.</returns>
    public Error? AskFresh(Actor actor) => actor.UserId is null ? SignedOut : CheckFresh(actor, Operations.TokenManage);

    /// <summary>Checks one row of <see cref="Operations"/> against the database.</summary>
    /// <returns>
    /// The entry, or <c>access.unauthenticated</c>, <c>workspace.not_found</c> (also for a workspace one is no member of),
    /// <c>access.forbidden</c>, <c>access.scope</c>, <c>access.reauthenticate</c>.
    /// </returns>
    public async Task<Result<Entry>> EnterAsync(
        Actor actor, Guid workspaceId, Operation operation, CancellationToken cancellationToken)
    {
        var role = actor.UserId is { } userId ? await memberships.FindRoleAsync(workspaceId, userId, cancellationToken) : null;
        var entered = Judge(actor, workspaceId, operation, role);
        if (entered.TryGet(out var entry, out var refusal) && (refusal = CheckFresh(actor, operation)) is null)
        {
            return entry with { Told = refused => audit.Refused(actor, workspaceId, operation, refused) };
        }

        audit.Refused(actor, workspaceId, operation, refusal);
        return refusal;
    }

    /// <summary>Checks an operation that belongs to no workspace (create one, own tokens, own nodes).</summary>
    /// <returns>The person, or <c>access.unauthenticated</c>, <c>access.scope</c>, <c>access.reauthenticate</c>.</returns>
    public Result<Guid> EnterOwn(Actor actor, Operation operation)
    {
        if (actor.UserId is not { } userId)
        {
            return SignedOut;
        }

        if ((CheckScope(actor, operation) ?? CheckFresh(actor, operation)) is { } refusal)
        {
            audit.Refused(actor, null, operation, refusal);
            return refusal;
        }

        return userId;
    }

    /// <summary>What the table says to a role that was read just now; whether the sign-in is fresh is not asked.</summary>
    internal static Result<Entry> Judge(Actor actor, Guid workspaceId, Operation operation, Role? read) =>
        actor.UserId is not { } userId ? SignedOut
        : read is not { } role ? Error.NotFound("workspace.not_found", "There is no such workspace, or you are not a member of it.")
        : operation.For(role) == Grant.Deny ? Forbidden(operation, role)
        : CheckScope(actor, operation) is { } refusal ? refusal
        : new Entry(workspaceId, userId, role, operation);

    internal static Error SignedOut { get; } =
        new(ErrorKind.Unauthenticated, "access.unauthenticated", "Sign in first.");

    internal static Error Forbidden(Operation operation, Role role)
    {
        var (who, ask) = Enum.GetValues<Role>().Where(candidate => operation.For(candidate) == Grant.Allow).Cast<Role?>().FirstOrDefault() switch
        {
            Role.Owner => ("Only owners can", " Ask an owner to do it."),
            Role.Admin => ("Only admins and owners can", " Ask an admin to do it, or an owner to change your role."),
            not null => ("Only members can", " Ask an admin to change your role."),
            null => ("Nobody can", ""),
        };
        var own = operation.For(role) == Grant.Own ? ": you can do this with your own only" : "";
        return Error.Forbidden("access.forbidden", $"{who} {operation.Text}. Your role is {role}{own}.{ask}");
    }

    private static Error? CheckScope(Actor actor, Operation operation) => actor.Scopes.HasFlag(operation.Scope)
        ? null
        : Error.Forbidden("access.scope", $"This token lacks the scope '{operation.Scope.ToString().ToLowerInvariant()}'.");

    private Error? CheckFresh(Actor actor, Operation operation) => !operation.Fresh || fresh.IsFresh(actor)
        ? null
        : Error.Forbidden(SignInAgain, "Sign in again to do this: it asks for a sign-in within the last five minutes.");
}
