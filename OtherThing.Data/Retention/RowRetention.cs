using OtherThing.Core.Access;
using OtherThing.Core.Nodes;
using OtherThing.Core.Results;
using OtherThing.Core.Retention;
using OtherThing.Core.Tasks;
using OtherThing.Core.Workspaces;
using OtherThing.Data.Access;

namespace OtherThing.Data.Retention;

/// <summary>Rows that go when a time of theirs is long enough ago.</summary>
/// <param name="Entity">What they are.</param>
/// <param name="Deletes">The same, for the log.</param>
/// <param name="Column">The time; an index begins with it.</param>
/// <param name="After">How long after it they go.</param>
/// <param name="Also">What else must be true of them, as SQL; null for nothing.</param>
internal sealed record RowRule(Type Entity, string Deletes, string Column, TimeSpan After, string? Also = null)
{
    /// <summary>For so long what has ended is kept for whoever asks what became of it.</summary>
    public static TimeSpan Month { get; } = TimeSpan.FromDays(30);

    public static IReadOnlyList<RowRule> All { get; } =
    [
        new(typeof(SignInSession), "sign-ins that have ended", nameof(SignInSession.ExpiresAt), TimeSpan.Zero),
        new(typeof(SignInTry), "counts of wrong passwords", nameof(SignInTry.At), ISignInTries.CountedFor),
        new(typeof(IdempotencyRow), "answers kept for repeated requests", nameof(IdempotencyRow.ClaimedAt), IIdempotencyStore.KeptFor),
        new(typeof(PersonalToken), "personal tokens that have expired", nameof(PersonalToken.ExpiresAt), Month),
        new(typeof(Invite), "invites that have expired", nameof(Invite.ExpiresAt), Month),
        new(typeof(JoinToken), "join tokens of machines", nameof(JoinToken.ExpiresAt), TimeSpan.FromDays(1)),
        new(typeof(Node), "machines nobody claimed", nameof(Node.ClaimExpiresAt), TimeSpan.Zero, "\"OwnerId\" IS NULL"),
        new(typeof(TaskItem), "deleted tasks", nameof(TaskItem.DeletedAt), Month),
        new(typeof(RefusedRow), "rows the database refused", nameof(RefusedRow.At), Month),
    ];
}

/// <summary>Applies a <see cref="RowRule"/>.</summary>
internal sealed class RowRetention(RowRule rule, PieceWork pieces, DeletionPace pace, string table) : IRetentionRule
{
    private const int Most = 100;

    public string Deletes => rule.Deletes;

    public TimeSpan Every => TimeSpan.FromMinutes(10);

    public async Task<int> ApplyAsync(CancellationToken cancellationToken)
    {
        var (gone, before) = (0, pace.Clock.GetUtcNow().UtcDateTime - rule.After);
        Piece piece;
        do
        {
            piece = await pieces.DeleteSomeAsync(table, Condition(rule), Most, [before], cancellationToken);
            gone += piece.Done;
            await pace.RestAsync(piece, cancellationToken);
        }
        while (piece.Done == Most);
        return gone;
    }

    internal static string Condition(RowRule rule) => $"\"{rule.Column}\" < {{0}}" + (rule.Also is { } also ? " AND " + also : "");
}
