using OtherThing.Core.Runs.Queue;

namespace OtherThing.Core.Runs.Grains;

/// <summary>
/// The place of one called run among those of its depth. The run holds it while it works and gives it back while it only waits, for a
/// person, a time, a machine, or a run it called that does so itself. Whoever waits for a place holds none meanwhile, save a caller that
/// waits for one a level deeper, so nothing waits in a circle.
/// </summary>
/// <param name="gate">The places.</param>
/// <param name="party">Whose turn a place counts as.</param>
/// <param name="firstRest">Hears that the run rests for the first time.</param>
internal sealed class CallPlace(FairGate gate, Guid party, Action firstRest) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _left = new();
    private Task? _taking;
    private bool _held;
    private bool _hasLeft;
    private bool _hasRested;

    /// <summary>True while the run has its place.</summary>
    public bool Held
    {
        get
        {
            lock (_lock)
            {
                return _held;
            }
        }
    }

    /// <summary>Waits for a place unless there is one already; of several who ask, all wait for the same.</summary>
    /// <exception cref="OperationCanceledException">The run has no use for one any more, or the token gave up waiting.</exception>
    public Task TakeAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_hasLeft, this);
            if (_held)
            {
                return Task.CompletedTask;
            }

            var taking = _taking ?? TakeOnceAsync();
            if (taking.IsCompleted)
            {
                return taking;
            }

            _taking = taking;
            return taking.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Gives the place back until it is taken again.</summary>
    public void Rest()
    {
        bool held, first;
        lock (_lock)
        {
            (held, _held) = (_held, false);
            (first, _hasRested) = (!_hasRested, true);
        }

        if (held)
        {
            gate.Leave();
        }

        if (first)
        {
            firstRest();
        }
    }

    /// <summary>Gives the place back for good.</summary>
    public void Dispose()
    {
        bool held;
        lock (_lock)
        {
            if (_hasLeft)
            {
                return;
            }

            (held, _held, _hasLeft) = (_held, false, true);
        }

        _left.Cancel();
        _left.Dispose();
        if (held)
        {
            gate.Leave();
        }
    }

    private async Task TakeOnceAsync()
    {
        var entered = gate.EnterAsync(party, _left.Token);
        try
        {
            // Where it has to wait, what follows comes later than that it waits is noted.
            await entered.ConfigureAwait(entered.IsCompletedSuccessfully ? ConfigureAwaitOptions.None : ConfigureAwaitOptions.ForceYielding);
        }
        catch (OperationCanceledException)
        {
            lock (_lock)
            {
                _taking = null;
            }

            throw;
        }

        bool tooLate;
        lock (_lock)
        {
            (tooLate, _held, _taking) = (_hasLeft, !_hasLeft, null);
        }

        if (tooLate)
        {
            gate.Leave();
        }
    }
}
