using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Machine;
using OtherThing.Core.Steps;

namespace OtherThing.Core.Flows.Tests;

/// <summary>
/// Carries a test out on the engine's own machine, with nothing behind it: steps without an effect really run, every other one
/// answers as the test says, and time passes as fast as it is waited for. Nothing is written and nothing leaves the server.
/// </summary>
internal static class SavedTestRunner
{
    /// <summary>The longest a test may take of real time.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    public static SavedTestResult Run(FlowPlan plan, SavedTest test, RunBudget budget, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_limit);
        var content = test.ReadContent();
        var trial = new Trial(plan, content, budget);
        try
        {
            var failure = trial.Run(limit.Token);
            return failure is null ? Judge(test, content.Expected, trial.Machine) : CouldNot(test, failure);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return CouldNot(test, new StepError("test.too_long", $"The test took longer than {s_limit.TotalSeconds:0} s."));
        }
    }

    public static SavedTestResult CouldNot(SavedTest test, StepError error) => new(test.Id, test.Name, false, null, null, error, null);

    private static SavedTestResult Judge(SavedTest test, TestExpectation expected, FlowMachine machine)
    {
        var difference = machine.Status != expected.Status
            ? new JsonDifference("status", Json.ToElement(expected.Status), Json.ToElement(machine.Status))
            : machine.Status == RunStatus.Succeeded
                ? JsonDiff.Compare(expected.Output ?? Json.Null, machine.Output, most: 1) is [{ } first]
                    ? first with { Path = Under("output", first.Path) }
                    : null
                : expected.ErrorCode is { } code && code != machine.Error?.Code
                    ? new JsonDifference("error.code", Json.ToElement(code), Json.ToElement(machine.Error?.Code))
                    : null;
        return new SavedTestResult(
            test.Id, test.Name, difference is null, machine.Status, machine.Status == RunStatus.Succeeded ? machine.Output : null, machine.Error, difference);
    }

    private static string Under(string name, string path) =>
        path.Length == 0 ? name : path[0] == '[' ? name + path : $"{name}.{path}";

    /// <summary>One run of the machine and what it waits for.</summary>
    private sealed class Trial(FlowPlan plan, SavedTestContent content, RunBudget budget)
    {
        private readonly Queue<StartAttempt> _attempts = new();
        private readonly HashSet<string> _stopped = new(StringComparer.Ordinal);
        private DateTime _now = DateTime.SpecifyKind(content.StartedAt, DateTimeKind.Utc);

        public FlowMachine Machine { get; } = new(
            plan, new RunFacts(content.Input, content.Run, content.Workspace, content.TriggerStepId, Givens: content.Givens), budget: budget);

        /// <returns>Why it could not be carried out; null once the run has ended.</returns>
        public StepError? Run(CancellationToken cancellationToken)
        {
            Machine.Start(_now);
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Take();
                if (Machine.Status.IsFinal())
                {
                    return null;
                }

                if (Machine.Unfinished)
                {
                    Machine.Continue(_now);
                }
                else if (_attempts.TryDequeue(out var attempt))
                {
                    if (!_stopped.Remove(attempt.Path) && Answer(attempt) is { } missing)
                    {
                        return missing;
                    }
                }
                else if (Machine.NextDue is { } due)
                {
                    _now = due > _now ? due : _now;
                    Machine.ElapseDue(_now);
                }
                else
                {
                    return new StepError("test.stuck", "The run waits for something that a test cannot give.");
                }
            }
        }

        private StepError? Answer(StartAttempt attempt)
        {
            if (!content.Answers.TryGetValue(attempt.Path, out var answer))
            {
                return new StepError(
                    "test.answer_missing",
                    $"{attempt.Step.Definition.CalledName} ({attempt.Step.Type.Title}) would have an effect, and the test has no answer for it. Save the "
                        + "test again from a run that came to this step.")
                {
                    Path = attempt.Path,
                };
            }

            var (code, message) = (answer.Error?.Code ?? "step.failed", answer.Error?.Message ?? "The step failed.");
            Machine.Complete(
                attempt.Path,
                attempt.Attempt,
                answer.Status switch
                {
                    StepRunStatus.Succeeded => StepOutcome.Succeeded(answer.Output ?? Json.Null, answer.Port),
                    StepRunStatus.Unknown => StepOutcome.Unknown(code, message),
                    _ => StepOutcome.Failed(code, message) with { Output = answer.Output ?? Json.Null },
                },
                _now);
            return null;
        }

        private void Take()
        {
            Machine.TakeRecords();
            foreach (var command in Machine.TakeCommands())
            {
                switch (command)
                {
                    case StartAttempt start:
                        _stopped.Remove(start.Path);
                        _attempts.Enqueue(start);
                        break;
                    case StopAttempt stop when _attempts.Any(open => open.Path == stop.Path):
                        _stopped.Add(stop.Path);
                        break;
                }
            }
        }
    }
}
