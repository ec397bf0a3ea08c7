using OtherThing.Core.Audit;
using OtherThing.Core.Results;

namespace OtherThing.Core.Access;

/// <summary>Makes, lists, revokes and recognises personal tokens.</summary>
public sealed class PersonalTokenService(Door door, IPersonalTokenStore tokens, Credentials credentials, AuditLog audit, TimeProvider clock)
{
    /// <summary>The most tokens one person may have.</summary>
    public const int MaxPerPerson = 100;

    // "Last used" says which tokens can go; it is not worth a write per request.
    private static readonly TimeSpan s_touchEvery = TimeSpan.FromMinutes(5);

    /// <summary>Makes a token for the person themselves.</summary>
    /// <returns>The token with its value, shown only once, or <c>token.invalid</c> naming the fields, <c>token.quota</c>.</returns>
    public async Task<Result<NewPersonalToken>> CreateAsync(Actor actor, PersonalTokenDraft draft, CancellationToken cancellationToken)
    {
        if (!door.EnterOwn(actor, Operations.TokenManage).TryGet(out var userId, out var error)
            || !Check(draft).TryGet(out var good, out error))
        {
            return error;
        }

        if ((await tokens.ListAsync(userId, cancellationToken)).Count >= MaxPerPerson)
        {
            return Error.Conflict("token.quota", $"You have {MaxPerPerson} tokens, the most one person may have. Revoke one first.");
        }

        var value = TokenValue.New(TokenValue.PersonalPrefix);
        var now = clock.GetUtcNow().UtcDateTime;
        var token = new PersonalToken(
            userId, good.Name!, good.Scopes, SecretCode.Hash(value), now, now.AddDays(good.ExpiresInDays!.Value));
        await tokens.AddAsync(token, cancellationToken);
        await audit.AppendAccountAsync(actor, userId, "token.create", $"token:{token.Id} '{token.Name}' for {token.Scopes.ToString().ToLowerInvariant()}");
        return new NewPersonalToken(token, value);
    }

    /// <summary>The person's tokens, newest first, without their values.</summary>
    public async Task<Result<IReadOnlyList<PersonalToken>>> ListAsync(Actor actor, CancellationToken cancellationToken) =>
        door.EnterOwn(actor, Operations.TokenManage).TryGet(out var userId, out var error)
            ? Result<IReadOnlyList<PersonalToken>>.Success(await tokens.ListAsync(userId, cancellationToken))
            : error;

    /// <summary>Ends a token of the person's at once.</summary>
    /// <returns>Its id, or <c>token.not_found</c>.</returns>
    public async Task<Result<Guid>> RevokeAsync(Actor actor, Guid tokenId, CancellationToken cancellationToken)
    {
        if (!door.EnterOwn(actor, Operations.TokenManage).TryGet(out var userId, out var error))
        {
            return error;
        }

        if (!await tokens.TryRemoveAsync(userId, tokenId, cancellationToken))
        {
            return Error.NotFound("token.not_found", "You have no such token.");
        }

        credentials.Say(userId);
        await audit.AppendAccountAsync(actor, userId, "token.revoke", $"token:{tokenId}");
        return tokenId;
    }

    /// <summary>Who stands behind a token's value; null when it is none of ours, expired or revoked.</summary>
    public async Task<Actor?> RecogniseAsync(string value, CancellationToken cancellationToken)
    {
        if (!TokenValue.IsWellFormed(value, TokenValue.PersonalPrefix))
        {
            return null;
        }

        var now = clock.GetUtcNow().UtcDateTime;
        if (await tokens.FindAsync(SecretCode.Hash(value), now, cancellationToken) is not { } token)
        {
            return null;
        }

        if (token.LastUsedAt is null || now - token.LastUsedAt > s_touchEvery)
        {
            await tokens.TouchAsync(token.Id, now, cancellationToken);
        }

        return Actor.Token(token.UserId, token.Id, token.Scopes);
    }

    private static Result<PersonalTokenDraft> Check(PersonalTokenDraft draft)
    {
        List<FieldError> wrong = [];
        var name = draft.Name?.Trim() ?? "";
        if (PersonalToken.NameLimit.Line(name) is null)
        {
            wrong.Add(new FieldError("name", $"Enter a name of 1 to {PersonalToken.NameLimit} on one line."));
        }

        if (draft.Scopes == Scopes.None || (draft.Scopes & ~Scopes.All) != 0)
        {
            wrong.Add(new FieldError("scopes", "Name at least one of read, write, run, manage."));
        }

        if (draft.ExpiresInDays is < 1 or > PersonalToken.MaxDays)
        {
            wrong.Add(new FieldError("expiresInDays", $"A token lasts 1 to {PersonalToken.MaxDays} days."));
        }

        return wrong.Count > 0
            ? Error.Invalid("token.invalid", wrong[0].Message, wrong)
            : draft with { Name = name, ExpiresInDays = draft.ExpiresInDays ?? PersonalToken.DefaultDays };
    }
}
