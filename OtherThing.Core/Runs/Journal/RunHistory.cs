using System.Text.Json;
using OtherThing.Core.Results;
using OtherThing.Core.Runs.Grains;
using OtherThing.Core.Runs.Machine;

namespace OtherThing.Core.Runs.Journal;

/// <summary>Reads the journal back: the latest record of each attempt.</summary>
internal static class RunHistory
{
    /// <summary>The attempts in the order they began.</summary>
    public static IReadOnlyList<StepRun> Fold(IEnumerable<RunJournalEntry> entries)
    {
        var index = new Dictionary<(string, int), int>();
        var steps = new List<StepRun>();
        foreach (var record in entries.SelectMany(Read))
        {
            if (!index.TryGetValue((record.Path, record.Attempt), out var at))
            {
                index[(record.Path, record.Attempt)] = steps.Count;
                steps.Add(record);
            }
            else if (!steps[at].Status.IsFinal())
            {
                steps[at] = record;
            }
        }

        return steps;
    }

    public static IReadOnlyList<StepRun> Read(RunJournalEntry entry) => JsonSerializer.Deserialize<List<StepRun>>(entry.Steps, Json.Options)!;

    /// <summary>What a repetition takes over of an earlier run.</summary>
    public static async Task<IReadOnlyList<StepRun>> TakeOverAsync(IRunStore runs, FlowPlan plan, Guid earlier, TakeOver? what) =>
        what is null ? [] : TakeOverRules.Choose(plan, Fold(await runs.ReadJournalAsync(earlier, 0, CancellationToken.None)), what);
}
