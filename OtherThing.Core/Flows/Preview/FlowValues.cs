using System.Text.Json;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;

namespace OtherThing.Core.Flows.Preview;

/// <summary>What one run of a flow had: what the builder completes paths from and previews templates with. It changes nothing.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Input">The run's input.</param>
/// <param name="Run">The template root <c>run</c>.</param>
/// <param name="Outputs">What each step put out last, by step id.</param>
/// <param name="Items">For each map the first item it walked, by step id.</param>
public sealed record FlowValues(
    Guid RunId, JsonElement Input, JsonElement Run, IReadOnlyDictionary<string, JsonElement> Outputs, IReadOnlyDictionary<string, JsonElement> Items)
{
    /// <summary>The first item a map walked, or would walk with these values; null when there is none.</summary>
    public JsonElement? FirstItemOf(FlowDocument flow, FlowStep map)
    {
        if (Items.TryGetValue(map.Id, out var item))
        {
            return item;
        }

        var items = map.Config.ValueKind == JsonValueKind.Object && map.Config.TryGetProperty("items", out var written)
            ? written.ValueKind == JsonValueKind.Array ? written : StepPreview.Render(flow, map, "items", written, this)?.Value
            : null;
        return items is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 0 ? list[0] : null;
    }

    /// <summary>The values of a run as it stands.</summary>
    public static FlowValues Of(Run run, IReadOnlyList<StepRun> steps)
    {
        var outputs = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        var items = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var step in steps)
        {
            if (step is { Status: StepRunStatus.Succeeded, Output: { } output })
            {
                outputs[step.StepId] = output;
            }

            if (step.Type == "logic.map" && step.Input is { ValueKind: JsonValueKind.Object } input
                && input.TryGetProperty("items", out var list) && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0)
            {
                items[step.StepId] = list[0];
            }
        }

        return new FlowValues(
            run.Id, run.Input.ReadInline() ?? Json.Null, // a large one is not read for a preview
            Json.ToElement(new { run.Id, run.FlowId, run.FlowName, run.FlowVersion, run.Trigger, run.StartedBy, StartedAt = run.CreatedAt }),
            outputs, items);
    }
}
