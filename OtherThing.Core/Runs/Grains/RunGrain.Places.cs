using OtherThing.Core.Runs.Machine;

namespace OtherThing.Core.Runs.Grains;

/// <summary>A called run gives its place back while it only waits, and goes on once it has one again.</summary>
internal sealed partial class RunGrain
{
    /// <summary>Attempts that only wait for somebody else.</summary>
    private readonly HashSet<string> _onlyWaiting = new(StringComparer.Ordinal);

    /// <summary>Null for a run of its own, and for a called one whose caller does not wait for it here.</summary>
    private CallPlace? Place => _run is { ParentRunId: not null } run ? turns.FindCalled(run.Id) : null;

    /// <summary>What an attempt says that only waits from here on; it may say so from any thread.</summary>
    private Action OnlyWaits(string path, CancellationTokenSource attempt)
    {
        var context = TaskScheduler.Current;
        return () => _ = Task.Factory.StartNew(
            () =>
            {
                if (_attempts.GetValueOrDefault(path) == attempt)
                {
                    _onlyWaiting.Add(path);
                    RestIfIdle();
                }
            },
            CancellationToken.None,
            TaskCreationOptions.None,
            context);
    }

    /// <summary>Nothing is at work or about to be: others may have the place.</summary>
    private void RestIfIdle()
    {
        if (!_driving && _inbox.Count == 0 && _machine is { Unfinished: false } machine && !machine.Status.IsFinal()
            && _attempts.Keys.All(_onlyWaiting.Contains))
        {
            Place?.Rest();
        }
    }

    /// <summary>
    /// Lets something happen that sets a resting run going: only once it has a place. What ends or holds a run never comes this way.
    /// </summary>
    private async Task<bool> GoOnAsync(Action<FlowMachine> act)
    {
        // Others may have let the run rest again before this hears of the place.
        while (Place is { Held: false } place && _machine?.Status.IsFinal() == false)
        {
            DelayDeactivation(s_longestWork);
            try
            {
                await place.TakeAsync(CancellationToken.None);
            }
            catch (Exception gone) when (gone is OperationCanceledException or ObjectDisposedException)
            {
                // Its caller waits no more; what that means for the run it hears by itself.
            }
        }

        return _machine?.Status.IsFinal() == false && await PostAsync(act);
    }
}
