using System.Globalization;
using OtherThing.Core.Runs;
using OtherThing.Core.Steps;
using OtherThing.Web.Components.Shared;

namespace OtherThing.Web.Features.Runs.Picture;

/// <summary>What a stretch of time in a timeline is.</summary>
internal enum TimelineStretch
{
    /// <summary>The step was at work.</summary>
    Works,

    /// <summary>It waited: for a person, a time, a machine, its next attempt.</summary>
    Waits,

    /// <summary>Others were at work for it: what is in a container, the run that was called.</summary>
    Holds,
}

/// <summary>A stretch of time.</summary>
/// <param name="From">Its beginning (UTC).</param>
/// <param name="To">Its end (UTC); null while it goes on.</param>
/// <param name="Kind">What it is.</param>
internal sealed record TimelineBar(DateTime From, DateTime? To, TimelineStretch Kind)
{
    public TimeSpan Length(DateTime utcNow) => (To ?? utcNow) - From is var length && length > TimeSpan.Zero ? length : TimeSpan.Zero;
}

/// <summary>A line of a timeline with what is below it: a step, one of several attempts, an item of a container.</summary>
internal sealed class TimelineLine(string key, string name)
{
    /// <summary>Its place in the run; attempts have their number behind it.</summary>
    public string Key => key;

    public string Name => name;

    /// <summary>The attempt that it shows, of several the last; null for an item.</summary>
    public StepRun? Step { get; private set; }

    /// <summary>Its status: an enum of Core, or <c>waiting_for_machine</c>.</summary>
    public object Status { get; private set; } = StepRunStatus.Skipped;

    /// <summary>In order, without a gap that means anything.</summary>
    public IReadOnlyList<TimelineBar> Bars { get; private set; } = [];

    public List<TimelineLine> Children { get; } = [];

    /// <summary>The run that it called, whose steps are below it.</summary>
    public Guid? CalledRun => Step is { ChildRunId: { } called } && Children.Count == 0 ? called : null;

    /// <summary>Whether its attempts are below it.</summary>
    public bool HasAttempts { get; private set; }

    /// <summary>When it began (UTC); null for what took no time of this run.</summary>
    public DateTime? From => Bars.Count == 0 ? null : Bars[0].From;

    /// <summary>What it took until its end or until now.</summary>
    public TimeSpan Took(DateTime utcNow) => Bars.Count == 0 ? TimeSpan.Zero : (Bars[^1].To ?? utcNow) - Bars[0].From;

    /// <summary>Takes its attempts and makes a line of each where there are several.</summary>
    public void Take(List<StepRun> attempts, Func<StepRun, bool> waitsForMachine)
    {
        attempts.Sort((one, other) => one.Attempt.CompareTo(other.Attempt));
        var bars = new List<TimelineBar>();
        foreach (var attempt in attempts)
        {
            var own = BarsOf(attempt, waitsForMachine).ToArray();
            if (bars.Count > 0 && own.Length > 0 && bars[^1].To is { } ended && own[0].From > ended)
            {
                bars.Add(new TimelineBar(ended, own[0].From, TimelineStretch.Waits)); // until the next attempt
            }

            bars.AddRange(own);
            if (attempts.Count > 1)
            {
                Children.Add(new TimelineLine($"{Key}#{attempt.Attempt}", string.Create(CultureInfo.InvariantCulture, $"Attempt {attempt.Attempt}"))
                {
                    Step = attempt,
                    Bars = own,
                    Status = StatusOf(attempt, waitsForMachine),
                });
            }
        }

        (Step, Bars, Status, HasAttempts) = (attempts[^1], bars, StatusOf(attempts[^1], waitsForMachine), attempts.Count > 1);
    }

    /// <summary>An item lasts as long as what is in it, and stands as the worst of it.</summary>
    public void Sum()
    {
        if (Step is not null)
        {
            return;
        }

        var begun = Children.Where(child => child.From is not null).ToList();
        Bars = begun.Count == 0 ? []
            : [new TimelineBar(
                begun.Min(child => child.From!.Value), begun.Any(child => child.Bars[^1].To is null) ? null : begun.Max(child => child.Bars[^1].To),
                TimelineStretch.Holds)];
        Status = Children.Count == 0 ? StepRunStatus.Skipped : Children.MaxBy(child => Weight(child.Status))!.Status;
    }

    private static object StatusOf(StepRun attempt, Func<StepRun, bool> waitsForMachine) => waitsForMachine(attempt) ? "waiting_for_machine" : attempt.Status;

    private static IEnumerable<TimelineBar> BarsOf(StepRun attempt, Func<StepRun, bool> waitsForMachine)
    {
        // What was taken over or pinned took its time elsewhere, and what was skipped none.
        if (attempt.Status == StepRunStatus.Skipped || attempt.TakenOver || attempt.Pinned || attempt.StartedAt == default)
        {
            yield break;
        }

        var (from, to) = (attempt.StartedAt, attempt.FinishedAt);
        if (attempt.ChildRunId is not null || StepCatalog.Find(attempt.Type)?.IsContainer == true)
        {
            yield return new TimelineBar(from, to, TimelineStretch.Holds);
        }
        else if (attempt.Status == StepRunStatus.Waiting || attempt.Type is "logic.wait" or "human.approval" || waitsForMachine(attempt))
        {
            yield return new TimelineBar(from, to, TimelineStretch.Waits);
        }
        else if (to is { } ended && attempt.Usage?.ComputeSeconds is { } seconds && ended.AddSeconds(-seconds) is var began && began > from)
        {
            // Before a machine worked on it, it waited for one.
            yield return new TimelineBar(from, began, TimelineStretch.Waits);
            yield return new TimelineBar(began, ended, TimelineStretch.Works);
        }
        else
        {
            yield return new TimelineBar(from, to, TimelineStretch.Works);
        }
    }

    private static int Weight(object status) => status switch
    {
        StepRunStatus.Running => 7,
        "waiting_for_machine" => 6,
        StepRunStatus.Waiting => 5,
        StepRunStatus.Failed => 4,
        StepRunStatus.Unknown => 3,
        StepRunStatus.Cancelled => 2,
        StepRunStatus.Succeeded => 1,
        _ => 0,
    };
}

/// <summary>One row as it is shown: a line, or how many more there are.</summary>
/// <param name="Line">The line; null where it says that there are more.</param>
/// <param name="Depth">How deep it is nested, from 0.</param>
/// <param name="Parent">The key of what it is in; empty at the top.</param>
/// <param name="Left">How many more there are.</param>
internal sealed record TimelineRow(TimelineLine? Line, int Depth, string Parent, int Left = 0);

/// <summary>The steps of a run in order, attempts and items below what they belong to.</summary>
internal static class Timeline
{
    /// <summary>So many lines below one are shown at first, and added each time more are asked for.</summary>
    public const int Piece = 50;

    /// <summary>Every step as a tree.</summary>
    /// <param name="steps">The attempts in the order they read.</param>
    /// <param name="nameOf">What a step is called, by its id.</param>
    /// <param name="waitsForMachine">Whether an attempt at work waits for a machine.</param>
    /// <param name="prefix">Stands before every key, where the lines are below one of another run.</param>
    public static List<TimelineLine> Of(IReadOnlyList<StepRun> steps, Func<string, string> nameOf, Func<StepRun, bool> waitsForMachine, string prefix = "")
    {
        var top = new List<TimelineLine>();
        var lines = new Dictionary<string, TimelineLine>(StringComparer.Ordinal);
        var attempts = new Dictionary<string, List<StepRun>>(StringComparer.Ordinal);
        var containers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var step in steps)
        {
            containers[step.Path] = step.Type;
            LineAt(step.Path, step.StepId);
            if (!attempts.TryGetValue(step.Path, out var known))
            {
                attempts[step.Path] = known = [];
            }

            known.Add(step);
        }

        foreach (var (path, own) in attempts)
        {
            lines[path].Take(own, waitsForMachine);
        }

        // The deepest first: an item is the sum of what is in it.
        foreach (var line in lines.OrderByDescending(pair => pair.Key.Length).Select(pair => pair.Value))
        {
            line.Sum();
        }

        return top;

        TimelineLine LineAt(string path, string? stepId)
        {
            if (lines.TryGetValue(path, out var there))
            {
                return there;
            }

            var slash = path.LastIndexOf('/');
            var bracket = path.EndsWith(']') ? path.LastIndexOf('[') : -1;
            var line = lines[path] = new TimelineLine(prefix + path, bracket > slash && stepId is null
                ? $"{(containers.GetValueOrDefault(path[..bracket]) == "logic.loop" ? "Round" : "Item")} {path[bracket..]}"
                : nameOf(stepId ?? path[(slash + 1)..]));
            var around = bracket > slash && stepId is null ? LineAt(path[..bracket], null).Children
                : slash > 0 ? LineAt(path[..slash], null).Children
                : top;
            around.Add(line);
            return line;
        }
    }

    /// <summary>The lines that are shown: what is closed hides what is in it, and of many only so many are shown.</summary>
    /// <param name="lines">The tree.</param>
    /// <param name="isOpen">Whether what is below a line is shown.</param>
    /// <param name="childrenOf">What is below a line.</param>
    /// <param name="limitOf">How many of them are shown, by the line's key; the top has the empty one.</param>
    public static IEnumerable<TimelineRow> Rows(
        IReadOnlyList<TimelineLine> lines, Func<TimelineLine, bool> isOpen, Func<TimelineLine, IReadOnlyList<TimelineLine>> childrenOf,
        Func<string, int> limitOf) =>
        Below(lines, 0, "", isOpen, childrenOf, limitOf);

    /// <summary>When a line began and what it did with its time, in words, for who does not see its bars.</summary>
    public static string Tell(TimelineLine line, DateTime origin, DateTime utcNow)
    {
        if (line.From is not { } from)
        {
            return line.Step is { TakenOver: true } ? "Taken over from the earlier run" : line.Step is { Pinned: true } ? "Pinned, not carried out" : "";
        }

        var parts = new List<string> { $"began {Duration.Say(from - origin is var after && after > TimeSpan.Zero ? after : TimeSpan.Zero)} after the start" };
        foreach (var (kind, word) in new[] { (TimelineStretch.Waits, "waited"), (TimelineStretch.Works, "worked"), (TimelineStretch.Holds, "lasted") })
        {
            var length = TimeSpan.FromTicks(line.Bars.Where(bar => bar.Kind == kind).Sum(bar => bar.Length(utcNow).Ticks));
            if (length > TimeSpan.Zero)
            {
                parts.Add($"{word} {Duration.Say(length)}");
            }
        }

        return string.Join(", ", parts);
    }

    private static IEnumerable<TimelineRow> Below(
        IReadOnlyList<TimelineLine> lines, int depth, string parent,
        Func<TimelineLine, bool> isOpen, Func<TimelineLine, IReadOnlyList<TimelineLine>> childrenOf, Func<string, int> limitOf)
    {
        var limit = limitOf(parent);
        foreach (var line in lines.Take(limit))
        {
            yield return new TimelineRow(line, depth, parent);
            if (isOpen(line))
            {
                foreach (var row in Below(childrenOf(line), depth + 1, line.Key, isOpen, childrenOf, limitOf))
                {
                    yield return row;
                }
            }
        }

        if (lines.Count > limit)
        {
            yield return new TimelineRow(null, depth, parent, lines.Count - limit);
        }
    }
}
