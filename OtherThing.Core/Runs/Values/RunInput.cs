using System.Text.Json;
using OtherThing.Core.Results;
using OtherThing.Core.Runs.Machine;

namespace OtherThing.Core.Runs.Values;

/// <summary>Fits what a caller sends to the form of the flow's manual trigger.</summary>
internal static class RunInput
{
    internal const int MostBytes = 1024 * 1024;

    /// <summary>Fills in defaults and checks types; extra fields are kept.</summary>
    /// <returns>The input as JSON, or <c>run.input_invalid</c> naming every field at fault, <c>run.input_too_large</c>.</returns>
    public static Result<string> Fit(FlowPlan plan, string? triggerStepId, JsonElement? input)
    {
        var given = input is null or { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null } ? Json.EmptyObject : input.Value;
        if (given.GetRawText().Length > MostBytes)
        {
            return RunErrors.InputTooLarge;
        }

        var fields = triggerStepId is null ? plan.Forms.Values.FirstOrDefault([]) : plan.Forms.GetValueOrDefault(triggerStepId, []);
        if (fields.Count == 0)
        {
            return given.GetRawText();
        }

        return InputForm.Fit(fields, given, "input").TryGet(out var fitted, out var problems) ? fitted : RunErrors.InputInvalid(problems.Fields);
    }
}
