namespace OtherThing.Agent.Models;

/// <summary>Lets so many in at once, in the order they came. The server keeps to the slots too; this is the owner's word, whatever the server thinks.</summary>
internal sealed class Turnstile
{
    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private int _inside;

    /// <summary>Waits for a place.</summary>
    /// <param name="most">How many may be in at once now.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async Task EnterAsync(uint most, CancellationToken cancellationToken)
    {
        TaskCompletionSource place;
        lock (_gate)
        {
            if (_inside < most)
            {
                _inside++;
                return;
            }

            _waiting.Enqueue(place = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        using var gone = cancellationToken.Register(() => place.TrySetCanceled(cancellationToken));
        await place.Task;
    }

    internal void Leave()
    {
        lock (_gate)
        {
            while (_waiting.TryDequeue(out var next))
            {
                if (next.TrySetResult())
                {
                    return; // its place goes on to the next
                }
            }

            _inside--;
        }
    }
}
