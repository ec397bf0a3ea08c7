using System.Text.Json;
using OtherThing.Core.Results;
using OtherThing.Core.Steps;
using OtherThing.Core.Templates;

namespace OtherThing.Core.Flows.Preview;

/// <summary>What a field would be with the values of a run.</summary>
/// <param name="Value">The rendered value; JSON null when it could not be rendered.</param>
/// <param name="Problem">Why it could not be rendered; null when it could.</param>
public sealed record FieldPreview(JsonElement Value, string? Problem);

/// <summary>Renders fields of a step with the values of a run: the engine's own templates, and no effect.</summary>
public static class StepPreview
{
    /// <summary>Renders one field.</summary>
    /// <param name="flow">The document.</param>
    /// <param name="step">The step.</param>
    /// <param name="field">The field's name at the top of the config.</param>
    /// <param name="value">Its value as written.</param>
    /// <param name="values">The run's values.</param>
    /// <returns>The preview; null when the field holds no template.</returns>
    public static FieldPreview? Render(FlowDocument flow, FlowStep step, string field, JsonElement value, FlowValues values)
    {
        if (StepCatalog.Find(step.Type) is not { } type || type.VerbatimFields.Contains(field))
        {
            return null;
        }

        var scope = new Scope(flow, new StepSurroundings(flow, step.Id), step.Id, values);
        try
        {
            if (type.ConditionFields.Contains(field))
            {
                return value.ValueKind == JsonValueKind.String && Condition.TryParse(value.GetString()!, out var condition, out _)
                    ? new FieldPreview(Json.ToElement(condition.Evaluate(scope)), null)
                    : null;
            }

            var template = JsonTemplate.Parse(value, out var problems);
            return template.IsLiteral || problems.Count > 0 ? null : new FieldPreview(template.Render(scope), null);
        }
        catch (TemplateError error)
        {
            return new FieldPreview(Json.Null, error.Message);
        }
    }

    private sealed class Scope(FlowDocument flow, StepSurroundings around, string stepId, FlowValues values) : ITemplateScope
    {
        public bool TryGetRoot(string name, out JsonElement value)
        {
            switch (name)
            {
                case "input":
                    value = values.Input;
                    return true;
                case "run":
                    value = values.Run;
                    return true;
                case "steps":
                    value = Json.ToElement(
                        around.Before.Where(step => values.Outputs.ContainsKey(step.Id)).ToDictionary(step => step.Id, step => values.Outputs[step.Id]));
                    return true;
                case "item" when around.Map(stepId) is { } map && values.FirstItemOf(flow, map) is { } item:
                    value = item;
                    return true;
                case "index" when around.Map(stepId) is not null:
                case "iteration" when around.Loop is not null:
                    value = Json.ToElement(0);
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
                // What is not before it may have run, and a condition of the whole flow may have skipped it: only what it can see counts.
                value = default;
                return around.Before.Any(step => step.Id == member) && values.Outputs.TryGetValue(member, out value);
            }

            value = default;
            return TryGetRoot(root, out var whole) && whole.ValueKind == JsonValueKind.Object && whole.TryGetProperty(member, out value);
        }
    }
}
