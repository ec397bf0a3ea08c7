using OtherThing.Core.Live;

namespace OtherThing.Core.Flows.Editing;

/// <summary>Published on the flow's topic: two people changed the same field at once, and the last one counts.</summary>
/// <param name="StepId">The step, or <c>note:id</c>.</param>
/// <param name="StepName">What people call it.</param>
/// <param name="Field">The field: <c>name</c>, <c>prompt</c>, <c>timeout_seconds</c>.</param>
/// <param name="Last">Whose value counts.</param>
/// <param name="LastName">What people call them.</param>
/// <param name="Earlier">Whose value was replaced.</param>
/// <param name="EarlierName">What people call them.</param>
public sealed record FlowConflict(string StepId, string StepName, string Field, Guid Last, string LastName, Guid Earlier, string EarlierName) : LiveEvent;

/// <summary>Who wrote which field last, so that two people who write one at the same time are told.</summary>
internal sealed class FieldWrites
{
    /// <summary>Without a word on what the writer had seen, a write this soon after another person's counts as at the same time.</summary>
    public static TimeSpan AtOnce { get; } = TimeSpan.FromSeconds(10);

    private const int Most = 4_000;
    private readonly Dictionary<(string Id, string Field), (long Sequence, DateTime At, Guid Editor, string Name)> _last = [];

    public IReadOnlyList<FlowConflict> Write(
        FlowEditor editor, IReadOnlyList<FlowEdit> applied, FlowDocument before, long sequence, long? basedOn, DateTime utcNow)
    {
        List<FlowConflict> conflicts = [];
        foreach (var edit in applied)
        {
            if (FieldOf(edit, before) is not { } key)
            {
                continue;
            }

            if (_last.TryGetValue(key, out var earlier) && earlier.Editor != editor.Id
                && (basedOn is { } seen ? earlier.Sequence > seen : utcNow - earlier.At < AtOnce))
            {
                var name = before.Steps.FirstOrDefault(step => step.Id == key.Id)?.Name ?? key.Id;
                conflicts.Add(new FlowConflict(key.Id, name, key.Field, editor.Id, editor.Name, earlier.Editor, earlier.Name));
            }

            if (_last.Count >= Most)
            {
                _last.Clear();
            }

            _last[key] = (sequence, utcNow, editor.Id, editor.Name);
        }

        return conflicts;
    }

    private static (string Id, string Field)? FieldOf(FlowEdit edit, FlowDocument before) => edit switch
    {
        RenameStep rename => (rename.Id, "name"),
        ConfigureStep configure => (configure.Id, configure.Field),
        ClearStepField clear => (clear.Id, clear.Field),
        SetStepPolicy set => (set.Id, System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(set.Field.ToString())),
        // A note that only moved or grew was not written in.
        PutNote put when before.Notes.FirstOrDefault(note => note.Id == put.Note.Id) is { } old && old.Text != put.Note.Text =>
            ($"note:{put.Note.Id}", "text"),
        _ => null,
    };
}
