using OtherThing.Core.Flows;

namespace OtherThing.Web.Features.Flows;

/// <summary>What people call the steps of a flow; what a run has and the flow has not any more keeps its id.</summary>
internal sealed class StepNames(FlowDocument? flow)
{
    // A draft in the making may name two steps alike.
    private readonly Dictionary<string, string> _names =
        flow?.Steps.DistinctBy(step => step.Id).ToDictionary(step => step.Id, step => step.CalledName, StringComparer.Ordinal) ?? [];

    /// <summary>The step's name.</summary>
    public string this[string stepId] => _names.GetValueOrDefault(stepId, stepId);

    /// <summary>A place in a run by name, the items of containers by their number: <c>each[3]/ask</c> is "For each [3] › Ask".</summary>
    public string At(string path) => string.Join(" › ", path.Split('/').Select(part =>
        part.IndexOf('[', StringComparison.Ordinal) is var at and > 0 ? $"{this[part[..at]]} {part[at..]}" : this[part]));
}
