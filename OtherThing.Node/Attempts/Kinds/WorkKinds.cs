using OtherThing.Agent.Attempts.Kinds.Commands;
using OtherThing.Agent.Attempts.Kinds.Noops;
using OtherThing.Agent.Attempts.Kinds.Scripts;
using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Attempts.Kinds;

/// <summary>The kinds of work that this build does. Nothing else in the agent asks which kind a job is: it asks its <see cref="WorkKind"/>.</summary>
internal static class WorkKinds
{
    private static readonly WorkKind[] s_all = [new CommandWork(), new ScriptWork(), new NoopWork()];

    /// <summary>The words an owner may write in the policy: also those of kinds that only other builds do.</summary>
    internal static string[] Words { get; } = [.. Enum.GetValues<JobKind>().Select(WordOf).OfType<string>()];

    /// <summary>The words of what this build can do here, where the owner allows it.</summary>
    internal static IReadOnlyList<string> Available { get; } = [.. s_all.Select(work => WordOf(work.Kind)).OfType<string>()];

    /// <summary>Null for a kind that this build does not do.</summary>
    internal static WorkKind? Find(JobKind kind) => Array.Find(s_all, work => work.Kind == kind);

    internal static WorkKind Of(JobKind kind) => Find(kind) ?? throw new InvalidOperationException($"There is no {kind} here.");

    /// <summary>The word by which an owner allows a kind; null for one that the wire does not name, and for one that needs no leave.</summary>
    internal static string? WordOf(JobKind kind) => kind == JobKind.Unspecified || !Enum.IsDefined(kind) || Find(kind) is { NeedsLeave: false }
        ? null
        : kind.ToString().ToLowerInvariant();
}
