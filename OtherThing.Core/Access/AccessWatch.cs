using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using OtherThing.Core.Results;

namespace OtherThing.Core.Access;

/// <summary>
/// The one place that ends what is open when its person may not have it any more: event streams, pages, waiting requests. It looks at
/// once when this process changes somebody's access, and each second for what another process or an operator changed.
/// </summary>
public sealed partial class AccessWatch : IDisposable
{
    /// <summary>How often it looks without being told.</summary>
    public static TimeSpan Period { get; } = TimeSpan.FromSeconds(1);

    /// <summary>After so many looks without an answer access counts as gone.</summary>
    private const int MostUnanswered = 5;

    private readonly ConcurrentDictionary<AccessHold, byte> _holds = new();
    private readonly AccessChanges _changes;
    private readonly IAccessReader _reader;
    private readonly TimeProvider _clock;
    private readonly ILogger<AccessWatch> _logger;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private bool _ticking;
    private int _looking;

    /// <summary>A watch; it does nothing while nothing is open.</summary>
    public AccessWatch(AccessChanges changes, IAccessReader reader, TimeProvider clock, ILogger<AccessWatch> logger)
    {
        (_changes, _reader, _clock, _logger) = (changes, reader, clock, logger);
        _timer = clock.CreateTimer(_ => _ = TickAsync(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _changes.Changed += OnChanged;
    }

    /// <summary>How many things are open; what is closed must leave none.</summary>
    public int HoldCount => _holds.Count;

    /// <summary>Watches over something that was just let in: ask the door first, and open it after this.</summary>
    /// <param name="actor">Whose it is.</param>
    /// <param name="workspaceId">The workspace it belongs to; null when only the credential counts.</param>
    /// <param name="operation">The row it stands on; null when only the credential counts.</param>
    /// <param name="changed">Called when the role changed, or access is gone; never inside a lock, never two at a time for one cause.</param>
    /// <param name="known">The role they were let in with, so that another one is noticed.</param>
    public AccessHold Hold(Actor actor, Guid? workspaceId = null, Operation? operation = null, Action? changed = null, Role? known = null)
    {
        var hold = new AccessHold(this, actor, workspaceId, operation, changed, known);
        lock (_gate)
        {
            _holds[hold] = 0;
            if (!_ticking)
            {
                _ticking = true;
                _timer.Change(Period, Period);
            }
        }

        return hold; // what changed between the door and here is seen by the next tick
    }

    /// <summary>Waits for something only as long as the actor keeps the right to its answer.</summary>
    /// <returns>What was waited for, or what a fresh request would be answered.</returns>
    public async Task<Result<T>> WhileAsync<T>(
        Actor actor, Guid workspaceId, Operation operation, Func<CancellationToken, Task<T>> wait, CancellationToken cancellationToken)
    {
        using var hold = Hold(actor, workspaceId, operation);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, hold.Gone);
        try
        {
            var value = await wait(either.Token);
            return hold.Reason is { } late ? late : value;
        }
        catch (OperationCanceledException) when (hold.Reason is not null && !cancellationToken.IsCancellationRequested)
        {
            return hold.Reason;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _changes.Changed -= OnChanged;
        _timer.Dispose();
    }

    internal Task LookAsync(AccessHold hold) => LookAsync([hold]);

    internal void Leave(AccessHold hold)
    {
        lock (_gate)
        {
            _holds.TryRemove(hold, out _);
            if (_holds.IsEmpty && _ticking)
            {
                _ticking = false;
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void OnChanged(Guid? userId)
    {
        AccessHold[] about = [.. _holds.Keys.Where(hold => userId is null || hold.Actor.UserId == userId)];
        if (about.Length > 0)
        {
            _ = LookAsync(about);
        }
    }

    private async Task TickAsync()
    {
        // A look that takes longer than a second is not doubled.
        if (Interlocked.Exchange(ref _looking, 1) == 1)
        {
            return;
        }

        await LookAsync([.. _holds.Keys]);
        Volatile.Write(ref _looking, 0);
    }

    private async Task LookAsync(AccessHold[] holds)
    {
        try
        {
            var facts = await _reader.ReadAsync(
                new AccessQuestion(
                    holds.Select(hold => hold.Actor.SessionId).OfType<Guid>().ToHashSet(),
                    holds.Select(hold => hold.Actor.TokenId).OfType<Guid>().ToHashSet(),
                    holds.Where(hold => hold is { WorkspaceId: not null, Actor.UserId: not null })
                        .Select(hold => (hold.WorkspaceId!.Value, hold.Actor.UserId!.Value)).ToHashSet()),
                _clock.GetUtcNow().UtcDateTime,
                CancellationToken.None);
            foreach (var hold in holds)
            {
                hold.Tell(facts);
            }
        }
        catch (Exception exception)
        {
            LogLookFailed(exception, holds.Length);
            foreach (var hold in holds)
            {
                hold.TellUnknown(MostUnanswered);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Whether {Count} open streams and pages may stay open could not be read; trying again")]
    private partial void LogLookFailed(Exception exception, int count);
}
