namespace OtherThing.Core.Runs.Queue;

/// <summary>
/// A number of places and a queue for each party that wants one: a place that comes free goes to the next party in turn, however many
/// of another wait.
/// </summary>
/// <param name="places">How many may be inside at once.</param>
internal sealed class FairGate(int places)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Queue<TaskCompletionSource>> _waiting = [];
    private readonly Queue<Guid> _turns = new();
    private int _free = places;

    /// <summary>Waits for a place; give it back by <see cref="Leave"/>.</summary>
    /// <param name="party">Who wants it.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public Task EnterAsync(Guid party, CancellationToken cancellationToken)
    {
        TaskCompletionSource waiter;
        lock (_lock)
        {
            if (_free > 0)
            {
                _free--;
                return Task.CompletedTask;
            }

            waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (!_waiting.TryGetValue(party, out var queue))
            {
                _waiting[party] = queue = new Queue<TaskCompletionSource>();
                _turns.Enqueue(party);
            }

            queue.Enqueue(waiter);
        }

        return cancellationToken.CanBeCanceled ? WaitAsync(waiter, cancellationToken) : waiter.Task;
    }

    /// <summary>Gives a place back.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            while (_turns.TryDequeue(out var party))
            {
                var queue = _waiting[party];
                var taken = false;
                while (!taken && queue.TryDequeue(out var waiter))
                {
                    taken = waiter.TrySetResult(); // not when it gave up
                }

                if (queue.Count > 0)
                {
                    _turns.Enqueue(party);
                }
                else
                {
                    _waiting.Remove(party);
                }

                if (taken)
                {
                    return;
                }
            }

            _free++;
        }
    }

    private static async Task WaitAsync(TaskCompletionSource waiter, CancellationToken cancellationToken)
    {
        await using var cancelled = cancellationToken.Register(() => waiter.TrySetCanceled(cancellationToken));
        await waiter.Task;
    }
}
