using Microsoft.AspNetCore.Http.HttpResults;
using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Web.Hosting.Requests;
using OtherThing.Web.Hosting.Rest;

namespace OtherThing.Web.Components.Account;

/// <summary><c>/tokens</c>: one's own personal tokens.</summary>
internal static class TokenEndpoints
{
    public static void MapTokenEndpoints(this IEndpointRouteBuilder app)
    {
        var tokens = app.MapApi("/tokens").WithTags("Accounts");
        tokens.MapGet("", ListAsync).WithName("ListTokens").Requires(Operations.TokenManage);
        tokens.MapPost("", CreateAsync).WithName("CreateToken").Requires(Operations.TokenManage).ShowsASecretOnce();
        tokens.MapDelete("/{tokenId:guid}", RevokeAsync).WithName("RevokeToken").Requires(Operations.TokenManage);
    }

    private static async Task<Results<Ok<Page<TokenResponse>>, ProblemHttpResult>> ListAsync(
        CurrentActor current, PersonalTokenService tokens, CancellationToken cancellationToken)
    {
        var found = await tokens.ListAsync(await current.GetAsync(), cancellationToken);
        return found.TryGet(out var list, out var error)
            ? TypedResults.Ok(new Page<TokenResponse>([.. list.Select(token => TokenResponse.From(token, null))], null))
            : error.ToProblem();
    }

    private static async Task<Results<Created<TokenResponse>, ProblemHttpResult>> CreateAsync(
        CreateTokenRequest request, CurrentActor current, PersonalTokenService tokens, CancellationToken cancellationToken)
    {
        var scopes = (request.Scopes ?? []).Aggregate(Scopes.None, (all, scope) => all | scope.ToScopes());
        var draft = new PersonalTokenDraft(request.Name, scopes, request.ExpiresInDays);
        var made = await tokens.CreateAsync(await current.GetAsync(), draft, cancellationToken);
        return made.TryGet(out var created, out var error)
            ? TypedResults.Created($"{RestSetup.Prefix}/tokens/{created.Token.Id}", TokenResponse.From(created.Token, created.Value))
            : error.ToProblem();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RevokeAsync(
        Guid tokenId, CurrentActor current, PersonalTokenService tokens, CancellationToken cancellationToken)
    {
        var revoked = await tokens.RevokeAsync(await current.GetAsync(), tokenId, cancellationToken);
        return revoked.IsSuccess ? TypedResults.NoContent() : revoked.Error.ToProblem();
    }
}

/// <summary>One scope as it is written in JSON.</summary>
internal enum TokenScope
{
    Read,
    Write,
    Run,
    Manage,
}

internal static class TokenScopes
{
    public static Scopes ToScopes(this TokenScope scope) => scope switch
    {
        TokenScope.Read => Scopes.Read,
        TokenScope.Write => Scopes.Write,
        TokenScope.Run => Scopes.Run,
        _ => Scopes.Manage,
    };

    public static IReadOnlyList<TokenScope> Of(Scopes scopes) =>
        [.. Enum.GetValues<TokenScope>().Where(scope => scopes.HasFlag(scope.ToScopes()))];
}

internal sealed record CreateTokenRequest(string? Name, IReadOnlyList<TokenScope>? Scopes = null, int? ExpiresInDays = null);

internal sealed record TokenResponse(
    Guid Id, string Name, IReadOnlyList<TokenScope> Scopes, string? Value, DateTime CreatedAt, DateTime ExpiresAt, DateTime? LastUsedAt)
{
    public static TokenResponse From(PersonalToken token, string? value) =>
        new(token.Id, token.Name, TokenScopes.Of(token.Scopes), value, token.CreatedAt, token.ExpiresAt, token.LastUsedAt);
}
