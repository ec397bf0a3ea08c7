using System.Text.Json;
using OtherThing.Core.Results;

namespace OtherThing.Core.Runs.Machine;

/// <summary>The state of one execution of a level: the top of the run, one item of a map, one iteration of a loop.</summary>
internal sealed class RunLevel
{
    private JsonElement? _last;

    public RunLevel(PlanLevel plan, string prefix)
    {
        (Plan, Prefix) = (plan, prefix);
        Slots = new SlotState[plan.Steps.Length];
        Open = plan.Steps.Length;
    }

    public PlanLevel Plan { get; }

    /// <summary>Put before a step's id to make its path: <c>each[3]/</c>.</summary>
    public string Prefix { get; }

    public SlotState[] Slots { get; }

    /// <summary>How many steps are not settled yet.</summary>
    public int Open { get; set; }

    /// <summary>The level this one is inside of.</summary>
    public RunLevel? Outer { get; init; }

    /// <summary>The container in <see cref="Outer"/>.</summary>
    public int OuterSlot { get; init; }

    /// <summary>The item's index, or the iteration, from 0.</summary>
    public int Index { get; init; }

    /// <summary>The item, inside a map.</summary>
    public JsonElement? Item { get; init; }

    /// <summary>The iteration before this one, inside a loop.</summary>
    public RunLevel? Previous { get; set; }

    /// <summary>True once its result counts no more: its container failed or the run ended.</summary>
    public bool Abandoned { get; set; }

    /// <summary>What its values take in memory, in bytes.</summary>
    public long Weight { get; set; }

    public string PathOf(int slot) => Prefix + Plan.Steps[slot].Definition.Id;

    /// <summary>After an iteration: takes in what an earlier one put out and this one did not, so that the earlier one can go.</summary>
    public void Absorb()
    {
        _last ??= LastOutput();
        for (var slot = 0; slot < Slots.Length && Previous is not null; slot++)
        {
            if (Slots[slot].State != SlotPhase.Done && Previous.Slots[slot].State == SlotPhase.Done)
            {
                (Slots[slot].State, Slots[slot].Output) = (SlotPhase.Done, Previous.Slots[slot].Output);
                Weight += Previous.Slots[slot].Weight - Slots[slot].Weight;
                Slots[slot].Weight = Previous.Slots[slot].Weight;
            }
        }

        Previous = null;
    }

    /// <summary>What the last step (in topological order) that ran put out.</summary>
    public JsonElement LastOutput()
    {
        if (_last is { } last)
        {
            return last;
        }

        for (var slot = Slots.Length - 1; slot >= 0; slot--)
        {
            if (Slots[slot].State == SlotPhase.Done)
            {
                return Slots[slot].Output;
            }
        }

        return Json.Null;
    }
}

/// <summary>Where a step of a level stands.</summary>
internal enum SlotPhase : byte
{
    /// <summary>Waits for what leads to it.</summary>
    Pending,

    /// <summary>Can start.</summary>
    Ready,

    /// <summary>An attempt is at work outside of the machine.</summary>
    Running,

    /// <summary>A time is waited for: a wait or the pause before a retry.</summary>
    Waiting,

    /// <summary>Steps inside it are at work.</summary>
    Inside,

    /// <summary>Settled with an output.</summary>
    Done,

    /// <summary>Settled without having run.</summary>
    Skipped,

    /// <summary>Ended with its run or container.</summary>
    Dropped,
}

internal struct SlotState
{
    public SlotPhase State;

    /// <summary>How many of the connections that lead here are settled, and whether any of them is taken.</summary>
    public int Arrived;
    public bool Taken;

    public int Attempt;
    public JsonElement Output;
    public DateTime StartedAt;
    public DateTime Due;

    /// <summary>What its values take in memory, in bytes.</summary>
    public long Weight;
    public JsonElement? Input;
    public ContainerState? Container;
}

/// <summary>A map or loop at work.</summary>
internal sealed class ContainerState
{
    public JsonElement[] Items { get; init; } = [];

    public JsonElement?[] Results { get; init; } = [];

    /// <summary>The next item to start.</summary>
    public int NextIndex { get; set; }

    public int OpenItems { get; set; }

    public int Limit { get; init; } = 1;

    /// <summary>The step runs that each item not begun yet is sure to need.</summary>
    public int AheadPerItem { get; init; }

    /// <summary>The levels at work, for dropping them together.</summary>
    public HashSet<RunLevel> Active { get; } = [];
}
