using System.Text.RegularExpressions;
using OtherThing.Core.Results;
using OtherThing.Core.Steps;

namespace OtherThing.Core.Flows.Validation;

/// <summary>
/// Says everything that is wrong with a document, with step, field and reason. A document with problems is never saved over REST;
/// the builder keeps it as a draft in the making and shows them. Linear in the size of the document.
/// </summary>
public static partial class FlowValidator
{
    /// <summary>All problems, in reading order; empty for a flow that can run.</summary>
    public static IReadOnlyList<FlowProblem> Validate(FlowDocument flow)
    {
        var problems = new Problems();
        if (flow.Schema != 1)
        {
            problems.Add(null, "schema", $"This server knows schema 1, not {flow.Schema}.");
        }

        CheckCounts(problems, flow.Steps.Count, flow.Connections.Count, flow.Notes.Count);
        if (problems.Any)
        {
            return problems.List; // too large to look at in detail
        }

        var steps = CheckIds(flow, problems);
        foreach (var step in flow.Steps)
        {
            StepValidator.Check(step, problems.Add);
        }

        TemplateValidator.Check(flow, steps, problems.Add);
        CheckParents(flow, steps, problems);
        CheckConnections(flow, steps, problems);
        CheckNotes(flow, problems);
        FlowGraphValidator.Check(flow, steps, problems.Add);
        return problems.List;
    }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_]{0,63}$", RegexOptions.CultureInvariant)]
    internal static partial Regex IdPattern();

    /// <summary>What there is too much of; empty for a document that can be looked at in detail.</summary>
    internal static IReadOnlyList<FlowProblem> CheckCounts(int steps, int connections, int notes)
    {
        var problems = new Problems();
        CheckCounts(problems, steps, connections, notes);
        return problems.List;
    }

    private static void CheckCounts(Problems problems, int steps, int connections, int notes)
    {
        CheckCount(problems, "steps", steps, FlowLimits.Steps);
        CheckCount(problems, "connections", connections, FlowLimits.Connections);
        CheckCount(problems, "notes", notes, FlowLimits.Notes);
    }

    private static void CheckCount(Problems problems, string field, int count, int limit)
    {
        if (count > limit)
        {
            problems.Add(null, field, $"A flow takes up to {limit:N0} {field}; this has {count:N0}.");
        }
    }

    private static Dictionary<string, FlowStep> CheckIds(FlowDocument flow, Problems problems)
    {
        var steps = new Dictionary<string, FlowStep>(flow.Steps.Count, StringComparer.Ordinal);
        var alike = new Dictionary<string, string>(flow.Steps.Count, StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < flow.Steps.Count; i++)
        {
            var step = flow.Steps[i];
            if (step is null)
            {
                problems.Add(null, $"steps[{i}]", "A step is an object, not null.");
            }
            else if (string.IsNullOrEmpty(step.Id) || !IdPattern().IsMatch(step.Id))
            {
                problems.Add(null, $"steps[{i}].id", $"'{Short(step.Id)}' is no id: a letter, then letters, digits and _, up to 64.");
            }
            else if (!steps.TryAdd(step.Id, step))
            {
                problems.Add(step.Id, "id", $"Two steps have the id '{step.Id}'.");
            }
            else if (!alike.TryAdd(step.Id, step.Id))
            {
                problems.Add(
                    step.Id, "id",
                    $"The ids '{alike[step.Id]}' and '{step.Id}' differ only by capital letters; people and files mix them up. Give one of them another id.");
            }
        }

        return steps;
    }

    private static void CheckParents(FlowDocument flow, Dictionary<string, FlowStep> steps, Problems problems)
    {
        foreach (var step in flow.Steps)
        {
            if (step?.Parent is not { } parentId)
            {
                continue;
            }

            if (!steps.TryGetValue(parentId, out var parent))
            {
                problems.Add(step.Id, "parent", $"There is no step '{Short(parentId)}' to be inside of.");
            }
            else if (StepCatalog.Find(parent.Type) is not { IsContainer: true })
            {
                problems.Add(step.Id, "parent", $"{Called(parent)} is no container: only For each and While steps hold others.");
            }
            else if (StepCatalog.Find(step.Type) is { IsTrigger: true })
            {
                problems.Add(step.Id, "parent", "A trigger starts the run, so it cannot be inside another step.");
            }
            else if (StepCatalog.Find(step.Type) is { Kind: StepKind.Output })
            {
                problems.Add(step.Id, "parent", "The run has one output, so an output step cannot be inside another step.");
            }

            CheckDepth(step, steps, problems);
        }
    }

    private static void CheckDepth(FlowStep step, Dictionary<string, FlowStep> steps, Problems problems)
    {
        var depth = 0;
        for (var at = step; at?.Parent is { } parentId; at = steps.GetValueOrDefault(parentId))
        {
            if (++depth > FlowLimits.ContainerDepth)
            {
                problems.Add(step.Id, "parent", $"Steps are nested up to {FlowLimits.ContainerDepth} deep; this is inside itself or deeper.");
                return;
            }
        }
    }

    private static void CheckConnections(FlowDocument flow, Dictionary<string, FlowStep> steps, Problems problems)
    {
        var seen = new HashSet<(string, string, string)>();
        var ports = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        for (var i = 0; i < flow.Connections.Count; i++)
        {
            var connection = flow.Connections[i];
            var at = $"connections[{i}]";
            if (connection is null)
            {
                problems.Add(null, at, "A connection is an object, not null.");
                continue;
            }

            if (!steps.TryGetValue(connection.From ?? "", out var from))
            {
                problems.Add(null, at + ".from", $"There is no step '{Short(connection.From)}'.");
            }

            if (!steps.TryGetValue(connection.To ?? "", out var to))
            {
                problems.Add(null, at + ".to", $"There is no step '{Short(connection.To)}'.");
            }

            if (from is null || to is null)
            {
                continue;
            }

            if (!seen.Add((from.Id, connection.Port, to.Id)))
            {
                problems.Add(null, at, $"{Called(from)} is connected to {Called(to)} by port '{Short(connection.Port)}' twice.");
            }

            if (PortsOf(from, ports) is { } known && !problems.IsFull && !known.Contains(connection.Port))
            {
                problems.Add(from.Id, at + ".port", $"{Called(from)} has no port '{Short(connection.Port)}'; it has {string.Join(", ", known.Take(20))}.");
            }

            if (StepCatalog.Find(to.Type) is { IsTrigger: true })
            {
                problems.Add(to.Id, at + ".to", "A trigger starts the run, so nothing can lead into it.");
            }

            if (StepCatalog.Find(from.Type) is { Kind: StepKind.Output })
            {
                problems.Add(from.Id, at + ".from", "An output ends the path, so nothing can follow it.");
            }

            if (!string.Equals(from.Parent, to.Parent, StringComparison.Ordinal))
            {
                problems.Add(to.Id, at, $"{Called(from)} and {Called(to)} are not in the same container: a connection cannot cross its edge.");
            }
        }
    }

    /// <summary>A step's ports, made once however many connections leave it; null for a type that is none.</summary>
    private static IReadOnlyList<string>? PortsOf(FlowStep step, Dictionary<string, IReadOnlyList<string>> known)
    {
        if (!known.TryGetValue(step.Id, out var ports) && StepCatalog.Find(step.Type) is { } type)
        {
            known[step.Id] = ports = type.Ports(step);
        }

        return ports;
    }

    private static void CheckNotes(FlowDocument flow, Problems problems)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < flow.Notes.Count; i++)
        {
            var note = flow.Notes[i];
            if (note is null || string.IsNullOrEmpty(note.Id) || note.Id.Length > 64 || !seen.Add(note.Id))
            {
                problems.Add(null, $"notes[{i}].id", "A note needs an id of its own, up to 64 characters.");
            }
            else if (note.Text is null || !FlowLimits.Note.Holds(note.Text))
            {
                problems.Add(null, $"notes[{i}].text", $"A note's text has up to {FlowLimits.Note}.");
            }
            else if (!IsPlace(note.Position) || note.Width is not (> 0 and < 10_000) || note.Height is not (> 0 and < 10_000))
            {
                problems.Add(null, $"notes[{i}].position", "A note needs a place and a size on the canvas.");
            }
        }
    }

    internal static bool IsPlace(FlowPosition position) =>
        Math.Abs(position.X) <= 1_000_000 && Math.Abs(position.Y) <= 1_000_000;

    /// <summary>What people call a step, in quotes: its name, else its id.</summary>
    internal static string Called(FlowStep step) => $"'{Short(step.CalledName)}'";

    internal static string Short(string? text) => TextCut.Shown(text ?? "", 60);

    private sealed class Problems
    {
        public List<FlowProblem> List { get; } = [];

        public bool Any => List.Count > 0;

        public bool IsFull => List.Count >= FlowLimits.Problems;

        public void Add(string? stepId, string field, string message, string? wanted = null)
        {
            if (List.Count < FlowLimits.Problems)
            {
                List.Add(new FlowProblem(stepId, field, message) { Wanted = wanted });
            }
        }
    }
}
