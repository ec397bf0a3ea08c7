using System.Text.Json;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Validation;
using OtherThing.Core.Results;
using OtherThing.Core.Steps;
using OtherThing.Core.Steps.Configs;
using OtherThing.Core.Templates;

namespace OtherThing.Core.Runs.Machine;

/// <summary>A flow made ready to run: indexes instead of names, templates parsed once. Immutable and shared by its runs.</summary>
public sealed class FlowPlan
{
    private FlowPlan(PlanLevel root, FlowDocument flow)
    {
        (Root, StepCount) = (root, flow.Steps.Count);
        ReadsWorkspace = AnyStep(root, static step => step.Reads("workspace"));
        Forms = flow.Steps.Where(step => step.Type == "trigger.manual")
            .ToDictionary(step => step.Id, step => ConfigTemplates.ReadStatic<ManualTriggerConfig>(step.Config).Fields, StringComparer.Ordinal);
        StepIds = flow.Steps.Select(step => step.Id).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>The steps outside of any container.</summary>
    public PlanLevel Root { get; }

    /// <summary>How many steps the flow has.</summary>
    public int StepCount { get; }

    /// <summary>The input fields of each manual trigger, by step id.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<InputField>> Forms { get; }

    /// <summary>The ids of all steps.</summary>
    public IReadOnlySet<string> StepIds { get; }

    /// <summary>The step of that id, wherever it is; null when there is none.</summary>
    public PlanStep? Find(string stepId) => Find(Root, stepId);

    /// <summary>True when a template reads the workspace.</summary>
    public bool ReadsWorkspace { get; }

    /// <summary>The ids of a step, all that follow it, and the containers around it with all that follow them.</summary>
    public IReadOnlySet<string> OnOrBehind(string stepId)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        Gather(Root, stepId, found);
        return found;
    }

    /// <summary>The ids of the steps its templates read; <c>*</c> when one of them computes an id.</summary>
    public IReadOnlySet<string> StepsRead()
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        AnyStep(Root, step =>
        {
            ids.UnionWith(step.Config.Paths.Select(path => path.Read).Concat(step.Test?.Paths ?? [])
                .Where(path => path.Root == "steps").Select(path => path.Segments.Count > 0 ? path.Segments[0] : "*"));
            return false;
        });
        return ids;
    }

    /// <summary>Compiles a document.</summary>
    /// <returns>The plan, or <c>flow.invalid</c> with every problem.</returns>
    public static Result<FlowPlan> Compile(FlowDocument flow)
    {
        if (FlowValidator.Validate(flow) is { Count: > 0 } problems)
        {
            return FlowErrors.Invalid(problems, flow);
        }

        var children = flow.Steps.ToLookup(step => step.Parent ?? "", StringComparer.Ordinal);
        return new FlowPlan(CompileLevel(null, "", children, flow.Connections), flow);
    }

    /// <summary>Compiles one step of a document, with the steps inside it, to run without the rest; the rest may have problems.</summary>
    /// <returns>The plan, or <c>flow.step_not_found</c>, <c>flow.invalid</c> with the problems of the step and what is inside it.</returns>
    public static Result<FlowPlan> CompileAlone(FlowDocument flow, string stepId)
    {
        flow = flow with { Steps = [.. flow.Steps.OfType<FlowStep>()] }; // a draft in the making may hold a null
        var own = new HashSet<string>([stepId], StringComparer.Ordinal);
        for (var size = 0; size < own.Count;)
        {
            size = own.Count;
            own.UnionWith(flow.Steps.Where(step => step.Parent is { } parent && own.Contains(parent)).Select(step => step.Id).ToArray());
        }

        if (flow.Steps.All(step => step.Id != stepId))
        {
            return FlowErrors.StepNotFound(stepId);
        }

        var problems = FlowValidator.Validate(flow)
            .Where(problem => problem.StepId is { } at ? own.Contains(at) && !IsOfConnections(problem) : !problem.Field.Contains('[', StringComparison.Ordinal))
            .ToList();
        if (problems.Count > 0)
        {
            return FlowErrors.Invalid(problems, flow);
        }

        var alone = flow with
        {
            Steps = [.. flow.Steps.Where(step => own.Contains(step.Id)).Select(step => step.Id == stepId ? step with { Parent = null } : step)],
            Connections = [.. flow.Connections.Where(connection =>
                own.Contains(connection.From) && own.Contains(connection.To) && connection.From != stepId && connection.To != stepId)],
        };
        var children = alone.Steps.ToLookup(step => step.Parent ?? "", StringComparer.Ordinal);
        return new FlowPlan(CompileLevel(null, "", children, alone.Connections), alone);
    }

    private static PlanStep? Find(PlanLevel level, string stepId) => level.SlotById.TryGetValue(stepId, out var slot)
        ? level.Steps[slot]
        : level.Steps.Select(step => step.Inner is { } inner ? Find(inner, stepId) : null).FirstOrDefault(step => step is not null);

    private static bool IsOfConnections(FlowProblem problem) => problem.Field.StartsWith("connections[", StringComparison.Ordinal);

    private static bool AnyStep(PlanLevel level, Func<PlanStep, bool> fits) =>
        level.Steps.Any(step => fits(step) || (step.Inner is { } inner && AnyStep(inner, fits)));

    private static bool Gather(PlanLevel level, string stepId, HashSet<string> found)
    {
        var hit = new bool[level.Steps.Length];
        foreach (var step in level.Steps)
        {
            // Topological order: what leads here was looked at before.
            hit[step.Slot] = step.Definition.Id == stepId
                || step.Incoming.Any(from => hit[from])
                || (step.Inner is { } inner && Gather(inner, stepId, found));
            if (hit[step.Slot])
            {
                found.Add(step.Definition.Id);
                AddInside(step, found);
            }
        }

        return hit.Contains(true);
    }

    /// <summary>All steps of a container that runs again run again.</summary>
    private static void AddInside(PlanStep step, HashSet<string> found)
    {
        foreach (var inside in step.Inner?.Steps ?? [])
        {
            if (found.Add(inside.Definition.Id))
            {
                AddInside(inside, found);
            }
        }
    }

    private static PlanLevel CompileLevel(
        PlanLevel? outer, string parent, ILookup<string, FlowStep> children, IReadOnlyList<FlowConnection> connections)
    {
        var definitions = Ordered([.. children[parent]], connections);
        var level = new PlanLevel(outer, definitions.Length);
        for (var slot = 0; slot < definitions.Length; slot++)
        {
            level.Steps[slot] = new PlanStep(definitions[slot], slot);
            level.SlotById[definitions[slot].Id] = slot;
        }

        foreach (var from in level.Steps)
        {
            from.Next = [.. connections
                .Where(connection => connection.From == from.Definition.Id)
                .Select(connection => new PlanEdge(connection.Port, level.SlotById[connection.To]))];
            foreach (var edge in from.Next)
            {
                level.Steps[edge.To].Incoming.Add(from.Slot);
            }

            if (from.Type.IsContainer)
            {
                from.Inner = CompileLevel(level, from.Definition.Id, children, connections);
                if (from.Map is not null && from.Incoming.Count == 0
                    && from.Definition.Config.TryGetProperty("items", out var items) && items.ValueKind == JsonValueKind.Array)
                {
                    // Certain to run, and over how many items is written down.
                    level.LeastSteps = (int)Math.Min(int.MaxValue, level.LeastSteps + ((long)items.GetArrayLength() * from.Inner.LeastSteps));
                }
            }
        }

        return level;
    }

    /// <summary>Topological, and in the document's order where that leaves a choice.</summary>
    private static FlowStep[] Ordered(FlowStep[] steps, IReadOnlyList<FlowConnection> connections)
    {
        var index = new Dictionary<string, int>(steps.Length, StringComparer.Ordinal);
        for (var i = 0; i < steps.Length; i++)
        {
            index[steps[i].Id] = i;
        }

        var open = new int[steps.Length];
        var next = new List<int>?[steps.Length];
        foreach (var connection in connections)
        {
            if (index.TryGetValue(connection.From, out var from) && index.TryGetValue(connection.To, out var to))
            {
                open[to]++;
                (next[from] ??= []).Add(to);
            }
        }

        var free = new PriorityQueue<int, int>();
        for (var i = 0; i < steps.Length; i++)
        {
            if (open[i] == 0)
            {
                free.Enqueue(i, i);
            }
        }

        var ordered = new List<FlowStep>(steps.Length);
        while (free.TryDequeue(out var at, out _))
        {
            ordered.Add(steps[at]);
            foreach (var to in next[at] ?? [])
            {
                if (--open[to] == 0)
                {
                    free.Enqueue(to, to);
                }
            }
        }

        return [.. ordered];
    }
}

/// <summary>The steps of one container, or of the top.</summary>
public sealed class PlanLevel(PlanLevel? outer, int count)
{
    /// <summary>The level around it; null at the top.</summary>
    public PlanLevel? Outer { get; } = outer;

    /// <summary>In topological order; a step's index here is its slot.</summary>
    public PlanStep[] Steps { get; } = new PlanStep[count];

    /// <summary>How many step runs one pass through it needs at least: each step is run or skipped.</summary>
    public int LeastSteps { get; internal set; } = count;

    /// <summary>Slot by step id.</summary>
    public Dictionary<string, int> SlotById { get; } = new(count, StringComparer.Ordinal);
}

/// <summary>Where a port leads.</summary>
public readonly record struct PlanEdge(string Port, int To);

/// <summary>One step, compiled.</summary>
public sealed class PlanStep
{
    internal PlanStep(FlowStep definition, int slot)
    {
        (Definition, Slot, Type) = (definition, slot, StepCatalog.Find(definition.Type)!);
        Effects = definition.Effects ?? Type.DefaultEffects(definition);
        Timeout = definition.TimeoutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : Type.DefaultTimeout;
        CallsFlow = Type.Name == "flow.call";
        Config = JsonTemplate.Parse(ConfigTemplates.TemplatedPart(Type, definition.Config), out _);
        foreach (var field in Type.ConditionFields)
        {
            Test = Condition.TryParse(definition.Config.GetProperty(field).GetString()!, out var condition, out _) ? condition : null;
        }

        if (Type.Name == "logic.map")
        {
            Map = ConfigTemplates.ReadStatic<MapConfig>(definition.Config);
        }
        else if (Type.Name == "logic.loop")
        {
            Loop = ConfigTemplates.ReadStatic<LoopConfig>(definition.Config);
        }
        else if (Type.Name == "logic.join")
        {
            JoinAny = ConfigTemplates.ReadStatic<JoinConfig>(definition.Config).Mode == JoinMode.Any;
        }
    }

    /// <summary>The step in the document.</summary>
    public FlowStep Definition { get; }

    /// <summary>Its index in its level.</summary>
    public int Slot { get; }

    /// <summary>Its type.</summary>
    public StepType Type { get; }

    /// <summary>How its effect may be repeated.</summary>
    public StepEffects Effects { get; }

    /// <summary>How long one attempt may take.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>Its config as templates, conditions and verbatim fields left out.</summary>
    public JsonTemplate Config { get; }

    /// <summary>The condition of an if or a loop.</summary>
    public Condition? Test { get; }

    /// <summary>The settings of a map.</summary>
    public MapConfig? Map { get; }

    /// <summary>The settings of a loop.</summary>
    public LoopConfig? Loop { get; }

    /// <summary>True for a step that waits for a person.</summary>
    public bool AsksPerson => Type.Kind == StepKind.Human;

    /// <summary>True for a join that goes on with the first branch to arrive.</summary>
    public bool JoinAny { get; }

    /// <summary>True for a step that starts a run of another flow.</summary>
    public bool CallsFlow { get; }

    /// <summary>The slots that lead here, one per connection.</summary>
    public List<int> Incoming { get; } = [];

    /// <summary>True when one of its templates reads that root.</summary>
    public bool Reads(string root) =>
        Config.Paths.Any(path => path.Read.Root == root) || (Test?.Paths.Any(path => path.Root == root) ?? false);

    /// <summary>Where its ports lead.</summary>
    public PlanEdge[] Next { get; internal set; } = [];

    /// <summary>The steps inside, for a container.</summary>
    public PlanLevel? Inner { get; internal set; }
}
