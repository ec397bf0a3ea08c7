using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Repeat;

namespace OtherThing.Web.Features.Runs.Comparing;

/// <summary>What differs between two runs.</summary>
/// <param name="First">The first run.</param>
/// <param name="Second">The second run.</param>
/// <param name="FirstDifference">The path of the first step in which they differ; null when no step differs.</param>
/// <param name="DifferingSteps">How many steps differ.</param>
/// <param name="SameSteps">How many do not.</param>
/// <param name="Input">Where the inputs differ.</param>
/// <param name="Output">Where the outputs differ.</param>
/// <param name="Steps">The steps that differ, in order; at most 200.</param>
public sealed record RunComparisonResponse(
    RunResponse First, RunResponse Second, string? FirstDifference, int DifferingSteps, int SameSteps,
    IReadOnlyList<JsonDifference> Input, IReadOnlyList<JsonDifference> Output, IReadOnlyList<StepComparisonResponse> Steps)
{
    public static RunComparisonResponse From(RunComparison comparison) => new(
        RunResponse.From(comparison.First), RunResponse.From(comparison.Second), comparison.Steps is [{ } parting, ..] ? parting.Path : null,
        comparison.DifferingSteps, comparison.SameSteps, comparison.Input, comparison.Output,
        [.. comparison.Steps.Select(StepComparisonResponse.From)]);
}

/// <summary>A step in which they differ.</summary>
public sealed record StepComparisonResponse(
    string Path, string StepId, string Type, StepRunStatus? FirstStatus, StepRunStatus? SecondStatus, IReadOnlyList<JsonDifference> Differences)
{
    public static StepComparisonResponse From(StepComparison step) => new(
        step.Path, (step.First ?? step.Second)!.StepId, (step.First ?? step.Second)!.Type, step.First?.Status, step.Second?.Status, step.Differences);
}
