using System.Collections.Concurrent;
using OtherThing.Core.Access;
using OtherThing.Core.Results;

namespace OtherThing.Core.Runs;

/// <summary>
/// Asks the door, right before a run has an effect outside, as the member it acts for. What was read counts for a second at most, and
/// not past a change of anybody's access in this process.
/// </summary>
public sealed class RunRights(Door door, AccessChanges changes, IAccountStore accounts, TimeProvider clock)
{
    /// <summary>The member is no longer in the workspace.</summary>
    public const string RemovedCode = "access.run_as_removed";

    /// <summary>The member's role no longer allows running flows.</summary>
    public const string ForbiddenCode = "access.run_as_forbidden";

    private const int Most = 10_000;

    private static readonly TimeSpan s_lifetime = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<(Guid WorkspaceId, Guid UserId), Known> _known = new();

    /// <summary>The roles that may have runs.</summary>
    public static IReadOnlyList<Role> Roles { get; } = [.. Enum.GetValues<Role>().Where(role => Operations.RunStart.For(role) != Grant.Deny)];

    /// <summary>Why a run of this member may do nothing more.</summary>
    /// <returns>Null when it may, else <c>access.run_as_removed</c> or <c>access.run_as_forbidden</c>, naming who and why.</returns>
    public ValueTask<StepError?> RefuseAsync(Guid workspaceId, Guid userId, CancellationToken cancellationToken) =>
        _known.TryGetValue((workspaceId, userId), out var known)
        && known.Generation == changes.Generation && clock.GetElapsedTime(known.ReadAt) < s_lifetime
            ? ValueTask.FromResult(known.Refusal)
            : AskAsync(workspaceId, userId, cancellationToken);

    private async ValueTask<StepError?> AskAsync(Guid workspaceId, Guid userId, CancellationToken cancellationToken)
    {
        // Taken before the look: a change in between makes what is read old at once.
        var (generation, readAt) = (changes.Generation, clock.GetTimestamp());
        var entered = await door.EnterAsync(Actor.Run(userId), workspaceId, Operations.RunStart, cancellationToken);
        var refusal = entered.Error is { } error ? await ExplainAsync(error, userId, cancellationToken) : null;
        if (_known.Count >= Most)
        {
            _known.Clear();
        }

        _known[(workspaceId, userId)] = new Known(refusal, generation, readAt);
        return refusal;
    }

    private async Task<StepError> ExplainAsync(Error error, Guid userId, CancellationToken cancellationToken)
    {
        var name = await accounts.FindAsync(userId, cancellationToken) is { } account ? account.DisplayName : "somebody whose account is gone";
        return error.Kind == ErrorKind.Forbidden
            ? new StepError(
                ForbiddenCode, $"This acts for {name}, whose role does not allow to run flows and jobs any more. A member who may can start it again.")
            : new StepError(RemovedCode, $"This acts for {name}, who is no longer a member of this workspace. A member can start it again.");
    }

    private sealed record Known(StepError? Refusal, int Generation, long ReadAt);
}
