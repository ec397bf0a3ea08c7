using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Components.Server.Circuits;
using OtherThing.Core.Access;
using OtherThing.Web.Hosting.Requests;

namespace OtherThing.Web.Components.Account.SignIn;

/// <summary>
/// Who is signed in on an open page. A circuit lives for hours, so its session is watched; when it has ended the page is anonymous from
/// then on.
/// </summary>
internal sealed class CircuitSession(AccessWatch access) : ServerAuthenticationStateProvider, IDisposable
{
    private AccessHold? _hold;

    public void Dispose() => _hold?.Dispose();

    /// <summary>Begins to look; a static page, which is over at once, never does.</summary>
    private async Task WatchAsync()
    {
        var actor = CurrentActor.From((await GetAuthenticationStateAsync()).User);
        if (actor.UserId is not null)
        {
            _hold = access.Hold(actor);
            _hold.Gone.Register(SignOut);
        }
    }

    private void SignOut() =>
        SetAuthenticationState(Task.FromResult(new AuthenticationState(new ClaimsPrincipal(new ClaimsIdentity()))));

    /// <summary>Starts the look-out when a circuit opens.</summary>
    public sealed class Opener(AuthenticationStateProvider provider) : CircuitHandler
    {
        public override Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken) =>
            provider is CircuitSession session ? session.WatchAsync() : Task.CompletedTask;
    }
}
