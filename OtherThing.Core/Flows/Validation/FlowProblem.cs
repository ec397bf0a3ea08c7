namespace OtherThing.Core.Flows.Validation;

/// <summary>One thing wrong with a flow document.</summary>
/// <param name="StepId">The step at fault; null when it is the document.</param>
/// <param name="Field">The field at fault, as <c>config.url</c>, <c>id</c>, <c>connections[2].port</c>.</param>
/// <param name="Message">What is wrong and what would be right.</param>
public sealed record FlowProblem(string? StepId, string Field, string Message)
{
    /// <summary>Where, as REST says it: <c>steps.ask.config.url</c>.</summary>
    public string Path => StepId is null ? Field : $"steps.{StepId}.{Field}";

    /// <summary>The field that is asked for, as <c>config.url</c>, where the problem is that it is left out; null otherwise.</summary>
    public string? Wanted { get; init; }

    /// <summary>True for what does not keep the flow from running; see <see cref="FlowHints"/>.</summary>
    public bool IsHint { get; init; }

    /// <summary>Where and what, as people read it: <c>Fetch, config.url: Give the address to call.</c></summary>
    /// <param name="flow">The document, for the step's name; null says its id.</param>
    public string Say(FlowDocument? flow) => StepId is null
        ? $"{Field}: {Message}"
        : $"{flow?.Steps.FirstOrDefault(step => step?.Id == StepId)?.CalledName ?? StepId}, {Wanted ?? Field}: {Message}";
}

/// <summary>Takes a problem; <paramref name="wanted"/> is the field asked for when it is left out.</summary>
internal delegate void SayProblem(string? stepId, string field, string message, string? wanted = null);

/// <summary>Takes a problem of one step's config.</summary>
internal delegate void SayConfigProblem(string field, string message, string? wanted = null);
