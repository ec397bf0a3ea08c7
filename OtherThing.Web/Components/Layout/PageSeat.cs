using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Web.Hosting.Requests;

namespace OtherThing.Web.Components.Layout;

/// <summary>An open page's place among those its person may have; a page whose browser is away gives its place back.</summary>
internal sealed class PageSeat : IDisposable
{
    private PersonCaps.Seat? _seat;

    /// <summary>Called when <see cref="Refusal"/> changed.</summary>
    public event Action? Changed;

    /// <summary>Why this page may not be open as well; null when it may.</summary>
    public Error? Refusal { get; private set; }

    public void Dispose() => _seat?.Dispose();

    private void Take(PersonCaps caps, Actor actor)
    {
        _seat?.Dispose();
        var before = Refusal;
        Refusal = caps.Take(OpenThing.Page, actor).TryGet(out _seat, out var full) ? null : full;
        if (before != Refusal)
        {
            Changed?.Invoke();
        }
    }

    /// <summary>Takes the place while the page is connected.</summary>
    public sealed class Keeper(PageSeat seat, PersonCaps caps, AuthenticationStateProvider authentication) : CircuitHandler
    {
        public override async Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken) =>
            seat.Take(caps, CurrentActor.From((await authentication.GetAuthenticationStateAsync()).User));

        public override Task OnConnectionDownAsync(Circuit circuit, CancellationToken cancellationToken)
        {
            seat.Dispose();
            return Task.CompletedTask;
        }
    }
}
