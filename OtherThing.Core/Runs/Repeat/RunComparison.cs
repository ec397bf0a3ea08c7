using System.Text.Json;
using OtherThing.Core.Results;
using OtherThing.Core.Runs.Grains;
using OtherThing.Core.Runs.Values;

namespace OtherThing.Core.Runs.Repeat;

/// <summary>A step in which two runs differ.</summary>
/// <param name="Path">Where it stands in both.</param>
/// <param name="First">Its last attempt in the first run; null when it did not come to it.</param>
/// <param name="Second">Its last attempt in the second run.</param>
/// <param name="Differences">Where they differ, by path: <c>status</c>, <c>error.code</c>, <c>input.prompt</c>, <c>output.text</c>.</param>
public sealed record StepComparison(string Path, StepRun? First, StepRun? Second, IReadOnlyList<JsonDifference> Differences);

/// <summary>What differs between two runs, step by step. Times, attempts, nodes and costs may differ in runs that did the same.</summary>
/// <param name="First">The first run.</param>
/// <param name="Second">The second run.</param>
/// <param name="Input">Where their inputs differ.</param>
/// <param name="Output">Where their outputs differ.</param>
/// <param name="Steps">The steps that differ, in the order they began; the first of them is where the runs part. At most <see cref="MostSteps"/>.</param>
/// <param name="DifferingSteps">How many differ.</param>
/// <param name="SameSteps">How many do not.</param>
public sealed record RunComparison(
    Run First, Run Second, IReadOnlyList<JsonDifference> Input, IReadOnlyList<JsonDifference> Output,
    IReadOnlyList<StepComparison> Steps, int DifferingSteps, int SameSteps)
{
    /// <summary>The most steps that are told in detail.</summary>
    public const int MostSteps = 200;

    private const int MostDifferences = 50;

    /// <summary>Compares two runs.</summary>
    public static RunComparison Between(RunDetail first, RunDetail second)
    {
        var (before, after) = (LastAttempts(first.Steps), LastAttempts(second.Steps));
        var (told, differing, same) = (new List<StepComparison>(), 0, 0);
        foreach (var path in Merge([.. before.Keys], [.. after.Keys]))
        {
            var (left, right) = (before.GetValueOrDefault(path), after.GetValueOrDefault(path));
            if (Differences(left, right) is not { Count: > 0 } differences)
            {
                same++;
            }
            else if (++differing <= MostSteps)
            {
                told.Add(new StepComparison(path, left, right, differences));
            }
        }

        return new RunComparison(
            first.Run, second.Run, Compare(first.Run.Input, second.Run.Input), Compare(first.Run.Output, second.Run.Output), told, differing, same);
    }

    private static IReadOnlyList<JsonDifference> Compare(RunValue? first, RunValue? second) => first == second
        ? []
        : JsonDiff.Compare(ValueOf(first?.ReadInline(), first?.Large), ValueOf(second?.ReadInline(), second?.Large), MostDifferences);

    private static List<JsonDifference> Differences(StepRun? first, StepRun? second)
    {
        if (first is null || second is null)
        {
            return [new JsonDifference("status", Status(first), Status(second))];
        }

        var found = new List<JsonDifference>();
        Add(found, "status", Status(first), Status(second));
        Add(found, "port", Text(first.Port), Text(second.Port));
        Add(found, "error", Of(first.Error), Of(second.Error));
        Add(found, "input", ValueOf(first.Input ?? StepRunInput.Of(first), first.InputBlob),
            ValueOf(second.Input ?? StepRunInput.Of(second), second.InputBlob));
        Add(found, "output", ValueOf(first.Output, first.OutputBlob), ValueOf(second.Output, second.OutputBlob));
        return found;
    }

    private static void Add(List<JsonDifference> found, string name, JsonElement? first, JsonElement? second)
    {
        foreach (var difference in JsonDiff.Compare(first, second, MostDifferences - found.Count))
        {
            var path = difference.Path.Length == 0 ? name : difference.Path[0] == '[' ? name + difference.Path : $"{name}.{difference.Path}";
            found.Add(difference with { Path = path });
        }
    }

    private static JsonElement? Status(StepRun? step) => step is null ? null : Json.ToElement(step.Status);

    private static JsonElement? Text(string? text) => text is null or "out" ? null : Json.ToElement(text);

    private static JsonElement? Of(StepError? error) => error is null ? null : Json.ToElement(error);

    /// <summary>A value too large to be read for this is compared by its hash.</summary>
    private static JsonElement? ValueOf(JsonElement? value, BlobRef? large) => large is null ? value : Stand(large);

    private static JsonElement Stand(BlobRef large) => Json.ToElement(new { large.Bytes, Sha256 = large.Hash });

    private static Dictionary<string, StepRun> LastAttempts(IReadOnlyList<StepRun> steps)
    {
        var last = new Dictionary<string, StepRun>(steps.Count, StringComparer.Ordinal);
        foreach (var step in steps)
        {
            if (!last.TryGetValue(step.Path, out var known) || known.Attempt < step.Attempt)
            {
                last[step.Path] = step;
            }
        }

        return last;
    }

    /// <summary>The first's order, with what only the second has put behind what precedes it there.</summary>
    private static IEnumerable<string> Merge(string[] first, string[] second)
    {
        var known = first.ToHashSet(StringComparer.Ordinal);
        var behind = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var anchor = "";
        foreach (var path in second)
        {
            if (known.Contains(path))
            {
                anchor = path;
            }
            else if (behind.TryGetValue(anchor, out var more))
            {
                more.Add(path);
            }
            else
            {
                behind[anchor] = [path];
            }
        }

        return first.Prepend("").SelectMany(path => behind.GetValueOrDefault(path, []).Prepend(path)).Where(path => path.Length > 0);
    }
}
