namespace OtherThing.Agent.Shims;

/// <summary>
/// Keeps warm shims ready, so that no job waits for a runtime to start. Waiters are served first come, first served, by whichever is
/// sooner: a shim that comes free or a new one. At most one is being started at a time, and beyond a few per core only while none comes
/// free: a crowd of short jobs is better served by few shims than by the cost of starting many.
/// </summary>
internal sealed class ShimPool(AgentExecutable executable, string scratch, int warm, int most, TimeProvider clock) : IAsyncDisposable
{
    private static readonly TimeSpan s_keepIdle = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_stuck = TimeSpan.FromMilliseconds(250);
    private readonly int _few = Math.Max(warm, Environment.ProcessorCount * 2);
    private readonly Lock _lock = new();
    private readonly Stack<Shim> _idle = [];
    private readonly Queue<TaskCompletionSource<Shim>> _waiters = [];
    private int _alive;
    private Task _starting = Task.CompletedTask;
    private long _lastReturn = clock.GetTimestamp();
    private bool _disposed;

    /// <summary>Shims that are alive, busy or idle.</summary>
    internal int Count => Volatile.Read(ref _alive);

    internal void Start()
    {
        Directory.CreateDirectory(scratch);
        lock (_lock)
        {
            Fill();
        }
    }

    internal Task<Shim> RentAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_idle.TryPop(out var shim))
            {
                Fill();
                return Task.FromResult(shim);
            }

            var waiter = new TaskCompletionSource<Shim>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Enqueue(waiter);
            Fill();
            return waiter.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Gives a shim back that has ended its attempt cleanly.</summary>
    internal void Return(Shim shim)
    {
        lock (_lock)
        {
            _lastReturn = clock.GetTimestamp();
            Offer(shim);
            Trim();
        }
    }

    /// <summary>Counts a shim out that is gone.</summary>
    internal void Discard(Shim shim)
    {
        shim.Dispose();
        lock (_lock)
        {
            _alive--;
            Fill();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task starting;
        lock (_lock)
        {
            _disposed = true;
            starting = _starting;
            while (_idle.TryPop(out var shim))
            {
                shim.Dispose();
            }

            while (_waiters.TryDequeue(out var waiter))
            {
                waiter.TrySetCanceled();
            }
        }

        await starting;
    }

    private void Offer(Shim shim)
    {
        if (_disposed)
        {
            shim.Dispose();
            return;
        }

        while (_waiters.TryDequeue(out var waiter))
        {
            if (waiter.TrySetResult(shim))
            {
                return;
            }
        }

        shim.IdleSince = clock.GetUtcNow().UtcDateTime;
        _idle.Push(shim);
    }

    private void Trim()
    {
        // The bottom of the stack is the one that has waited longest.
        var old = clock.GetUtcNow().UtcDateTime - s_keepIdle;
        if (_idle.Count > warm && _idle.Last() is { } oldest && oldest.IdleSince < old)
        {
            var kept = _idle.Where(shim => shim != oldest).Reverse().ToArray();
            _idle.Clear();
            Array.ForEach(kept, _idle.Push);
            _alive--;
            oldest.Dispose();
        }
    }

    private void Fill()
    {
        var wanted = Math.Max(_waiters.Count, warm - _idle.Count);
        if (_disposed || wanted <= 0 || _alive >= most || !_starting.IsCompleted)
        {
            return;
        }

        if (_alive < _few || clock.GetElapsedTime(_lastReturn) >= s_stuck)
        {
            _alive++;
            _starting = Task.Run(StartOneAsync);
        }
        else if (_waiters.Count > 0)
        {
            _starting = Task.Run(LookAgainAsync);
        }
    }

    private async Task LookAgainAsync()
    {
        await Task.Delay(s_stuck, clock);
        lock (_lock)
        {
            _starting = Task.CompletedTask;
            Fill();
        }
    }

    private async Task StartOneAsync()
    {
        Shim? shim = null;
        var ready = false;
        try
        {
            shim = Shim.Start(executable, scratch);
            ready = await shim.ReceiveAsync(CancellationToken.None) is { Kind: ShimFrameKind.Ready };
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // No process to be had now; the wait below keeps this from becoming a storm.
        }

        if (!ready)
        {
            shim?.Dispose();
            await Task.Delay(TimeSpan.FromSeconds(1), clock);
        }

        lock (_lock)
        {
            _starting = Task.CompletedTask;
            if (ready)
            {
                Offer(shim!);
            }
            else
            {
                _alive--;
            }

            Fill();
        }
    }
}
