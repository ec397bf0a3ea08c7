using System.Text.Json;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Machine;
using OtherThing.Core.Steps;

namespace OtherThing.Tests.Core.Runs;

/// <summary>Drives a machine without grain, journal or clock: answers each attempt by a function of its path.</summary>
internal sealed class MachineDriver(FlowDocument flow, string input = "{}", Func<StartAttempt, StepOutcome>? answer = null, RunBudget? budget = null)
{
    private readonly Queue<StartAttempt> _open = new();
    private readonly List<StartTimer> _timers = [];

    public FlowPlan Plan { get; } = FlowPlan.Compile(flow).Value;

    public DateTime Now { get; private set; } = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>Everything recorded, as a journal would have it.</summary>
    public List<StepRun> Journal { get; } = [];

    /// <summary>The attempts that were started, in order.</summary>
    public List<StartAttempt> Started { get; } = [];

    public FlowMachine Machine { get; private set; } = null!;

    public MachineDriver Start(IEnumerable<StepRun>? memory = null, bool takingOver = false, bool paused = false)
    {
        var facts = new RunFacts(JsonDocument.Parse(input).RootElement, Json.ToElement(new { id = "run" }), Json.EmptyObject, null);
        var before = memory is null || takingOver ? 0 : Machine?.StepRuns ?? 0;
        Machine = new FlowMachine(Plan, facts, memory, takingOver, paused, budget, before);
        _open.Clear();
        _timers.Clear();
        Machine.Start(Now);
        Take();
        return this;
    }

    /// <summary>A crash: what was at work is forgotten, a new machine is fed the journal.</summary>
    public void Crash() => Start(Journal.GroupBy(record => (record.Path, record.Attempt)).Select(group => group.Last()).ToArray(), paused: Machine.Paused);

    /// <summary>Answers one attempt or lets one timer elapse; false when there is nothing to do.</summary>
    public bool Step()
    {
        if (Turn())
        {
            return true;
        }

        if (_open.TryDequeue(out var start))
        {
            Machine.Complete(start.Path, start.Attempt, answer!(start), Now);
        }
        else if (_timers.Count > 0)
        {
            var next = _timers.MinBy(timer => timer.Due)!;
            _timers.Remove(next);
            Now = next.Due > Now ? next.Due : Now;
            Machine.Elapse(next.Path, Now);
        }
        else
        {
            return false;
        }

        Take();
        return true;
    }

    public MachineDriver RunToEnd()
    {
        for (var i = 0; i < 100_000 && Step(); i++)
        {
        }

        Assert.True(Machine.Status.IsFinal(), $"The run stays {Machine.Status}.");
        return this;
    }

    public void Cancel()
    {
        Machine.Cancel(Now);
        Take();
    }

    public void Resume()
    {
        Machine.Resume(Now);
        Take();
    }

    /// <summary>A run that is at work without a pause: one more turn of it.</summary>
    public bool Turn()
    {
        if (!Machine.Unfinished)
        {
            return false;
        }

        Machine.Continue(Now);
        Take();
        return true;
    }

    private void Take()
    {
        Journal.AddRange(Machine.TakeRecords());
        foreach (var command in Machine.TakeCommands())
        {
            switch (command)
            {
                case StartAttempt start:
                    Started.Add(start);
                    _open.Enqueue(start);
                    break;
                case StartTimer timer:
                    _timers.Add(timer);
                    break;
                case StopAttempt stop:
                    _timers.RemoveAll(timer => timer.Path == stop.Path);
                    var kept = _open.Where(open => open.Path != stop.Path).ToArray();
                    _open.Clear();
                    Array.ForEach(kept, _open.Enqueue);
                    break;
            }
        }
    }
}
