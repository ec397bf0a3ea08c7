using System.Buffers;
using System.Text.Json;
using OtherThing.Core.Payloads;
using OtherThing.Core.Results;
using OtherThing.Core.Steps;
using OtherThing.Core.Steps.Configs;
using OtherThing.Core.Templates;

namespace OtherThing.Core.Runs.Machine;

/// <summary>The steps the machine carries out itself: triggers, data, logic.</summary>
internal sealed partial class FlowMachine
{
    private static readonly JsonDocumentOptions s_made = new() { MaxDepth = PayloadLimits.ValueDepth };

    private void Execute(RunLevel level, int slot, JsonElement config, DateTime utcNow)
    {
        var step = level.Plan.Steps[slot];
        switch (step.Type.Name)
        {
            case var trigger when step.Type.IsTrigger:
                FinishInline(level, slot, _facts.Input, "out", utcNow);
                break;
            case "data.set":
                FinishInline(level, slot, config.GetProperty("value"), "out", utcNow);
                break;
            case "output":
                _output = config.GetProperty("value");
                FinishInline(level, slot, _output.Value, "out", utcNow);
                break;
            case "logic.if":
                if (Holds(step, level, slot, level, utcNow) is { } holds)
                {
                    FinishInline(level, slot, Json.ToElement(holds), holds ? "true" : "false", utcNow);
                }

                break;
            case "logic.switch":
                level.Slots[slot].Input = config;
                FinishInline(level, slot, config.GetProperty("value"), PortOf(step, config), utcNow);
                break;
            case "logic.join":
                FinishMade(level, slot, Arrived(level, slot), utcNow);
                break;
            case "logic.wait":
                BeginWait(level, slot, config, utcNow);
                break;
            case ApprovalConfig.StepType:
                BeginApproval(level, slot, config, utcNow);
                break;
            case "logic.map":
                BeginMap(level, slot, config.GetProperty("items"), utcNow);
                break;
            case "logic.loop":
                EnterContainer(level, slot, new ContainerState());
                NextIteration(level, slot, null, utcNow);
                break;
            default:
                Launch(level, slot, config, resumed: false, utcNow);
                break;
        }
    }

    private void FinishInline(RunLevel level, int slot, JsonElement output, string port, DateTime utcNow)
    {
        Record(level, slot, StepRunStatus.Succeeded, utcNow, StepOutcome.Succeeded(output, port));
        Settle(level, slot, output, port, utcNow);
    }

    /// <summary>A value that was put together of others may have become too deep for those who read it.</summary>
    private void FinishMade(RunLevel level, int slot, ReadOnlySpan<byte> json, DateTime utcNow)
    {
        JsonElement value;
        try
        {
            value = JsonElement.Parse(json, s_made);
        }
        catch (JsonException)
        {
            FailInline(
                level, slot, "value.too_deep", null, $"What this step puts together is nested more than {PayloadLimits.ValueDepth} levels deep.", utcNow);
            return;
        }

        FinishInline(level, slot, value, "out", utcNow);
    }

    /// <summary>The step is not carried out: what it puts out is given.</summary>
    private void FinishPinned(RunLevel level, int slot, PinnedOutput pin, DateTime utcNow)
    {
        if (level.Plan.Steps[slot].Type.Kind == StepKind.Output)
        {
            _output = pin.Output;
        }

        Record(level, slot, StepRunStatus.Succeeded, utcNow, StepOutcome.Succeeded(pin.Output, pin.Port));
        _records[^1] = _records[^1] with { Pinned = true };
        Settle(level, slot, pin.Output, pin.Port, utcNow);
    }

    private bool? Holds(PlanStep step, RunLevel level, int slot, RunLevel seenFrom, DateTime utcNow)
    {
        try
        {
            return step.Test!.Evaluate(new MachineScope(_facts, seenFrom));
        }
        catch (TemplateError error)
        {
            var field = step.Type.ConditionFields[0];
            FailInline(level, slot, error.Code, field, $"{field}: {error.Message}", utcNow);
            return null;
        }
    }

    /// <summary>The port of the first case that equals the value; its name is the case as the document writes it.</summary>
    private static string PortOf(PlanStep step, JsonElement config)
    {
        var value = config.GetProperty("value");
        return config.GetProperty("cases").EnumerateArray()
            .Zip(StepCatalog.CasesOf(step.Definition))
            .Where(pair => CaseValue.AreEqual(pair.First, value))
            .Select(pair => pair.Second)
            .FirstOrDefault("default");
    }

    private static byte[] Arrived(RunLevel level, int slot)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = Json.Options.Encoder }))
        {
            writer.WriteStartObject();
            foreach (var from in level.Plan.Steps[slot].Incoming.Distinct().Where(from => level.Slots[from].State == SlotPhase.Done))
            {
                writer.WritePropertyName(level.Plan.Steps[from].Definition.Id);
                level.Slots[from].Output.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private void BeginWait(RunLevel level, int slot, JsonElement config, DateTime utcNow)
    {
        DateTime due;
        if (config.TryGetProperty("seconds", out var seconds) && seconds.ValueKind == JsonValueKind.Number
            && seconds.TryGetDouble(out var count) && count is >= 0 and <= 31_536_000)
        {
            due = utcNow.AddSeconds(count);
        }
        else if (config.TryGetProperty("until", out var until) && until.ValueKind is JsonValueKind.String or JsonValueKind.Number
            && TimeText.TryRead(until.ToString(), out var time))
        {
            due = time;
        }
        else
        {
            FailInline(
                level, slot, "wait.invalid", config.TryGetProperty("until", out _) ? "until" : "seconds",
                "seconds must be 0 to 31,536,000, or until a time such as 2026-01-31T09:00:00Z.", utcNow);
            return;
        }

        level.Slots[slot].Input = config;
        if (due <= utcNow)
        {
            FinishInline(level, slot, Json.ToElement(new { waitedUntil = due }), "out", utcNow);
        }
        else
        {
            Wait(level, slot, due);
        }
    }

    /// <summary>Asks a person and waits, for weeks if need be; what is asked and answered is kept outside of the machine.</summary>
    private void BeginApproval(RunLevel level, int slot, JsonElement config, DateTime utcNow)
    {
        if (ApprovalConfig.TimeoutOf(config) is not { } timeout)
        {
            FailInline(level, slot, "approval.invalid", "timeoutSeconds", "timeoutSeconds must be 1 to 31,536,000.", utcNow);
            return;
        }

        level.Slots[slot].Input = config;
        Wait(level, slot, utcNow + timeout);
        Ask(level, slot);
    }

    private void Ask(RunLevel level, int slot)
    {
        var state = level.Slots[slot];
        _commands.Add(new AskPerson(level.PathOf(slot), level.Plan.Steps[slot], state.Attempt, state.Input ?? Json.EmptyObject, state.Due));
    }

    /// <summary>What a step that waits for a person asks; null when none waits there.</summary>
    public AskPerson? FindAsked(string path) => IsAsked(path, out var level, out var slot)
        ? new AskPerson(path, level.Plan.Steps[slot], level.Slots[slot].Attempt, level.Slots[slot].Input ?? Json.EmptyObject, level.Slots[slot].Due)
        : null;

    private bool IsAsked(string path, out RunLevel level, out int slot) =>
        TryActive(path, SlotPhase.Waiting, out level, out slot) && level.Plan.Steps[slot].AsksPerson;
}
