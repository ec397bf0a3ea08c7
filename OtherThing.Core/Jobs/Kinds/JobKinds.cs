using System.Text.Json;
using OtherThing.Core.Jobs.Kinds.Commands;
using OtherThing.Core.Jobs.Kinds.Noops;
using OtherThing.Core.Jobs.Kinds.Scripts;

namespace OtherThing.Core.Jobs.Kinds;

/// <summary>The kinds of work there are. Nothing else on the server asks which kind a job is: it asks its <see cref="WorkKind"/>.</summary>
public static class JobKinds
{
    /// <summary>Every kind: here a new one is registered, under its word in <see cref="JobKind"/>.</summary>
    public static IReadOnlyList<WorkKind> All { get; } = [new CommandWork(), new ScriptWork(), new NoopWork()];

    private static readonly WorkKind[] s_byKind = [.. Enum.GetValues<JobKind>().Select(kind => All.Single(work => work.Kind == kind))];

    private static readonly string[] s_words = [.. s_byKind.Select(work => JsonNamingPolicy.SnakeCaseLower.ConvertName(work.Kind.ToString()))];

    /// <summary>Their words, for people: <c>command, script or noop</c>.</summary>
    public static string Words { get; } = $"{string.Join(", ", s_words[..^1])} or {s_words[^1]}";

    /// <summary>What the server knows of a kind.</summary>
    public static WorkKind Of(JobKind kind) => s_byKind[(int)kind];
}
