using System.Text.Json;
using System.Text.Json.Serialization;
using OtherThing.Core.Flows.Tests;
using OtherThing.Core.Payloads;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;

namespace OtherThing.Web.Features.Flows.Tests;

/// <summary>Body of a new test: the run it is made of.</summary>
public sealed record SaveTestRequest(Guid? RunId, string? Name);

/// <summary>Body of a changed test; what is left out stays.</summary>
public sealed record UpdateTestRequest(
    string? Name, [property: JsonConverter(typeof(PayloadConverter))] JsonElement? Input, IReadOnlyDictionary<string, StepAnswer>? Answers,
    TestExpectation? Expected);

/// <summary>Body of a test run: which tests (all when left out) against which version (a number, <c>draft</c>, <c>published</c>; the draft when left
/// out).</summary>
public sealed record RunTestsRequest(IReadOnlyList<Guid>? Tests, JsonElement? Version);

/// <summary>A test in a list.</summary>
public sealed record SavedTestSummaryResponse(Guid Id, string Name, Guid? FromRun, Guid CreatedBy, DateTime CreatedAt, DateTime UpdatedAt)
{
    public static SavedTestSummaryResponse From(SavedTestSummary test) =>
        new(test.Id, test.Name, test.FromRun, test.CreatedBy, test.CreatedAt, test.UpdatedAt);
}

/// <summary>A test with what it does.</summary>
public sealed record SavedTestResponse(
    Guid Id, string Name, Guid? FromRun, Guid CreatedBy, DateTime CreatedAt, DateTime UpdatedAt,
    JsonElement Input, IReadOnlyDictionary<string, StepAnswer> Answers, TestExpectation Expected)
{
    public static SavedTestResponse From(SavedTest test)
    {
        var content = test.ReadContent();
        return new SavedTestResponse(
            test.Id, test.Name, test.FromRun, test.CreatedBy, test.CreatedAt, test.UpdatedAt, content.Input, content.Answers, content.Expected);
    }
}

/// <summary>How tests went.</summary>
public sealed record TestReportResponse(int Version, int Passed, int Failed, IReadOnlyList<TestResultResponse> Results)
{
    public static TestReportResponse From(SavedTestReport report) =>
        new(report.Version, report.Passed, report.Failed, [.. report.Results.Select(TestResultResponse.From)]);
}

/// <summary>How one test went; <c>difference</c> is the first place where what came out (<c>after</c>) is not what was expected (<c>before</c>).</summary>
public sealed record TestResultResponse(
    Guid TestId, string Name, bool Passed, RunStatus? Status, JsonElement? Output, StepError? Error, JsonDifference? Difference)
{
    public static TestResultResponse From(SavedTestResult result) =>
        new(result.TestId, result.Name, result.Passed, result.Status, result.Output, result.Error, result.Difference);
}
