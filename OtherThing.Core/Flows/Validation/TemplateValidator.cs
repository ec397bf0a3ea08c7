using System.Text.Json;
using System.Text.RegularExpressions;
using OtherThing.Core.Steps;
using OtherThing.Core.Templates;

namespace OtherThing.Core.Flows.Validation;

/// <summary>Checks what templates and conditions say: that they parse, and that the steps they name exist and can be seen.</summary>
internal static partial class TemplateValidator
{
    private static readonly HashSet<string> s_roots = ["input", "steps", "item", "index", "iteration", "run", "workspace"];

    public static void Check(FlowDocument flow, Dictionary<string, FlowStep> steps, SayProblem problem)
    {
        foreach (var step in flow.Steps)
        {
            if (step is { Type: not null, Config.ValueKind: JsonValueKind.Object } && StepCatalog.Find(step.Type) is { } type)
            {
                CheckStep(step, type, steps, problem);
            }
        }
    }

    /// <summary>Braces of other languages are theirs; braces around one of our roots are a mistake worth naming.</summary>
    [GeneratedRegex(@"\{\{-?\s*(input|steps|item|iteration|run|workspace)\b", RegexOptions.CultureInvariant)]
    private static partial Regex OurTemplate();

    private static void CheckStep(FlowStep step, StepType type, Dictionary<string, FlowStep> steps, SayProblem problem)
    {
        var template = JsonTemplate.Parse(ConfigTemplates.TemplatedPart(type, step.Config), out var found);
        foreach (var (path, wrong) in found)
        {
            problem(step.Id, $"config.{path}", $"{wrong.Message} (at character {wrong.Position + 1})");
        }

        foreach (var (path, read) in template.Paths)
        {
            CheckPath(step, $"config.{path}", read, steps, problem);
        }

        foreach (var field in type.ConditionFields)
        {
            if (!step.Config.TryGetProperty(field, out var text) || text.ValueKind != JsonValueKind.String || text.GetString() is "")
            {
                continue; // said by the check of the config
            }

            if (!Condition.TryParse(text.GetString()!, out var condition, out var problems))
            {
                problem(step.Id, $"config.{field}", $"{problems[0].Message} (at character {problems[0].Position + 1})");
                continue;
            }

            foreach (var read in condition!.Paths)
            {
                CheckPath(step, $"config.{field}", read, steps, problem);
            }
        }

        foreach (var field in type.VerbatimFields)
        {
            if (step.Config.TryGetProperty(field, out var text) && text.ValueKind == JsonValueKind.String
                && OurTemplate().IsMatch(text.GetString()!))
            {
                problem(
                    step.Id, $"config.{field}",
                    "Templates are not allowed in a script: hand values over by env or stdin, so that they can never become code.");
            }
        }
    }

    private static void CheckPath(
        FlowStep step, string field, TemplatePath read, Dictionary<string, FlowStep> steps, SayProblem problem)
    {
        if (!s_roots.Contains(read.Root))
        {
            problem(
                step.Id, field,
                $"There is no '{FlowValidator.Short(read.Root)}' here; a template sees {string.Join(", ", s_roots.Order())} (at character "
                    + $"{read.Position + 1})");
            return;
        }

        if (read.Root == "steps" && read.Segments is [{ } id, ..] && id != "*" && !steps.ContainsKey(id))
        {
            problem(step.Id, field, $"There is no step '{FlowValidator.Short(id)}' (at character {read.Position + 1})");
        }
        else if (read.Root is "item" or "index" && !IsInside(step, "logic.map", steps))
        {
            problem(step.Id, field, $"'{read.Root}' exists only inside a For each step (at character {read.Position + 1})");
        }
        else if (read.Root is "iteration" && !(step.Type == "logic.loop" || IsInside(step, "logic.loop", steps)))
        {
            problem(step.Id, field, $"'iteration' exists only inside a While step (at character {read.Position + 1})");
        }
    }

    private static bool IsInside(FlowStep step, string type, Dictionary<string, FlowStep> steps)
    {
        var depth = 0;
        for (var at = step; at.Parent is { } parent && depth++ < FlowLimits.ContainerDepth && steps.TryGetValue(parent, out at!);)
        {
            if (at.Type == type)
            {
                return true;
            }
        }

        return false;
    }
}
