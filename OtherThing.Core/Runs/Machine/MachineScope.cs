using System.Text.Json;
using OtherThing.Core.Results;
using OtherThing.Core.Templates;

namespace OtherThing.Core.Runs.Machine;

/// <summary>What a template of a step can see: the run's input, what came before in its level and around it, its item or iteration.</summary>
internal sealed class MachineScope(RunFacts facts, RunLevel level) : ITemplateScope
{
    public bool TryGetRoot(string name, out JsonElement value)
    {
        switch (name)
        {
            case "input":
                value = facts.Input;
                return true;
            case "run":
                value = facts.Run;
                return true;
            case "workspace":
                value = facts.Workspace;
                return true;
            case "item" when Around(static at => at.Item is not null) is { } map:
                value = map.Item!.Value;
                return true;
            case "index" when Around(static at => at.Item is not null) is { } map:
                value = Json.ToElement(map.Index);
                return true;
            case "iteration" when Around(static at => at is { Outer: not null, Item: null }) is { } loop:
                value = Json.ToElement(loop.Index);
                return true;
            case "item" when facts.Givens?.Item is { } item:
                value = item;
                return true;
            case "index" when facts.Givens?.Index is { } index:
                value = Json.ToElement(index);
                return true;
            case "iteration" when facts.Givens?.Iteration is { } iteration:
                value = Json.ToElement(iteration);
                return true;
            default:
                value = default;
                return false;
        }
    }

    public bool TryGetMember(string root, string member, out JsonElement value)
    {
        if (root == "steps")
        {
            return TryGetStep(member, out value);
        }

        value = default;
        return TryGetRoot(root, out var whole) && whole.ValueKind == JsonValueKind.Object && whole.TryGetProperty(member, out value);
    }

    /// <summary>A step's output: of this level, of the loop's iteration before, or of a level around.</summary>
    private bool TryGetStep(string id, out JsonElement output)
    {
        for (var at = level; at is not null; at = at.Outer)
        {
            if (!at.Plan.SlotById.TryGetValue(id, out var slot))
            {
                continue;
            }

            for (var turn = at; turn is not null; turn = turn.Previous)
            {
                if (turn.Slots[slot].State == SlotPhase.Done)
                {
                    output = turn.Slots[slot].Output;
                    return true;
                }
            }

            break;
        }

        if (facts.Givens?.Steps is { } given && given.TryGetValue(id, out output))
        {
            return true;
        }

        output = default;
        return false;
    }

    private RunLevel? Around(Func<RunLevel, bool> fits)
    {
        for (var at = level; at is not null; at = at.Outer)
        {
            if (fits(at))
            {
                return at;
            }
        }

        return null;
    }
}

/// <summary>What is the same for the whole run.</summary>
/// <param name="Input">The run's input.</param>
/// <param name="Run">The template root <c>run</c>.</param>
/// <param name="Workspace">The template root <c>workspace</c>.</param>
/// <param name="TriggerStepId">The trigger that started it; null takes the flow's first.</param>
/// <param name="RunId">The run; attempts that begin other runs derive their ids from it.</param>
/// <param name="Givens">What the run is told instead of finding it out.</param>
internal sealed record RunFacts(JsonElement Input, JsonElement Run, JsonElement Workspace, string? TriggerStepId, Guid? RunId = null, RunGivens? Givens = null);
