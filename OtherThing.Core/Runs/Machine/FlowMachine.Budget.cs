namespace OtherThing.Core.Runs.Machine;

/// <summary>What the run uses up. A limit that is passed ends the run before anything more is begun.</summary>
internal sealed partial class FlowMachine
{
    /// <summary>A record without its values, in bytes of JSON.</summary>
    private const int BytesPerRecord = 220;

    /// <summary>A level without its steps, and each of its steps, in bytes of memory.</summary>
    private const int BytesPerLevel = 400;

    private const int BytesPerSlot = 128;

    private StepError? _overdrawn;
    private bool _resuming;
    private long _ahead;
    private int _turnLeft;

    /// <summary>Attempts, skipped steps and the step runs of called runs so far.</summary>
    public int StepRuns { get; private set; }

    /// <summary>About how much memory the values take that are still needed, in bytes.</summary>
    public long LiveBytes { get; private set; }

    /// <summary>About how long the records since <see cref="TakeRecords"/> are when written, in bytes.</summary>
    public long RecordedBytes { get; private set; }

    /// <summary>True when the turn ended before its work did: call <see cref="Continue"/>.</summary>
    public bool Unfinished { get; private set; }

    private void Count(int stepRuns, string path)
    {
        StepRuns = (int)Math.Min(int.MaxValue, (long)StepRuns + stepRuns);
        if (StepRuns > _budget.StepRuns)
        {
            _overdrawn ??= _budget.StepsError(path);
        }
    }

    /// <summary>A level begins: many of them side by side take more than the values in them.</summary>
    private void Open(RunLevel level)
    {
        level.Weight = BytesPerLevel + (BytesPerSlot * level.Slots.Length) + (2 * level.Prefix.Length);
        LiveBytes += level.Weight;
        if (LiveBytes > _budget.ValueBytes)
        {
            _overdrawn ??= _budget.BytesError(level.Prefix.TrimEnd('/'));
        }
    }

    /// <summary>A slot now keeps values of that weight alive.</summary>
    private void Hold(RunLevel level, int slot, long weight)
    {
        ref var state = ref level.Slots[slot];
        var more = weight - state.Weight;
        state.Weight = weight;
        level.Weight += more;
        LiveBytes += more;
        if (more > 0 && LiveBytes > _budget.ValueBytes)
        {
            _overdrawn ??= _budget.BytesError(level.PathOf(slot));
        }
    }

    /// <summary>A level is through: nothing of it is kept.</summary>
    private void Release(RunLevel level)
    {
        LiveBytes -= level.Weight;
        level.Weight = 0;
    }

    private void Written(int bytes)
    {
        RecordedBytes += BytesPerRecord + bytes;
        _turnLeft -= bytes / RunBudget.BytesPerStep;
    }
}
