using System.Text.Json;
using OtherThing.Core.Templates.Values;

namespace OtherThing.Core.Steps;

/// <summary>When a case of a switch is the value.</summary>
internal static class CaseValue
{
    /// <summary>
    /// Numbers are equal by what they are worth, as with <c>==</c>; anything else when it is the same text, and a text also when it is what the
    /// other value looks like: a form gives <c>"3"</c> for the case 3.
    /// </summary>
    public static bool AreEqual(JsonElement one, JsonElement value) =>
        one.ValueKind == JsonValueKind.Number && value.ValueKind == JsonValueKind.Number
            ? ExactNumber.Compare(one.GetRawText(), value.GetRawText()) == 0
            : string.Equals(StepCatalog.CaseName(one), StepCatalog.CaseName(value), StringComparison.Ordinal);
}
