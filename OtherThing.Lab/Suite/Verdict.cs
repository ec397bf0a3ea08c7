using System.Globalization;

namespace OtherThing.Lab.Suite;

/// <summary>What two runs say together: the whole one, and the one that repeats what may be unsteady.</summary>
/// <param name="First">The whole run.</param>
/// <param name="Again">The run of those that failed and may be unsteady; null when there were none, or when it did not finish.</param>
public sealed record Verdict(TestReport First, TestReport? Again)
{
    /// <summary>So many fail by chance at most. More have one cause, which a repetition only waits for once more.</summary>
    public const int MostByChance = 6;

    /// <summary>The tests worth repeating; none when there are more than <see cref="MostByChance"/>.</summary>
    public static IReadOnlyList<TestResult> ToRepeat(TestReport first)
    {
        TestResult[] failed = [.. first.With("Fail").Where(test => test.MayBeUnsteady)];
        return failed.Length <= MostByChance ? failed : [];
    }

    /// <summary>Those that failed first and passed alone. One that did not show again by its name stays failed.</summary>
    public IReadOnlyList<TestResult> Unsteady { get; } =
        [.. ToRepeat(First)
            .Where(test => Again is not null
                && Again.Tests.Any(again => again.Name == test.Name)
                && Again.Tests.Where(again => again.Name == test.Name).All(again => again.Result == "Pass"))];

    /// <summary>Those that count as failed.</summary>
    public IReadOnlyList<TestResult> Failed => [.. First.With("Fail").Except(Unsteady)];

    /// <summary>Whether any test ran and none failed.</summary>
    public bool IsGood => Failed.Count + First.Errors.Count == 0 && (First.With("Pass").Any() || Unsteady.Count > 0);

    /// <summary>What is said at the end; the last line is the sum.</summary>
    public IEnumerable<string> Lines =>
    [
        .. Failed.Select(test => $"Failed: {test.Name}"),
        .. First.Errors.Select(error => $"Failed outside of a test: {error}"),
        .. Unsteady.Select(test => $"Unsteady: {test.Name} failed, and passed when it was run once more alone"),
        .. IsGood || Failed.Count + First.Errors.Count > 0 ? Array.Empty<string>() : ["No test ran."],
        string.Create(
            CultureInfo.InvariantCulture,
            $"{First.With("Pass").Count() + Unsteady.Count} passed, {Failed.Count + First.Errors.Count} failed, {First.With("Skip").Count()} skipped"),
    ];
}
