using OtherThing.Core.Results;

namespace OtherThing.Core.Flows.Editing;

/// <summary>A document after an edit, and the edit that takes it back.</summary>
/// <param name="Definition">The new document.</param>
/// <param name="Inverse">Applied to <paramref name="Definition"/>, it gives the old document back, byte for byte.</param>
/// <param name="Applied">What was done, with every place spelled out; batches are taken apart, and what did not fit is left out.</param>
public sealed record FlowChange(FlowDocument Definition, FlowEdit Inverse, IReadOnlyList<FlowEdit> Applied);

/// <summary>
/// Applies edits to flow documents: pure, all or nothing. It keeps the document well formed (ids, ends of connections, sizes);
/// whether the flow can run is the validator's word.
/// </summary>
public static class FlowEdits
{
    /// <summary>Edits in one act, nested ones counted.</summary>
    public const int MaxEdits = 20_000;

    /// <summary>Applies one edit.</summary>
    /// <returns>
    /// The change, or <c>flow.step_exists</c>, <c>flow.step_unknown</c>, <c>flow.connection_refused</c>,
    /// <c>flow.connection_unknown</c>, <c>flow.note_unknown</c>, <c>flow.edit_invalid</c>, <c>flow.too_large</c>.
    /// </returns>
    public static Result<FlowChange> Apply(FlowDocument definition, FlowEdit edit)
    {
        var draft = new DocumentBuilder(definition);
        return draft.Apply(edit, lenient: false).TryGet(out var inverse, out var error)
            ? new FlowChange(draft.ToDefinition(), inverse, draft.Applied)
            : error;
    }

    /// <summary>
    /// Applies what still can be applied of an edit: for undo after other people's edits. Parts whose step is gone are left out.
    /// </summary>
    /// <returns>The change, or the reason of the first part when no part could be applied.</returns>
    public static Result<FlowChange> ApplyWhatFits(FlowDocument definition, FlowEdit edit)
    {
        var draft = new DocumentBuilder(definition);
        return draft.Apply(edit, lenient: true).TryGet(out var inverse, out var error)
            ? new FlowChange(draft.ToDefinition(), inverse, draft.Applied)
            : error;
    }

    /// <summary>Why a connection may not be made; null when it may.</summary>
    /// <param name="steps">The document's steps.</param>
    /// <param name="connections">Its connections.</param>
    /// <param name="from">The step it would leave.</param>
    /// <param name="port">The port it would leave by.</param>
    /// <param name="to">The step it would enter.</param>
    public static string? WhyNotConnect(
        IReadOnlyList<FlowStep> steps, IReadOnlyList<FlowConnection> connections, string from, string port, string to)
    {
        var source = steps.FirstOrDefault(step => step.Id == from);
        var target = steps.FirstOrDefault(step => step.Id == to);
        return source is null ? $"There is no step '{from}'."
            : target is null ? $"There is no step '{to}'."
            : from == to ? "A step cannot follow itself."
            : source.Parent != target.Parent ? "Both steps must be in the same container."
            : connections.Any(known => known.From == from && known.Port == port && known.To == to) ? "They are connected already."
            : Leads(connections, to, from) ? "That would close a circle; use a loop step to repeat."
            : null;
    }

    internal static string? WhyNotRestore(IReadOnlyList<FlowStep> steps, IReadOnlyList<FlowConnection> connections, Connect connect) =>
        steps.All(step => step.Id != connect.From) ? $"There is no step '{connect.From}'."
        : steps.All(step => step.Id != connect.To) ? $"There is no step '{connect.To}'."
        : connections.Any(known => known.From == connect.From && known.Port == connect.Port && known.To == connect.To)
            ? "They are connected already."
            : null;

    private static bool Leads(IReadOnlyList<FlowConnection> connections, string from, string to)
    {
        var next = connections.ToLookup(connection => connection.From, connection => connection.To, StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal) { from };
        var open = new Stack<string>(seen);
        while (open.TryPop(out var id))
        {
            if (id == to)
            {
                return true;
            }

            foreach (var follower in next[id].Where(seen.Add))
            {
                open.Push(follower);
            }
        }

        return false;
    }
}
