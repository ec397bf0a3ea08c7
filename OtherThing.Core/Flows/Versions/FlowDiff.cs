using System.Text.Json;
using OtherThing.Core.Results;

namespace OtherThing.Core.Flows.Versions;

/// <summary>What happened to a part of a flow between two versions.</summary>
public enum FlowChangeKind
{
    /// <summary>It is new.</summary>
    Added,

    /// <summary>It is gone.</summary>
    Removed,

    /// <summary>It is another than before.</summary>
    Changed,
}

/// <summary>A step that differs.</summary>
/// <param name="Kind">What happened to it.</param>
/// <param name="StepId">Its id.</param>
/// <param name="Name">What people call it: its name in the newer version, else in the older, else its id.</param>
/// <param name="Type">Its type, in the newer version if it is there.</param>
/// <param name="Fields">For a changed step each field that differs, by path: <c>config.prompt</c>, <c>retry.max</c>. Its place on the canvas is no
/// field.</param>
public sealed record StepChange(FlowChangeKind Kind, string StepId, string Name, string Type, IReadOnlyList<JsonDifference> Fields);

/// <summary>A connection that came or went.</summary>
/// <param name="Kind">Added or removed.</param>
/// <param name="Connection">The connection.</param>
/// <param name="FromName">What people call the step it leaves, in the version that has it.</param>
/// <param name="ToName">What people call the step it enters.</param>
public sealed record ConnectionChange(FlowChangeKind Kind, FlowConnection Connection, string FromName, string ToName);

/// <summary>A sticky note that differs in its text.</summary>
/// <param name="Kind">What happened to it.</param>
/// <param name="NoteId">Its id.</param>
/// <param name="Before">Its text before; null when it is new.</param>
/// <param name="After">Its text after; null when it is gone.</param>
public sealed record NoteChange(FlowChangeKind Kind, string NoteId, string? Before, string? After);

/// <summary>What differs between two versions of a flow, by step and field; what runs is kept apart from what only lies elsewhere.</summary>
/// <param name="Steps">Steps added, removed, changed: in the newer version's order, removed ones last.</param>
/// <param name="Connections">Connections added and removed.</param>
/// <param name="Notes">Notes added, removed, rewritten.</param>
/// <param name="Moved">Ids of the steps and notes that only lie elsewhere or have another size.</param>
public sealed record FlowDiff(
    IReadOnlyList<StepChange> Steps, IReadOnlyList<ConnectionChange> Connections, IReadOnlyList<NoteChange> Notes, IReadOnlyList<string> Moved)
{
    /// <summary>True when both run the same: nothing but notes and places differs.</summary>
    public bool RunsTheSame => Steps.Count == 0 && Connections.Count == 0;

    /// <summary>True when nothing differs at all.</summary>
    public bool IsEmpty => RunsTheSame && Notes.Count == 0 && Moved.Count == 0;

    /// <summary>Compares two versions; documents in the making, with doubled ids and dangling ends, are compared too.</summary>
    public static FlowDiff Between(FlowDocument before, FlowDocument after)
    {
        var moved = new List<string>();
        return new FlowDiff(
            StepsOf(before, after, moved),
            [.. ConnectionsOf(FlowChangeKind.Removed, before, after), .. ConnectionsOf(FlowChangeKind.Added, after, before)],
            NotesOf(before, after, moved),
            moved);
    }

    private static List<StepChange> StepsOf(FlowDocument before, FlowDocument after, List<string> moved)
    {
        var older = ById(before.Steps, step => step.Id);
        var changes = new List<StepChange>();
        foreach (var (id, step) in ById(after.Steps, step => step.Id))
        {
            if (!older.Remove(id, out var old))
            {
                changes.Add(new StepChange(FlowChangeKind.Added, id, step.Name ?? id, step.Type, []));
                continue;
            }

            if (old.Position != step.Position)
            {
                moved.Add(id);
            }

            // Most steps of a large flow are the same object or the same text.
            if (!ReferenceEquals(old, step) && JsonDiff.Compare(Logic(old), Logic(step)) is { Count: > 0 } fields)
            {
                changes.Add(new StepChange(FlowChangeKind.Changed, id, step.Name ?? old.Name ?? id, step.Type, fields));
            }
        }

        changes.AddRange(older.Values.Select(step => new StepChange(FlowChangeKind.Removed, step.Id, step.Name ?? step.Id, step.Type, [])));
        return changes;
    }

    private static List<NoteChange> NotesOf(FlowDocument before, FlowDocument after, List<string> moved)
    {
        var older = ById(before.Notes, note => note.Id);
        var changes = new List<NoteChange>();
        foreach (var (id, note) in ById(after.Notes, note => note.Id))
        {
            if (!older.Remove(id, out var old))
            {
                changes.Add(new NoteChange(FlowChangeKind.Added, id, null, note.Text));
            }
            else if (old.Text != note.Text)
            {
                changes.Add(new NoteChange(FlowChangeKind.Changed, id, old.Text, note.Text));
            }
            else if (old != note)
            {
                moved.Add(id);
            }
        }

        changes.AddRange(older.Values.Select(note => new NoteChange(FlowChangeKind.Removed, note.Id, note.Text, null)));
        return changes;
    }

    private static IEnumerable<ConnectionChange> ConnectionsOf(FlowChangeKind kind, FlowDocument of, FlowDocument notIn)
    {
        var others = notIn.Connections.ToHashSet();
        var steps = ById(of.Steps, step => step.Id);
        return of.Connections.Distinct().Where(connection => !others.Contains(connection))
            .Select(connection => new ConnectionChange(kind, connection, NameOf(connection.From), NameOf(connection.To)));

        string NameOf(string id) => steps.TryGetValue(id, out var step) ? step.CalledName : id;
    }

    /// <summary>In document order; of doubled ids the first counts.</summary>
    private static Dictionary<string, T> ById<T>(IReadOnlyList<T> parts, Func<T, string> id)
    {
        var known = new Dictionary<string, T>(parts.Count, StringComparer.Ordinal);
        foreach (var part in parts)
        {
            known.TryAdd(id(part), part);
        }

        return known;
    }

    /// <summary>What of a step decides how it runs or reads, as JSON; what is not set is left out.</summary>
    private static JsonElement Logic(FlowStep step) => Json.ToElement(Fields(step).Where(field => field.Value is not null).ToDictionary());

    private static IEnumerable<KeyValuePair<string, object?>> Fields(FlowStep step) =>
    [
        new("name", step.Name),
        new("type", step.Type),
        new("parent", step.Parent),
        new("config", step.Config.ValueKind == JsonValueKind.Undefined ? Json.EmptyObject : step.Config),
        new("retry", step.Retry),
        new("timeoutSeconds", step.TimeoutSeconds),
        new("onError", step.OnError),
        new("effects", step.Effects),
    ];
}
