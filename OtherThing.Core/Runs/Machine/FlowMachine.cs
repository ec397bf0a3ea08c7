using System.Text.Json;
using OtherThing.Core.Results;
using OtherThing.Core.Steps;

namespace OtherThing.Core.Runs.Machine;

/// <summary>
/// A flow's plan and what has happened, to what is to be done next. No I/O and no clock: time comes in, records and commands go out,
/// and the same calls always give the same answers. Steps without an effect are carried out here.
/// </summary>
/// <remarks>
/// A run is restored by starting a new machine with the journal's records as memory: a step that is remembered as ended is not
/// carried out again, one that was at work is started again as resumed.
/// </remarks>
internal sealed partial class FlowMachine
{
    private readonly FlowPlan _plan;
    private readonly RunFacts _facts;
    private readonly Dictionary<string, StepRun> _memory;
    private readonly bool _takingOver;
    private readonly RunLevel _root;
    private readonly Queue<(RunLevel Level, int Slot, bool Skip)> _next = new();
    private readonly Dictionary<string, (RunLevel Level, int Slot)> _active = new(StringComparer.Ordinal);
    private List<StepRun> _records = [];
    private List<MachineCommand> _commands = [];
    private readonly bool _hasOutputStep;
    private readonly RunBudget _budget;
    private JsonElement? _output;

    /// <param name="plan">The flow.</param>
    /// <param name="facts">What is the same for the whole run.</param>
    /// <param name="memory">The latest record of each path; null for a fresh run.</param>
    /// <param name="takingOver">True when the memory is another run's: remembered results are recorded anew as taken over.</param>
    /// <param name="paused">True when the run was paused: what was at work goes on, nothing new starts.</param>
    /// <param name="budget">What the run may use up; null takes the defaults.</param>
    /// <param name="stepRuns">How many step runs it has had before.</param>
    public FlowMachine(
        FlowPlan plan, RunFacts facts, IEnumerable<StepRun>? memory = null, bool takingOver = false, bool paused = false, RunBudget? budget = null,
        int stepRuns = 0)
    {
        (_plan, _facts, _takingOver, Paused) = (plan, facts, takingOver, paused);
        (_budget, StepRuns) = (budget ?? RunBudget.Default, stepRuns);
        _memory = new Dictionary<string, StepRun>(StringComparer.Ordinal);
        foreach (var record in memory ?? [])
        {
            _memory[record.Path] = record;
        }

        _root = new RunLevel(plan.Root, "");
        _hasOutputStep = plan.Root.Steps.Any(step => step.Type.Kind == StepKind.Output);
    }

    /// <summary>Where the run stands.</summary>
    public RunStatus Status { get; private set; } = RunStatus.Queued;

    /// <summary>True while nothing new starts; what is at work finishes and counts.</summary>
    public bool Paused { get; private set; }

    /// <summary>The run's output once it succeeded.</summary>
    public JsonElement Output { get; private set; } = Json.Null;

    /// <summary>Why it failed.</summary>
    public StepError? Error { get; private set; }

    /// <summary>The earliest time anything waits for (UTC); null when nothing waits for a time.</summary>
    public DateTime? NextDue => _active.Values
        .Where(at => at.Level.Slots[at.Slot].State == SlotPhase.Waiting)
        .Select(at => (DateTime?)at.Level.Slots[at.Slot].Due)
        .Min();

    /// <summary>What has to be written down, in order, since the last call.</summary>
    public List<StepRun> TakeRecords()
    {
        RecordedBytes = 0;
        return Interlocked.Exchange(ref _records, []);
    }

    /// <summary>What has to be done, in order, since the last call.</summary>
    public List<MachineCommand> TakeCommands() => Interlocked.Exchange(ref _commands, []);

    /// <summary>Writes down what is taken over, of a run that does not begin yet.</summary>
    public void TakeDown(IEnumerable<StepRun> records) => _records.AddRange(records);

    /// <summary>Begins, or goes on from memory.</summary>
    public void Start(DateTime utcNow)
    {
        if (Status != RunStatus.Queued)
        {
            return; // cancelled before it began
        }

        Status = RunStatus.Running;
        BeginLevel(_root);
        Advance(utcNow);
    }

    /// <summary>Goes on where the turn before ended.</summary>
    public void Continue(DateTime utcNow)
    {
        if (Unfinished)
        {
            Advance(utcNow);
        }
    }

    /// <summary>Lets nothing new start until <see cref="Resume"/>.</summary>
    public void Pause()
    {
        if (Status is RunStatus.Running or RunStatus.Waiting)
        {
            (Paused, Status) = (true, RunStatus.Waiting);
        }
    }

    /// <summary>Goes on with what could have started meanwhile, and with what has waited long enough.</summary>
    public void Resume(DateTime utcNow)
    {
        if (Paused && !Status.IsFinal())
        {
            Paused = false;
            ElapseDue(utcNow);
            Advance(utcNow);
        }
    }

    /// <summary>Says how an attempt ended; a late or doubled word changes nothing.</summary>
    public void Complete(string path, int attempt, StepOutcome outcome, DateTime utcNow)
    {
        if ((!TryActive(path, SlotPhase.Running, out var level, out var slot) && !IsAsked(path, out level, out slot))
            || level.Slots[slot].Attempt != attempt)
        {
            return;
        }

        _active.Remove(path);
        ref var state = ref level.Slots[slot];
        Count(outcome.StepRuns, path);
        switch (outcome.Kind)
        {
            case StepOutcomeKind.Succeeded:
                Record(level, slot, StepRunStatus.Succeeded, utcNow, outcome);
                Settle(level, slot, outcome.Output, outcome.Port, utcNow);
                break;
            case StepOutcomeKind.Failed when outcome.EndsRun:
                state.State = SlotPhase.Dropped;
                Record(level, slot, StepRunStatus.Failed, utcNow, outcome);
                End(RunStatus.Failed, new StepError(outcome.ErrorCode ?? "step.failed", outcome.Error ?? "The step failed.") { Path = path }, utcNow);
                break;
            case StepOutcomeKind.Failed when state.State != SlotPhase.Waiting && RetryDelay(level.Plan.Steps[slot], path, attempt, outcome) is { } delay:
                Record(level, slot, StepRunStatus.Failed, utcNow, outcome);
                state.Attempt++;
                state.StartedAt = utcNow;
                Count(1, path);
                Wait(level, slot, utcNow + delay);
                break;
            default:
                var status = outcome.Kind == StepOutcomeKind.Unknown ? StepRunStatus.Unknown : StepRunStatus.Failed;
                Record(level, slot, status, utcNow, outcome);
                Fail(level, slot, new StepError(outcome.ErrorCode ?? "step.failed", outcome.Error ?? "The step failed."), outcome.Output, utcNow);
                break;
        }

        Advance(utcNow);
    }

    /// <summary>Says that the time a step waited for has come.</summary>
    public void Elapse(string path, DateTime utcNow)
    {
        if (Paused || !TryActive(path, SlotPhase.Waiting, out var level, out var slot) || level.Slots[slot].Due > utcNow)
        {
            return;
        }

        var step = level.Plan.Steps[slot];
        if (step.AsksPerson)
        {
            Ask(level, slot); // whether a decision came in time is for its record to say
            return;
        }

        _active.Remove(path);
        if (step.Type.Name == "logic.wait")
        {
            FinishInline(level, slot, Json.ToElement(new { waitedUntil = level.Slots[slot].Due }), "out", utcNow);
        }
        else if (Render(level, slot, utcNow) is { } config)
        {
            Launch(level, slot, config, resumed: false, utcNow);
        }

        Advance(utcNow);
    }

    /// <summary>Says what time it is: whatever waited for it goes on.</summary>
    public void ElapseDue(DateTime utcNow)
    {
        foreach (var (path, at) in _active.ToArray())
        {
            if (at.Level.Slots[at.Slot].State == SlotPhase.Waiting)
            {
                Elapse(path, utcNow);
            }
        }
    }

    /// <summary>Ends the run; what is at work is stopped and counts no more.</summary>
    public void Cancel(DateTime utcNow)
    {
        if (!Status.IsFinal())
        {
            End(RunStatus.Cancelled, new StepError("run.cancelled", "The run was cancelled."), utcNow);
        }
    }

    /// <summary>Ends the run as failed from outside: its time is up.</summary>
    public void Abort(StepError error, DateTime utcNow)
    {
        if (!Status.IsFinal())
        {
            End(RunStatus.Failed, error, utcNow);
        }
    }

    private void Advance(DateTime utcNow)
    {
        Queue<(RunLevel Level, int Slot, bool Skip)>? held = null;
        _turnLeft = _budget.TurnSteps;
        while (!Status.IsFinal() && _overdrawn is null && _turnLeft > 0 && _next.TryDequeue(out var next))
        {
            if (next.Level.Abandoned)
            {
                continue;
            }

            if (Paused && !next.Skip && !_memory.ContainsKey(next.Level.PathOf(next.Slot)))
            {
                (held ??= []).Enqueue(next); // what is remembered had begun before the pause
            }
            else if (next.Skip)
            {
                _turnLeft--;
                Skip(next.Level, next.Slot, utcNow);
            }
            else
            {
                _turnLeft--;
                Begin(next.Level, next.Slot, utcNow);
            }
        }

        if (_overdrawn is { } limit && !Status.IsFinal())
        {
            End(RunStatus.Failed, limit, utcNow); // whatever its policies say: the limit is the run's, not the step's
        }

        Unfinished = _next.Count > 0 && !Status.IsFinal();
        while (held?.TryDequeue(out var later) == true)
        {
            _next.Enqueue(later);
        }

        if (!Status.IsFinal())
        {
            var atWork = !Paused && (Unfinished || _active.Values.Any(at => at.Level.Slots[at.Slot].State == SlotPhase.Running));
            Status = atWork ? RunStatus.Running : RunStatus.Waiting;
        }
    }

    private void BeginLevel(RunLevel level)
    {
        foreach (var step in level.Plan.Steps)
        {
            if (step.Incoming.Count == 0)
            {
                _next.Enqueue((level, step.Slot, step.Type.IsTrigger && !IsTheTrigger(step)));
            }
        }
    }

    private bool IsTheTrigger(PlanStep step) => _facts.TriggerStepId is { } id
        ? step.Definition.Id == id
        : step == (_plan.Root.Steps.FirstOrDefault(candidate => candidate.Type.Name == "trigger.manual")
            ?? _plan.Root.Steps.First(candidate => candidate.Type.IsTrigger));

    private void FinishLevel(RunLevel level, DateTime utcNow)
    {
        if (_overdrawn is not null)
        {
            return; // it ends for that
        }

        if (level.Outer is null)
        {
            Output = _output ?? (_hasOutputStep ? Json.Null : level.LastOutput());
            Status = RunStatus.Succeeded;
        }
        else
        {
            FinishTurn(level, level.LastOutput(), utcNow);
        }
    }

    private void End(RunStatus status, StepError error, DateTime utcNow)
    {
        (Status, Error) = (status, error);
        _next.Clear();
        Unfinished = false;
        Abandon(_root, utcNow);
    }

    private bool TryActive(string path, SlotPhase phase, out RunLevel level, out int slot)
    {
        var found = _active.TryGetValue(path, out var at);
        (level, slot) = at;
        return found && !Status.IsFinal() && level.Slots[slot].State == phase;
    }
}
