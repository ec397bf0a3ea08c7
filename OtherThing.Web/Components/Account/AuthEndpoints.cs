using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Web.Components.Account.SignIn;
using OtherThing.Web.Hosting.Limits;
using OtherThing.Web.Hosting.Requests;
using OtherThing.Web.Hosting.Rest;

namespace OtherThing.Web.Components.Account;

/// <summary>The Identity API's register, login and refresh, with our policy and our problem details, and signing out.</summary>
internal static class AuthEndpoints
{
    private const string OwnAccount = "Signing in comes before any right; it concerns one's own account only.";

    public static void MapAuthEndpoints(this IEndpointRouteBuilder app)
    {
        var auth = app.MapApi("/auth").AllowAnonymous().RequiresNoRow(OwnAccount).WithTags("Accounts");
        auth.MapPost("/register", RegisterAsync).WithName("Register").CountsAs(GuessPurpose.Register);
        auth.MapPost("/login", LoginAsync).WithName("Login").CountsAs(GuessPurpose.SignIn);
        auth.MapPost("/refresh", RefreshAsync).WithName("RefreshSignIn").CountsAs(GuessPurpose.Refresh);
        app.MapApi("/auth").RequiresNoRow("Anybody may sign out.").WithTags("Accounts").MapPost("/logout", LogoutAsync).WithName("Logout");
    }

    private static async Task<Results<Ok, ProblemHttpResult>> RegisterAsync(
        RegisterRequest request, Registration registration, CancellationToken cancellationToken)
    {
        var made = await registration.RegisterAsync(request.Email, request.Password, request.InviteCode, request.SetupCode, cancellationToken);
        return made.IsSuccess ? TypedResults.Ok() : made.Error.ToProblem();
    }

    private static async Task<Results<Ok<AccessTokenResponse>, EmptyHttpResult, ProblemHttpResult>> LoginAsync(
        LoginRequest request, AppSignInManager signIn, PasswordSignIn password)
    {
        signIn.AuthenticationScheme = IdentityConstants.BearerScheme;
        // The bearer scheme writes the tokens itself.
        var error = await password.TrySignInAsync(
            request.Email, request.Password, request.TwoFactorCode, request.TwoFactorRecoveryCode, isPersistent: false);
        return error is null ? TypedResults.Empty : error.ToProblem();
    }

    private static async Task<Results<Ok<AccessTokenResponse>, SignInHttpResult, ProblemHttpResult>> RefreshAsync(
        RefreshRequest request, AppSignInManager signIn, IOptionsMonitor<BearerTokenOptions> bearer, TimeProvider clock)
    {
        var ticket = bearer.Get(IdentityConstants.BearerScheme).RefreshTokenProtector.Unprotect(request.RefreshToken ?? "");
        return ticket?.Properties.ExpiresUtc is { } expires && clock.GetUtcNow() < expires && await signIn.TradeAsync(ticket.Principal) is { } principal
            ? TypedResults.SignIn(principal, authenticationScheme: IdentityConstants.BearerScheme)
            : new Error(ErrorKind.Unauthenticated, "account.refresh_invalid", "This refresh token is not valid (any more). Sign in.").ToProblem();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> LogoutAsync(HttpContext http, AppSignInManager signIn)
    {
        if (CurrentActor.From(http.User).Kind != ActorKind.User)
        {
            return AccountErrors.NoSession.ToProblem();
        }

        await signIn.EndSessionOfAsync(http.User);
        return TypedResults.NoContent();
    }
}

internal sealed record RegisterRequest(string? Email, string? Password, string? InviteCode = null, string? SetupCode = null);

internal sealed record LoginRequest(
    string? Email, string? Password, string? TwoFactorCode = null, string? TwoFactorRecoveryCode = null);

internal sealed record RefreshRequest(string? RefreshToken);
