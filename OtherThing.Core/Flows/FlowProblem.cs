namespace OtherThing.Core.Flows;

/// <summary>One thing wrong with a flow document.</summary>
/// <param name="StepId">The step at fault; null when it is the document.</param>
/// <param name="Field">The field at fault, as <c>config.url</c>, <c>id</c>, <c>connections[2].port</c>.</param>
/// <param name="Message">What is wrong and what would be right.</param>
public sealed record FlowProblem(string? StepId, string Field, string Message)
{
    /// <summary>Where, as REST says it: <c>steps.ask.config.url</c>.</summary>
    public string Path => StepId is null ? Field : $"steps.{StepId}.{Field}";
}
