using Microsoft.Extensions.Logging;
using OtherThing.Core.Runs.Machine;
using OtherThing.Core.Steps;

namespace OtherThing.Core.Runs.Grains;

/// <summary>Steps that wait for a person: the question and its answer are kept apart from the run, which is only told to look.</summary>
internal sealed partial class RunGrain
{
    private const int MostTries = 12;

    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, Guid> _asked = new(StringComparer.Ordinal);

    public async Task AnsweredAsync(string path)
    {
        await WakeAsync(); // a run that had to be restored asks by itself
        if (_machine?.FindAsked(path) is { } ask)
        {
            await AskAsync(ask);
        }
    }

    /// <summary>Puts the question, or finds that it is answered already. The database may be busy: it is tried for some minutes.</summary>
    private async Task AskAsync(AskPerson ask)
    {
        var (run, owner) = (_run!, _machine);
        var id = StepRunner.IdOf(run.Id, ask.Path, ask.Attempt);
        _asked[ask.Path] = id;
        for (var tries = 1; _machine == owner && owner!.FindAsked(ask.Path) is not null; tries++)
        {
            StepOutcome? outcome;
            try
            {
                outcome = await approvals.AskAsync(id, run, ask, Now);
            }
            catch (Exception exception) when (tries < MostTries)
            {
                LogAskFailed(exception, ask.Path, run.Id);
                DelayDeactivation(TimeSpan.FromMinutes(10));
                var pause = TimeSpan.FromSeconds(Math.Pow(2, tries - 1));
                await Task.Delay(pause < s_longestPause ? pause : s_longestPause, clock);
                continue;
            }
            catch (Exception exception)
            {
                LogAskFailed(exception, ask.Path, run.Id);
                outcome = StepOutcome.Failed("approval.fault", "The question could not be put on the board. The server's log has more.");
            }

            if (outcome is not null && _machine == owner)
            {
                _asked.Remove(ask.Path);
                var settling = SettleAsync(id, ask, outcome);
                if (Place is not { Held: false })
                {
                    await settling; // else whoever answered does not wait for the run's place
                }
            }

            return;
        }
    }

    private async Task SettleAsync(Guid id, AskPerson ask, StepOutcome outcome)
    {
        if (await GoOnAsync(machine => machine.Complete(ask.Path, ask.Attempt, outcome, Now)))
        {
            await approvals.SettledAsync(id);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The approval {Path} of run {RunId} could not be asked for; trying again")]
    private partial void LogAskFailed(Exception exception, string path, Guid runId);
}
