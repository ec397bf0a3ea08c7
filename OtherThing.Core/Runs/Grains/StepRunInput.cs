using System.Text.Json;
using OtherThing.Core.Results;

namespace OtherThing.Core.Runs.Grains;

/// <summary>Steps whose output is their rendered value keep it once; what went in is read from what came out.</summary>
public static class StepRunInput
{
    /// <summary>The rendered config of a step that does not keep it; null when nothing is known of it.</summary>
    public static JsonElement? Of(StepRun step) =>
        step.Output is { } value && !IsKept(step) ? Json.ToElement(new { value }) : null;

    /// <summary>False for a step whose output says what its input was.</summary>
    public static bool IsKept(StepRun step) => step.Type is not ("data.set" or "output");
}
