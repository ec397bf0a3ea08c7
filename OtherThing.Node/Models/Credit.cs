namespace OtherThing.Agent.Models;

/// <summary>How many bytes of an answer the server takes just now; it gives more as it uses them.</summary>
internal sealed class Credit
{
    // However much is offered: no more than this is on its way.
    private const long Most = 4 << 20;
    private readonly Lock _gate = new();
    private long _bytes;
    private TaskCompletionSource? _waiting;

    internal void Give(uint bytes)
    {
        lock (_gate)
        {
            _bytes = Math.Min(Most, _bytes + bytes);
            _waiting?.TrySetResult();
            _waiting = null;
        }
    }

    /// <summary>Waits until there is some; one at a time.</summary>
    /// <returns>1 to <paramref name="wanted"/>.</returns>
    internal async Task<int> TakeAsync(int wanted, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task given;
            lock (_gate)
            {
                if (_bytes > 0)
                {
                    var taken = (int)Math.Min(wanted, _bytes);
                    _bytes -= taken;
                    return taken;
                }

                given = (_waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await given.WaitAsync(cancellationToken);
        }
    }
}
