using OtherThing.Core.Results;

namespace OtherThing.Core.Tasks;

/// <summary>What the fields of a card may hold.</summary>
public static class TaskRules
{
    /// <summary>The longest title, in UTF-16 units of its column.</summary>
    public const int MaxTitle = 4_000;

    /// <summary>The longest description, in UTF-16 units of its column.</summary>
    public const int MaxDescription = 20_000;

    /// <summary>The most labels on a card.</summary>
    public const int MaxLabels = 10;

    /// <summary>How long a title may be.</summary>
    public static TextLimit Title { get; } = new(200, MaxTitle);

    /// <summary>How long a description may be.</summary>
    public static TextLimit Description { get; } = new(20_000, MaxDescription);

    /// <summary>How long a label may be.</summary>
    public static TextLimit Label { get; } = TextLimit.Of(30);

    private static readonly DateOnly s_earliestDue = new(2000, 1, 1);

    /// <summary>Checks and tidies a draft.</summary>
    /// <returns>The draft with trimmed texts, or <c>task.invalid</c> with every field at fault.</returns>
    public static Result<TaskDraft> Check(TaskDraft draft)
    {
        var problems = new List<FieldError>();
        CheckTitle(draft.Title, problems);
        CheckDescription(draft.Description, problems);
        CheckLabels(draft.Labels, problems);
        CheckDue(draft.DueDate, problems);
        return problems.Count > 0
            ? Invalid(problems)
            : draft with { Title = Title.Line(draft.Title), Labels = Tidy(draft.Labels) };
    }

    /// <summary>Checks and tidies a change.</summary>
    /// <returns>The change with trimmed texts, or <c>task.invalid</c> with every field at fault.</returns>
    public static Result<TaskChange> Check(TaskChange change)
    {
        var problems = new List<FieldError>();
        if (change.Title.IsSet)
        {
            CheckTitle(change.Title.Value, problems);
        }

        CheckDescription(change.Description.Value, problems);
        CheckLabels(change.Labels.Value, problems);
        CheckDue(change.DueDate.Value, problems);
        if (problems.Count > 0)
        {
            return Invalid(problems);
        }

        return change with
        {
            Title = change.Title.IsSet ? Title.Line(change.Title.Value) : change.Title,
            Labels = change.Labels.IsSet ? new Optional<IReadOnlyList<string>?>(Tidy(change.Labels.Value)) : default,
        };
    }

    private static void CheckTitle(string? title, List<FieldError> problems)
    {
        if (Title.Line(title) is null)
        {
            problems.Add(new FieldError("title", $"title must have 1 to {Title} on one line."));
        }
    }

    private static void CheckDescription(string? description, List<FieldError> problems)
    {
        if (!Description.Holds(description) || description?.Contains('\0') == true)
        {
            problems.Add(new FieldError("description", $"description may have up to {Description}."));
        }
    }

    private static void CheckLabels(IReadOnlyList<string>? labels, List<FieldError> problems)
    {
        if (labels is not null && (labels.Count > MaxLabels || labels.Any(label => Label.Line(label) is null)))
        {
            problems.Add(new FieldError("labels", $"labels may be up to {MaxLabels} words of 1 to {Label}."));
        }
    }

    private static void CheckDue(DateOnly? due, List<FieldError> problems)
    {
        if (due < s_earliestDue)
        {
            problems.Add(new FieldError("dueDate", "dueDate must be in the year 2000 or later."));
        }
    }

    private static string[]? Tidy(IReadOnlyList<string>? labels) =>
        labels is null ? null : [.. labels.Select(label => Label.Line(label)!).Distinct(StringComparer.OrdinalIgnoreCase)];

    private static Error Invalid(List<FieldError> problems) =>
        Error.Invalid("task.invalid", string.Join(" ", problems.Select(problem => problem.Message)), problems);
}
