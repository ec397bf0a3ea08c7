using System.Buffers;
using System.Text.Json;
using OtherThing.Core.Results;
using OtherThing.Core.Runs.Values;
using OtherThing.Core.Steps.Configs;

namespace OtherThing.Core.Runs.Machine;

/// <summary>Maps and loops: the levels inside them, one after the other or side by side.</summary>
internal sealed partial class FlowMachine
{
    /// <summary>The most items of one map.</summary>
    private const int MostItems = 100_000;

    /// <summary>What an item takes besides its value, in bytes.</summary>
    private const int BytesPerItem = 64;

    /// <summary>What a map at work takes besides its items, in bytes.</summary>
    private const int BytesPerContainer = 400;

    private void BeginMap(RunLevel level, int slot, JsonElement items, DateTime utcNow)
    {
        var step = level.Plan.Steps[slot];
        if (items.ValueKind != JsonValueKind.Array)
        {
            FailInline(level, slot, "map.items_invalid", "items", $"items is {Name(items.ValueKind)}; a For each step needs an array.", utcNow);
            return;
        }

        var count = items.GetArrayLength();
        // What is sure to come is known before anything is made for it.
        var ahead = _resuming ? 0 : (long)count * step.Inner!.LeastSteps;
        if (StepRuns + _ahead + ahead > _budget.StepRuns)
        {
            _overdrawn ??= _budget.StepsError(level.PathOf(slot));
            return;
        }

        if (count > MostItems)
        {
            FailInline(level, slot, "map.too_many_items", "items", $"items has {count:N0} items; a For each step takes up to {MostItems:N0}.", utcNow);
            return;
        }

        var container = new ContainerState
        {
            Items = [.. items.EnumerateArray()],
            Results = new JsonElement?[count],
            OpenItems = count,
            Limit = Math.Max(1, step.Map!.Concurrency),
            AheadPerItem = _resuming ? 0 : step.Inner!.LeastSteps,
        };
        _ahead += ahead;
        Hold(level, slot, ValueWeight.Of(items) + BytesPerContainer + (BytesPerItem * count));
        EnterContainer(level, slot, container);
        if (count == 0)
        {
            FinishMap(level, slot, container, utcNow);
            return;
        }

        while (container.NextIndex < count && container.Active.Count < container.Limit)
        {
            BeginItem(level, slot, container);
        }
    }

    private void EnterContainer(RunLevel level, int slot, ContainerState container)
    {
        ref var state = ref level.Slots[slot];
        (state.State, state.Container) = (SlotPhase.Inside, container);
        Record(level, slot, StepRunStatus.Running, null, null);
    }

    private void BeginItem(RunLevel level, int slot, ContainerState container)
    {
        var index = container.NextIndex++;
        var step = level.Plan.Steps[slot];
        var turn = new RunLevel(step.Inner!, $"{level.Prefix}{step.Definition.Id}[{index}]/")
        {
            Outer = level,
            OuterSlot = slot,
            Index = index,
            Item = container.Items[index],
        };
        container.Active.Add(turn);
        _ahead -= container.AheadPerItem;
        Open(turn);
        BeginLevel(turn);
    }

    /// <summary>An item or iteration is through; null when it failed and its map goes on without it.</summary>
    private void FinishTurn(RunLevel turn, JsonElement? result, DateTime utcNow)
    {
        var (level, slot) = (turn.Outer!, turn.OuterSlot);
        var container = level.Slots[slot].Container!;
        container.Active.Remove(turn);
        if (level.Plan.Steps[slot].Map is null)
        {
            NextIteration(level, slot, turn, utcNow);
            return;
        }

        Release(turn);
        container.Results[turn.Index] = result;
        Hold(level, slot, level.Slots[slot].Weight + (result is { } kept ? ValueWeight.Of(kept) : 0));
        if (--container.OpenItems == 0)
        {
            FinishMap(level, slot, container, utcNow);
        }
        else if (container.NextIndex < container.Items.Length)
        {
            BeginItem(level, slot, container);
        }
    }

    private void FinishMap(RunLevel level, int slot, ContainerState container, DateTime utcNow)
    {
        var skip = level.Plan.Steps[slot].Map!.OnItemError == OnItemError.Skip;
        var buffer = new ArrayBufferWriter<byte>(Math.Max(256, container.Results.Length * 16));
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = Json.Options.Encoder }))
        {
            writer.WriteStartArray();
            foreach (var result in container.Results)
            {
                if (result is { } value)
                {
                    value.WriteTo(writer);
                }
                else if (!skip)
                {
                    writer.WriteNullValue();
                }
            }

            writer.WriteEndArray();
        }

        level.Slots[slot].Container = null;
        FinishMade(level, slot, buffer.WrittenSpan, utcNow);
    }

    private void NextIteration(RunLevel level, int slot, RunLevel? last, DateTime utcNow)
    {
        var step = level.Plan.Steps[slot];
        var index = last is null ? 0 : last.Index + 1;
        if (last is not null)
        {
            var before = last.Weight + (last.Previous?.Weight ?? 0);
            last.Absorb();
            LiveBytes += last.Weight - before;
        }

        var turn = new RunLevel(step.Inner!, $"{level.Prefix}{step.Definition.Id}[{index}]/")
        {
            Outer = level,
            OuterSlot = slot,
            Index = index,
            Previous = last,
        };
        if (index < step.Loop!.MaxIterations)
        {
            switch (Holds(step, level, slot, turn, utcNow))
            {
                case null:
                    return;
                case true:
                    level.Slots[slot].Container!.Active.Add(turn);
                    Open(turn);
                    BeginLevel(turn);
                    return;
            }
        }

        level.Slots[slot].Container = null;
        if (last is not null)
        {
            Release(last);
        }

        FinishInline(level, slot, last?.LastOutput() ?? Json.Null, "out", utcNow);
    }

    private static string Name(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => "null",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        JsonValueKind.Object => "an object",
        JsonValueKind.String => "text",
        _ => "a number",
    };
}
