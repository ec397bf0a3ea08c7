using System.Text.Json;
using OtherThing.Core.Runs.Values;
using OtherThing.Core.Steps;
using OtherThing.Core.Templates;

namespace OtherThing.Core.Runs.Machine;

/// <summary>One step from its beginning to the ways that lead on from it.</summary>
internal sealed partial class FlowMachine
{
    private void Begin(RunLevel level, int slot, DateTime utcNow)
    {
        ref var state = ref level.Slots[slot];
        state.Attempt = 1;
        state.StartedAt = utcNow;
        var path = level.PathOf(slot);
        _resuming = _memory.Remove(path, out var known) && !_takingOver; // and was counted then
        if (!_resuming)
        {
            Count(1, path);
            if (_overdrawn is not null)
            {
                return;
            }
        }

        if (known is not null && Recall(level, slot, known, utcNow))
        {
            return;
        }

        if (_facts.Givens?.Pins is { } pins && pins.TryGetValue(level.Plan.Steps[slot].Definition.Id, out var pin))
        {
            FinishPinned(level, slot, pin, utcNow);
        }
        else if (Render(level, slot, utcNow) is { } config)
        {
            Execute(level, slot, config, utcNow);
        }
    }

    /// <summary>The rendered config, or null when it cannot be rendered and the step has failed.</summary>
    private JsonElement? Render(RunLevel level, int slot, DateTime utcNow)
    {
        var step = level.Plan.Steps[slot];
        try
        {
            var rendered = step.Config.Render(new MachineScope(_facts, level));
            return step.Type.VerbatimFields.Count == 0 ? rendered : ConfigTemplates.WithVerbatim(step.Type, rendered, step.Definition.Config);
        }
        catch (TemplateError error)
        {
            FailInline(level, slot, error.Code, error.FieldPath, $"{error.FieldPath}: {error.Message}", utcNow);
            return null;
        }
    }

    private void Launch(RunLevel level, int slot, JsonElement config, bool resumed, DateTime utcNow)
    {
        ref var state = ref level.Slots[slot];
        (state.State, state.Input, state.StartedAt) = (SlotPhase.Running, config, utcNow);
        var path = level.PathOf(slot);
        _active[path] = (level, slot);
        Hold(level, slot, ValueWeight.Of(config));
        if (!resumed)
        {
            Record(level, slot, StepRunStatus.Running, null, null);
        }

        _commands.Add(new StartAttempt(path, level.Plan.Steps[slot], state.Attempt, config, resumed));
    }

    private void Wait(RunLevel level, int slot, DateTime due)
    {
        ref var state = ref level.Slots[slot];
        (state.State, state.Due) = (SlotPhase.Waiting, due);
        var path = level.PathOf(slot);
        _active[path] = (level, slot);
        Record(level, slot, StepRunStatus.Waiting, null, null);
        _commands.Add(new StartTimer(path, due));
    }

    /// <summary>Puts a remembered step back where it was; false when it has to be carried out after all.</summary>
    private bool Recall(RunLevel level, int slot, StepRun known, DateTime utcNow)
    {
        ref var state = ref level.Slots[slot];
        (state.Attempt, state.StartedAt, state.Input) = (known.Attempt, known.StartedAt, known.Input);
        switch (known.Status)
        {
            case StepRunStatus.Succeeded:
                if (_takingOver)
                {
                    _records.Add(known with { TakenOver = true });
                }

                if (level.Plan.Steps[slot].Type.Kind == StepKind.Output)
                {
                    _output = known.OutputOrNull;
                }

                Settle(level, slot, known.OutputOrNull, known.Port ?? "out", utcNow);
                return true;
            case StepRunStatus.Running when level.Plan.Steps[slot].Inner is null:
                if ((RecordedInput.IsCut(known.Type, known.Input) ? Render(level, slot, utcNow) : known.Input ?? Render(level, slot, utcNow)) is { } config)
                {
                    Launch(level, slot, config, resumed: true, utcNow);
                    level.Slots[slot].StartedAt = known.StartedAt;
                }

                return true;
            case StepRunStatus.Waiting:
                (state.State, state.Due) = (SlotPhase.Waiting, known.Due ?? utcNow);
                _active[known.Path] = (level, slot);
                _commands.Add(new StartTimer(known.Path, state.Due));
                if (level.Plan.Steps[slot].AsksPerson)
                {
                    Ask(level, slot);
                }

                return true;
            case StepRunStatus.Cancelled:
                state.State = SlotPhase.Dropped; // what failed beside it is remembered too and ends the level
                return true;
            case StepRunStatus.Failed or StepRunStatus.Unknown:
                if (_takingOver)
                {
                    _records.Add(known with { TakenOver = true });
                }

                Fail(level, slot, known.Error ?? new StepError("step.failed", "The step failed."), known.OutputOrNull, utcNow);
                return true;
            default:
                return false; // a container at work: its items remember for themselves
        }
    }

    private void Skip(RunLevel level, int slot, DateTime utcNow)
    {
        ref var state = ref level.Slots[slot];
        (state.State, state.StartedAt, state.Attempt) = (SlotPhase.Skipped, utcNow, 1);
        var path = level.PathOf(slot);
        if (!_memory.Remove(path, out _) || _takingOver)
        {
            Count(1, path);
            Record(level, slot, StepRunStatus.Skipped, utcNow, null);
        }

        Leave(level, slot, null, utcNow);
    }

    private void Settle(RunLevel level, int slot, JsonElement output, string port, DateTime utcNow)
    {
        ref var state = ref level.Slots[slot];
        (state.State, state.Output, state.Input) = (SlotPhase.Done, output, null);
        Hold(level, slot, ValueWeight.Of(output));
        Leave(level, slot, port, utcNow);
    }

    /// <summary>Tells what follows that this step is settled; a null port takes no path.</summary>
    private void Leave(RunLevel level, int slot, string? port, DateTime utcNow)
    {
        foreach (var edge in level.Plan.Steps[slot].Next)
        {
            ref var target = ref level.Slots[edge.To];
            var step = level.Plan.Steps[edge.To];
            target.Arrived++;
            var taken = port is not null && edge.Port == port;
            target.Taken |= taken;
            if (target.State != SlotPhase.Pending)
            {
                continue; // a join that went on with an earlier branch
            }

            if (target.Arrived == step.Incoming.Count || (step.JoinAny && taken))
            {
                target.State = SlotPhase.Ready;
                _next.Enqueue((level, edge.To, !target.Taken));
            }
        }

        if (--level.Open == 0)
        {
            FinishLevel(level, utcNow);
        }
    }
}
