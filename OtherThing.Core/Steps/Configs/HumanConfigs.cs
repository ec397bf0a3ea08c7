using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace OtherThing.Core.Steps.Configs;

/// <summary>Config of <c>human.approval</c>.</summary>
public sealed record ApprovalConfig
{
    /// <summary>The step type.</summary>
    public const string StepType = "human.approval";

    /// <summary>The longest time to wait, and the one taken when the step names none.</summary>
    public static TimeSpan LongestWait { get; } = TimeSpan.FromDays(365);

    /// <summary>What is asked, as the card says it.</summary>
    [Description("What is asked, as the card on the board says it."), Field("template")]
    public required string Title { get; init; }

    /// <summary>More about it (Markdown).</summary>
    [Description("More about it: what to look at, what happens then. Markdown."), Field("multiline")]
    public string? Text { get; init; }

    /// <summary>The member who decides besides Owners and Admins.</summary>
    [Description("The member who decides; Owners and Admins always can."), Field("member")]
    public string? AssigneeId { get; init; }

    /// <summary>What the person fills in.</summary>
    [Description("What the person fills in; a field that is required is required to approve.")]
    public IReadOnlyList<InputField> Form { get; init; } = [];

    /// <summary>After this it counts as rejected.</summary>
    [Description("After this many seconds without a decision it counts as rejected; a year when left out."), Range(1, 31_536_000)]
    public int? TimeoutSeconds { get; init; }

    /// <summary>How long a rendered config waits; null when what it says is no such time.</summary>
    internal static TimeSpan? TimeoutOf(JsonElement config) =>
        !config.TryGetProperty("timeoutSeconds", out var seconds) || seconds.ValueKind == JsonValueKind.Null ? LongestWait
        : seconds.ValueKind == JsonValueKind.Number && seconds.TryGetDouble(out var count) && count is >= 1 and <= 31_536_000 ? TimeSpan.FromSeconds(count)
        : null;
}

/// <summary>Config of <c>task.create</c>.</summary>
public sealed record CreateTaskConfig
{
    /// <summary>The step type.</summary>
    public const string StepType = "task.create";

    /// <summary>What is to be done.</summary>
    [Description("What is to be done, 1 to 200 characters."), Field("template")]
    public required string Title { get; init; }

    /// <summary>More about it (Markdown).</summary>
    [Description("More about it. Markdown."), Field("multiline")]
    public string? Description { get; init; }

    /// <summary>Its column.</summary>
    [Description("The column it goes into.")]
    public Tasks.TaskState Status { get; init; }

    /// <summary>Who does it.</summary>
    [Description("The member who does it; nobody yet when left out."), Field("member")]
    public string? AssigneeId { get; init; }
}
