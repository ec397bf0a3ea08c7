using CsCheck;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Machine;
using OtherThing.Core.Steps;
using OtherThing.Tests.Support;
using static OtherThing.Tests.Core.Runs.Flows;

namespace OtherThing.Tests.Core.Runs;

/// <summary>Random graphs, results and crashes against a small reference interpreter.</summary>
public class FlowMachineModelTests
{
    private static readonly Gen<FlowDocument> s_flows =
        from count in Gen.Int[2, 9]
        from kinds in Gen.Int[0, 5].Array[count]
        from policies in Gen.Int[0, 2].Array[count]
        from links in Gen.Int[0, 99].Array[count * 3]
        select Build(count, kinds, policies, links);

    [Fact]
    public void RandomRuns_WithCrashes_AgreeWithTheReference() => Gen.Select(s_flows, Gen.Int[0, 1_000_000], Gen.Int[0, 6].Array[0, 4]).Sample(
        (flow, seed, crashes) =>
        {
            // Turns of any length come to the same.
            var budget = RunBudget.Default with { TurnSteps = 1 + (seed % 4) };
            var run = new MachineDriver(flow, answer: start => Answer(start.Path, seed), budget: budget).Start();
            foreach (var steps in crashes)
            {
                for (var i = 0; i < steps && run.Step(); i++)
                {
                }

                if (!run.Machine.Status.IsFinal())
                {
                    run.Crash();
                }
            }

            run.RunToEnd();

            var (status, expected) = Interpret(flow, seed);
            Assert.Equal(status, run.Machine.Status);
            var final = run.Journal.Where(step => step.Status.IsFinal() && step.Status != StepRunStatus.Cancelled).ToArray();
            Assert.Equal(final.Length, final.Select(step => (step.Path, step.Attempt)).Distinct().Count()); // recorded once
            if (status == RunStatus.Succeeded)
            {
                Assert.Equal(
                    expected.Order(),
                    final.GroupBy(step => step.Path).Select(group => $"{group.Key}:{group.Last().Status}").Order());
            }

            // What ended before a crash is not started again after it.
            foreach (var group in run.Started.GroupBy(start => (start.Path, start.Attempt)))
            {
                Assert.True(group.Skip(1).All(start => start.Resumed), $"{group.Key} was started afresh twice");
            }
        },
        iter: Effort.Of(4_000, 20_000));

    internal static FlowDocument RandomFlow(Random random)
    {
        var count = random.Next(2, 10);
        int[] Draw(int most, int size) => [.. Enumerable.Range(0, size).Select(_ => random.Next(0, most + 1))];
        return Build(count, Draw(5, count), Draw(2, count), Draw(99, count * 3));
    }

    private static FlowDocument Build(int count, int[] kinds, int[] policies, int[] links)
    {
        var steps = new List<FlowStep> { Step("start", "trigger.manual") };
        var connections = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var step = kinds[i] switch
            {
                0 => Set($"s{i}", "1"),
                1 => Step($"s{i}", "logic.if", $$"""{"condition":"{{(links[i] % 2 == 0 ? "true" : "false")}}"}"""),
                2 => Step($"s{i}", "logic.wait", """{"seconds":1}"""),
                _ => Http($"s{i}") with { OnError = (OnError)policies[i] },
            };
            steps.Add(step);
            for (var k = 0; k < 1 + (links[count + i] % 2); k++)
            {
                var from = steps[links[(count * 2) + i] * (k + 1) % (steps.Count - 1)];
                var ports = StepCatalog.Find(from.Type)!.Ports(from);
                var text = $"{from.Id}.{ports[links[i] % ports.Count]}->{step.Id}";
                if (!connections.Contains(text))
                {
                    connections.Add(text);
                }
            }
        }

        return Flow(steps, [.. connections]);
    }

    internal static StepOutcome Answer(string path, int seed) => Hash(path, seed) % 4 == 0
        ? StepOutcome.Failed("x", "no")
        : StepOutcome.Succeeded(Json.ToElement(path));

    private static int Hash(string path, int seed) => Math.Abs(path.Aggregate(seed, (hash, letter) => unchecked((hash * 31) + letter)) % 1000);

    /// <summary>The same in the plainest way: each step in order, by what leads to it.</summary>
    internal static (RunStatus Status, List<string> Steps) Interpret(FlowDocument flow, int seed)
    {
        var port = new Dictionary<string, string?>();
        var steps = new List<string>();
        foreach (var step in flow.Steps)
        {
            var incoming = flow.Connections.Where(connection => connection.To == step.Id).ToArray();
            if (incoming.Length > 0 && !incoming.Any(connection => port[connection.From] == connection.Port))
            {
                (port[step.Id], _) = (null, 0);
                steps.Add($"{step.Id}:Skipped");
                continue;
            }

            var failed = step.Type == "http.request" && Hash(step.Id, seed) % 4 == 0;
            if (failed && step.OnError == OnError.Fail)
            {
                return (RunStatus.Failed, []);
            }

            steps.Add($"{step.Id}:{(failed ? "Failed" : "Succeeded")}");
            port[step.Id] = step.Type == "logic.if" ? step.Config.GetProperty("condition").GetString()
                : failed && step.OnError == OnError.Branch ? "error" : "out";
        }

        return (RunStatus.Succeeded, steps);
    }
}
