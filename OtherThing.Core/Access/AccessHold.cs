using OtherThing.Core.Results;

namespace OtherThing.Core.Access;

/// <summary>
/// Something open that may go on only while its person keeps the right and the credential it was opened with. Dispose it when the thing
/// is closed.
/// </summary>
public sealed class AccessHold : IDisposable
{
    private readonly AccessWatch _watch;
    private readonly Action? _changed;
    private readonly CancellationTokenSource _gone = new();
    private readonly Lock _gate = new();
    private bool _told;
    private Role? _role;
    private int _unanswered;
    private bool _disposed;

    internal AccessHold(AccessWatch watch, Actor actor, Guid? workspaceId, Operation? operation, Action? changed, Role? known)
    {
        (_watch, Actor, WorkspaceId, Operation, _changed, _role, _told) = (watch, actor, workspaceId, operation, changed, known, known is not null);
        Gone = _gone.Token;
    }

    /// <summary>Cancelled once the right or the credential is gone; <see cref="Reason"/> then says which.</summary>
    public CancellationToken Gone { get; }

    /// <summary>What a fresh request would be answered; null while access holds.</summary>
    public Error? Reason { get; private set; }

    internal Actor Actor { get; }

    internal Guid? WorkspaceId { get; }

    internal Operation? Operation { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _watch.Leave(this);
        lock (_gate)
        {
            _disposed = true;
        }
    }

    /// <summary>Looks now, in the database, and not only when a change is told or a second is over.</summary>
    public Task AskAsync() => _watch.LookAsync(this);

    internal void Tell(AccessFacts facts)
    {
        var role = WorkspaceId is { } workspaceId && Actor.UserId is { } userId && facts.Roles.TryGetValue((workspaceId, userId), out var found)
            ? found
            : (Role?)null;
        var reason = Actor.SessionId is { } session && !facts.Sessions.Contains(session) ? Door.SignedOut
            : Actor.TokenId is { } token && !facts.Tokens.Contains(token) ? Door.SignedOut
            : WorkspaceId is { } id && Operation is { } operation ? Door.Judge(Actor, id, operation, role).Error
            : null;
        if (reason is not null)
        {
            End(reason);
            return;
        }

        bool changed;
        lock (_gate)
        {
            (changed, _told, _role, _unanswered) = (_told && _role != role, true, role, 0);
        }

        if (changed)
        {
            _changed?.Invoke();
        }
    }

    /// <summary>Nobody can say whether access holds; unknown for too long is gone.</summary>
    internal void TellUnknown(int most)
    {
        int unanswered;
        lock (_gate)
        {
            unanswered = ++_unanswered;
        }

        if (unanswered > most)
        {
            End(new Error(ErrorKind.Unavailable, "access.unknown", "Whether you still have access cannot be told right now. Try again in a moment."));
        }
    }

    private void End(Error reason)
    {
        lock (_gate)
        {
            if (_disposed || Reason is not null)
            {
                return;
            }

            Reason = reason;
            // Who listens runs elsewhere: one that is slow must not keep the others open.
            _ = _gone.CancelAsync();
        }

        _watch.Leave(this);
        _changed?.Invoke();
    }
}
