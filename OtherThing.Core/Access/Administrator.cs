namespace OtherThing.Core.Access;

/// <summary>
/// Who looks after the server itself: the person of its first account, who had the code from its console. It gives no right in any workspace.
/// </summary>
public sealed class Administrator(IAccountStore accounts)
{
    /// <summary>Whether this is that person, signed in; a token never is.</summary>
    public async Task<bool> IsAsync(Actor actor, CancellationToken cancellationToken) =>
        actor is { Kind: ActorKind.User, UserId: { } userId } && (await accounts.FindFirstAsync(cancellationToken))?.Id == userId;
}
