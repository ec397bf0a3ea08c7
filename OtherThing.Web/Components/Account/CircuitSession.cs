using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Components.Server.Circuits;
using OtherThing.Core.Live;
using OtherThing.Web.Hosting;

namespace OtherThing.Web.Components.Account;

/// <summary>
/// Who is signed in on an open page. A circuit lives for hours, so it looks again whenever something is said of the person, and each
/// minute; when the session has ended the page is anonymous from then on.
/// </summary>
internal sealed partial class CircuitSession : ServerAuthenticationStateProvider, IDisposable
{
    private static readonly TimeSpan s_backstop = TimeSpan.FromMinutes(1);

    private readonly SessionCheck _sessions;
    private readonly ILiveFeed _feed;
    private readonly TimeProvider _clock;
    private readonly ILogger<CircuitSession> _logger;
    private readonly CancellationTokenSource _watch = new();

    public CircuitSession(SessionCheck sessions, ILiveFeed feed, TimeProvider clock, ILogger<CircuitSession> logger) =>
        (_sessions, _feed, _clock, _logger) = (sessions, feed, clock, logger);

    public void Dispose()
    {
        _watch.Cancel();
        _watch.Dispose();
    }

    /// <summary>Begins to look; a static page, which is over at once, never does.</summary>
    private void Watch() => _ = WatchAsync(GetAuthenticationStateAsync(), _watch.Token);

    private async Task WatchAsync(Task<AuthenticationState> state, CancellationToken cancellationToken)
    {
        try
        {
            var person = (await state).User;
            if (CurrentActor.From(person).UserId is not { } userId)
            {
                return;
            }

            using var events = _feed.Subscribe(Topic.User(userId), capacity: 16);
            while (await _sessions.IsLiveAsync(person, cancellationToken))
            {
                await NextOccasionAsync(events, cancellationToken);
            }

            SetAuthenticationState(Task.FromResult(new AuthenticationState(new ClaimsPrincipal(new ClaimsIdentity()))));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The page is gone, or somebody else signed in on it.
        }
        catch (Exception exception)
        {
            // Unknown is not signed in: the person signs in again.
            LogWatchFailed(exception);
            SetAuthenticationState(Task.FromResult(new AuthenticationState(new ClaimsPrincipal(new ClaimsIdentity()))));
        }
    }

    private async Task NextOccasionAsync(LiveSubscription events, CancellationToken cancellationToken)
    {
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var heard = events.Events.WaitToReadAsync(wait.Token).AsTask();
        await Task.WhenAny(heard, Task.Delay(s_backstop, _clock, wait.Token));
        await wait.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        while (events.Events.TryRead(out _))
        {
        }
    }

    /// <summary>Starts the look-out when a circuit opens.</summary>
    public sealed class Opener(AuthenticationStateProvider provider) : CircuitHandler
    {
        public override Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken)
        {
            (provider as CircuitSession)?.Watch();
            return Task.CompletedTask;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "An open page could not check its session and was signed out")]
    private partial void LogWatchFailed(Exception exception);
}
