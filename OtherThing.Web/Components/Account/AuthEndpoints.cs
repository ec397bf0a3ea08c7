using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using OtherThing.Core.Results;
using OtherThing.Web.Hosting;

namespace OtherThing.Web.Components.Account;

/// <summary>The Identity API's register, login and refresh, with our policy and our problem details.</summary>
internal static class AuthEndpoints
{
    private const string OwnAccount = "Signing in comes before any right; it concerns one's own account only.";

    public static void MapAuthEndpoints(this IEndpointRouteBuilder app)
    {
        var auth = app.MapApi("/auth").AllowAnonymous().RequiresNoRow(OwnAccount).WithTags("Accounts");
        auth.MapPost("/register", RegisterAsync).WithName("Register");
        auth.MapPost("/login", LoginAsync).WithName("Login");
        auth.MapPost("/refresh", RefreshAsync).WithName("RefreshSignIn");
    }

    private static async Task<Results<Ok, ProblemHttpResult>> RegisterAsync(
        RegisterRequest request, Registration registration, CancellationToken cancellationToken)
    {
        var made = await registration.RegisterAsync(request.Email, request.Password, request.InviteCode, request.SetupCode, cancellationToken);
        return made.IsSuccess ? TypedResults.Ok() : made.Error.ToProblem();
    }

    private static async Task<Results<Ok<AccessTokenResponse>, EmptyHttpResult, ProblemHttpResult>> LoginAsync(
        LoginRequest request, AppSignInManager signIn)
    {
        signIn.AuthenticationScheme = IdentityConstants.BearerScheme;
        // The bearer scheme writes the tokens itself.
        var error = await signIn.TrySignInAsync(
            request.Email, request.Password, request.TwoFactorCode, request.TwoFactorRecoveryCode, isPersistent: false);
        return error is null ? TypedResults.Empty : error.ToProblem();
    }

    private static async Task<Results<Ok<AccessTokenResponse>, SignInHttpResult, ProblemHttpResult>> RefreshAsync(
        RefreshRequest request,
        AppSignInManager signIn,
        SessionCheck sessions,
        IOptionsMonitor<BearerTokenOptions> bearer,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var ticket = bearer.Get(IdentityConstants.BearerScheme).RefreshTokenProtector.Unprotect(request.RefreshToken ?? "");
        if (ticket?.Properties.ExpiresUtc is not { } expires
            || clock.GetUtcNow() >= expires
            || !await sessions.IsLiveAsync(ticket.Principal, cancellationToken)
            || await signIn.UserManager.GetUserAsync(ticket.Principal) is not { } user)
        {
            return new Error(ErrorKind.Unauthenticated, "account.refresh_invalid", "This refresh token is not valid (any more). Sign in.")
                .ToProblem();
        }

        return TypedResults.SignIn(await signIn.RenewAsync(user, ticket.Principal), authenticationScheme: IdentityConstants.BearerScheme);
    }
}

internal sealed record RegisterRequest(string? Email, string? Password, string? InviteCode = null, string? SetupCode = null);

internal sealed record LoginRequest(
    string? Email, string? Password, string? TwoFactorCode = null, string? TwoFactorRecoveryCode = null);

internal sealed record RefreshRequest(string? RefreshToken);
