using System.Text.Json;
using OtherThing.Core.Keys;
using OtherThing.Core.Steps;
using OtherThing.Core.Templates;

namespace OtherThing.Core.Flows.Validation;

/// <summary>
/// What will probably go wrong in a flow that can run: keys that are not there, names that no output has, steps that stand alone. Nothing here
/// keeps a flow from being saved, run or published; <see cref="FlowValidator"/> says what does.
/// </summary>
public static class FlowHints
{
    /// <summary>What a step names in place of a provider that asks the machines of the workspace.</summary>
    private const string Machines = "nodes";

    // More different ones than anybody has; each is looked for.
    private const int MostLocalModels = 50;

    private static readonly string[] s_providers = [.. Enum.GetNames<ApiProvider>().Select(name => name.ToLowerInvariant()), Machines];

    /// <summary>All hints, in the order of the steps; each names its step, the field and what to do.</summary>
    /// <param name="flow">The document, also one in the making.</param>
    /// <param name="facts">What is known of the workspace.</param>
    public static IReadOnlyList<FlowProblem> Find(FlowDocument flow, FlowFacts facts)
    {
        if (FlowValidator.CheckCounts(flow.Steps.Count, flow.Connections.Count, flow.Notes.Count).Count > 0)
        {
            return [];
        }

        var shapes = new FlowShapes(flow);
        var led = flow.Connections.Where(connection => connection is not null).Select(connection => connection.To).ToHashSet(StringComparer.Ordinal);
        var hints = new List<FlowProblem>();
        foreach (var step in flow.Steps)
        {
            if (step is not { Id: not null, Type: not null }
                || StepCatalog.Find(step.Type) is not { IsPlaceholder: false } type
                || hints.Count >= FlowLimits.Problems)
            {
                continue; // said by the validator
            }

            if (shapes.HasTriggers && step.Parent is null && !type.IsTrigger && !led.Contains(step.Id))
            {
                Add(step, "connections",
                    "Nothing leads to this step, so it begins as soon as any run does. Connect it to the step it should follow, or delete it.");
            }

            if (step.Config.ValueKind == JsonValueKind.Object)
            {
                CheckKey(step, facts, Add);
                CheckPaths(step, type, shapes, Add);
            }

            foreach (var reference in FlowReferences.Of(step))
            {
                if (facts.Asked.Contains((reference.Kind, reference.Id)) && !facts.Known.Contains((reference.Kind, reference.Id)))
                {
                    Add(step, reference.Field, $"{FlowReferences.MissingOf(reference)} Choose another one.");
                }
            }
        }

        return hints;

        void Add(FlowStep step, string field, string message)
        {
            var hint = new FlowProblem(step.Id, field, message) { IsHint = true };
            if (hints.Count < FlowLimits.Problems && !hints.Contains(hint))
            {
                hints.Add(hint);
            }
        }
    }

    /// <summary>The models that steps ask of the machines of the workspace.</summary>
    internal static IEnumerable<string> LocalModelsOf(FlowDocument flow) =>
        flow.Steps.Select(LocalModelOf).OfType<string>().Distinct(StringComparer.Ordinal).Take(MostLocalModels);

    private static string? LocalModelOf(FlowStep? step) =>
        step is { Type: "ai.chat", Config.ValueKind: JsonValueKind.Object } && LiteralOf(step.Config, "provider") == Machines
            ? LiteralOf(step.Config, "model")
            : null;

    private static void CheckKey(FlowStep step, FlowFacts facts, Action<FlowStep, string, string> add)
    {
        if (step.Type != "ai.chat" || LiteralOf(step.Config, "provider") is not { } provider)
        {
            return;
        }

        if (!s_providers.Contains(provider))
        {
            add(step, "config.provider", $"There is no provider '{FlowValidator.Short(provider)}'. Choose one of {string.Join(", ", s_providers)}.");
        }
        else if (provider == Machines)
        {
            if (LocalModelOf(step) is { } model && facts.LocalModels.GetValueOrDefault(model) is { } missing)
            {
                add(step, "config.model", missing);
            }

            if (LiteralOf(step.Config, "keyId") is not null)
            {
                add(step, "config.keyId", "Machines of the workspace take no key. Leave it out.");
            }
        }
        else if (LiteralOf(step.Config, "keyId") is { } keyId)
        {
            if (Guid.TryParse(keyId, out var id) && facts.Keys?.GetValueOrDefault(id) is { } of && of != provider)
            {
                add(step, "config.keyId", $"This key is for {of}, and the step asks {provider}. Choose a key of {provider}, or change the provider.");
            }
        }
        else if (!step.Config.TryGetProperty("keyId", out var key) || key.ValueKind == JsonValueKind.Null)
        {
            if (facts.WithoutKey?.GetValueOrDefault(provider) is { } title)
            {
                add(step, "config.provider", $"This workspace has no key for {title}. Add one on the API keys page, or choose another provider.");
            }
        }
    }

    private static void CheckPaths(FlowStep step, StepType type, FlowShapes shapes, Action<FlowStep, string, string> add)
    {
        foreach (var (field, read) in PathsOf(step, type))
        {
            if (read.Root == "steps" && read.Segments is [{ } id, _, ..] && shapes.MissingInStep(id, read.Segments.Skip(1)) is { } missing)
            {
                add(step, field, $"The output of {missing.Of} has no '{FlowValidator.Short(missing.Name)}'; {missing.There}");
            }
            else if (read.Root == "input" && read.Segments is [{ } name, ..] && shapes.MissingInInput(name) is { } said)
            {
                add(step, field, said);
            }
        }
    }

    private static IEnumerable<(string Field, TemplatePath Read)> PathsOf(FlowStep step, StepType type)
    {
        foreach (var (path, read) in JsonTemplate.Parse(ConfigTemplates.TemplatedPart(type, step.Config), out _).Paths)
        {
            yield return ($"config.{path}", read);
        }

        foreach (var field in type.ConditionFields)
        {
            if (LiteralOf(step.Config, field) is { } text && Condition.TryParse(text, out var condition, out _))
            {
                foreach (var read in condition.Paths)
                {
                    yield return ($"config.{field}", read);
                }
            }
        }
    }

    /// <summary>A field's text when no template makes it; null when it is left out or empty.</summary>
    private static string? LiteralOf(JsonElement config, string field) =>
        config.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
        && !text.Contains("{{", StringComparison.Ordinal) && !text.Contains("{%", StringComparison.Ordinal) ? text : null;
}
