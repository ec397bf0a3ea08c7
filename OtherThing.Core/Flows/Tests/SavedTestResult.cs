using System.Text.Json;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;

namespace OtherThing.Core.Flows.Tests;

/// <summary>How a test went.</summary>
/// <param name="TestId">The test.</param>
/// <param name="Name">Its name.</param>
/// <param name="Passed">True when what came out is what was expected.</param>
/// <param name="Status">How the run ended; null when it could not be carried out to its end.</param>
/// <param name="Output">What it put out.</param>
/// <param name="Error">Why it failed, or why the test could not be carried out.</param>
/// <param name="Difference">The first place where what came out is not what was expected: <c>status</c>, <c>output.items[0]</c>; null when it passed.</param>
public sealed record SavedTestResult(
    Guid TestId, string Name, bool Passed, RunStatus? Status, JsonElement? Output, StepError? Error, JsonDifference? Difference);

/// <summary>How the tests of a flow went.</summary>
/// <param name="Version">The version they ran: its number, for the draft too.</param>
/// <param name="Results">Test by test, oldest first.</param>
public sealed record SavedTestReport(int Version, IReadOnlyList<SavedTestResult> Results)
{
    /// <summary>How many passed.</summary>
    public int Passed => Results.Count(result => result.Passed);

    /// <summary>How many did not.</summary>
    public int Failed => Results.Count - Passed;
}
