using System.Text.Json.Serialization;
using OtherThing.Core.Live;

namespace OtherThing.Core.Runs;

/// <summary>A commit of a run, said on <c>Topic.Run</c>.</summary>
/// <param name="Sequence">The journal's sequence; an event stream resumes after it.</param>
/// <param name="Status">Where the run stands after it.</param>
/// <param name="Steps">What happened to its steps.</param>
/// <param name="Paused">True while nothing new of it starts.</param>
public sealed record RunCommitted(int Sequence, RunStatus Status, IReadOnlyList<StepRun> Steps, bool Paused = false) : LiveEvent
{
    /// <summary>
    /// What another commit tells whoever has followed the run up to this one. A pause or an end may come with no step, and no sequence, of its own.
    /// </summary>
    public RunNews Then(RunCommitted other) =>
        other.Sequence > Sequence + 1 ? RunNews.Gap
        : other.Sequence == Sequence + 1 ? RunNews.Next
        : other.Sequence == Sequence && other.Steps.Count == 0 && (other.Status, other.Paused) != (Status, Paused) ? RunNews.Next
        : RunNews.Known;
}

/// <summary>What a commit tells whoever follows a run.</summary>
public enum RunNews
{
    /// <summary>Nothing: it was heard, or read, before.</summary>
    Known,

    /// <summary>What happened next.</summary>
    Next,

    /// <summary>That something before it was not heard; the journal knows what.</summary>
    Gap,
}

/// <summary>What happened in a run after a sequence, and where it stands.</summary>
/// <param name="Commits">The commits in order.</param>
/// <param name="Now">Where the run stands, without steps: a pause or an end may come with no step of its own.</param>
public sealed record RunEvents(IReadOnlyList<RunCommitted> Commits, RunCommitted Now);

/// <summary>Something fleeting a step says while at work, said on <c>Topic.Run</c>.</summary>
/// <param name="Path">The step.</param>
/// <param name="Stream"><c>text</c> (a model's tokens), <c>stdout</c>, <c>stderr</c>.</param>
/// <param name="Text">What it says.</param>
public sealed record StepReport(string Path, string Stream, string Text) : LiveEvent
{
    /// <summary>Which attempt says it: a later one has a higher number, in this process.</summary>
    [JsonIgnore]
    public long Talk { get; init; }

    /// <summary>How many characters that attempt had said before.</summary>
    [JsonIgnore]
    public long At { get; init; }
}

/// <summary>On a workspace's topic: runs began, moved, ended or went.</summary>
public sealed record RunsChanged : LiveEvent;
