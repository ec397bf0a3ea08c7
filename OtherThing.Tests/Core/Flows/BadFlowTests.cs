using System.Text.Json;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Validation;
using OtherThing.Lab.BadFlows;

namespace OtherThing.Tests.Core.Flows;

/// <summary>Broken documents: each is refused naming step, field and reason, and none is expensive to refuse.</summary>
public sealed class BadFlowTests
{
    private const long MostBytes = 50_000_000;

    private static readonly Dictionary<string, BadFlow> s_flows = BadFlowCorpus.All.ToDictionary(flow => flow.Name, StringComparer.Ordinal);

    public static TheoryData<string> Names => [.. s_flows.Keys];

    [Fact]
    public void Corpus_HasAtLeastSixty() => Assert.True(s_flows.Count >= 60, $"{s_flows.Count}");

    [Theory]
    [MemberData(nameof(Names))]
    public void Check_BrokenFlow_IsRefusedNamingStepFieldAndReasonInLittleMemory(string name)
    {
        var bad = s_flows[name];
        var before = GC.GetAllocatedBytesForCurrentThread();

        var problems = Check(bad.Document);

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(
            problems.Any(problem => (bad.StepId is null || problem.StepId == bad.StepId) && problem.Field.StartsWith(bad.Field, StringComparison.Ordinal)),
            $"{bad.StepId} {bad.Field} is not among: {string.Join("; ", problems.Take(5))}");
        Assert.All(problems, problem => Assert.False(string.IsNullOrWhiteSpace(problem.Message)));
        Assert.InRange(problems.Count, 1, FlowLimits.Problems);
        Assert.InRange(allocated, 0, MostBytes);
    }

    [Theory]
    [InlineData("steps", FlowLimits.Steps + 1)]
    [InlineData("connections", FlowLimits.Connections + 1)]
    [InlineData("notes", FlowLimits.Notes + 1)]
    public void Parse_MoreThanAFlowTakes_IsRefusedWithoutReadingThem(string field, int count)
    {
        using var document = JsonDocument.Parse($$"""{"{{field}}":[{{string.Join(',', Enumerable.Repeat("7", count))}}]}""");

        var error = FlowJson.Parse(document.RootElement).Error;

        Assert.Equal("flow.invalid", error?.Code);
        Assert.Equal("flow." + field, Assert.Single(error!.Fields).Path);
    }

    private static IReadOnlyList<FlowProblem> Check(string document) =>
        FlowJson.Parse(document).TryGet(out var flow, out var error)
            ? FlowValidator.Validate(flow)
            : error.Fields.Count > 0
                ? [.. error.Fields.Select(field => new FlowProblem(null, field.Path, field.Message))]
                : [new FlowProblem(null, "flow", error.Message)];
}
