using OtherThing.Core.Flows;
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

    private static IReadOnlyList<FlowProblem> Check(string document) =>
        FlowJson.Parse(document).TryGet(out var flow, out var error)
            ? FlowValidator.Validate(flow)
            : error.Fields.Count > 0
                ? [.. error.Fields.Select(field => new FlowProblem(null, field.Path, field.Message))]
                : [new FlowProblem(null, "flow", error.Message)];
}
